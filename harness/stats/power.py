"""The smallest change that a run with this spread and number of pairs would have found.

Formulas, constants and references: docs/method.md, "Smallest detectable change".
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.stats.paired import signed_rank_interval
from harness.stats.sequential import bounds

#: A change of the stated size is found with this probability.
POWER_RATIO = 0.95

#: Quantiles of the normal distribution: of POWER_RATIO, and of a two-sided interval with CONFIDENCE_RATIO.
POWER_DEVIATIONS = 1.645
INTERVAL_DEVIATIONS = 1.960


def smallest_detectable(values: Sequence[float], error_ratio: float, margin: float) -> float | None:
    """The log-ratio that the sequential test at ``error_ratio`` (both directions together) finds with POWER_RATIO.

    ``values``: log-ratios of the pairs, whatever their effect; only their spread counts. Found means: the test
    excludes 0 by the last of these pairs, and the estimate exceeds ``margin``, a log-ratio. It is the half-width
    of the bounds that the test gives, or the margin where that is wider, and what the estimate may fall short.
    None when so few pairs cannot exclude anything at ``error_ratio``.
    """
    return detectable_by(bounds(values, error_ratio / 2.0), signed_rank_interval(values), margin)


def detectable_by(
    sequential: tuple[float, float] | None, interval: tuple[float, float] | None, margin: float
) -> float | None:
    """The same from what is known already: the bounds at half of the error each, and the 95 % interval."""
    if sequential is None or interval is None:
        return None
    half_width = (sequential[1] - sequential[0]) / 2.0
    standard_error = (interval[1] - interval[0]) / 2.0 / INTERVAL_DEVIATIONS
    return max(half_width, margin) + POWER_DEVIATIONS * standard_error
