"""What is measured next: drawn, so that no size has an hour of its own. A pure function."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random


def next_of(seed: int, number: int, missing: Mapping[str, int]) -> str | None:
    """Which of the names trial ``number`` is about, in proportion to how many of each are still missing.

    None when none is. The same for the same arguments, so that what is continued is as if it had not been
    interrupted.
    """
    wanted = {name: count for name, count in missing.items() if count > 0}
    if not wanted:
        return None
    (name,) = Random(f"selftest {seed} {number}").choices(list(wanted), weights=list(wanted.values()))
    return name
