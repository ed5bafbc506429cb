"""How large a change must be to matter. docs/method.md explains each; ratios are contender over baseline."""

from __future__ import annotations

#: Exact lane: a request or an answer that is larger by no more is no regression. No other counter has a margin.
EXACT_BYTES_MARGIN_RATIO = 1.02
