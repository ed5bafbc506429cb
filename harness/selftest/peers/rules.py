"""The rules by which other tools call a build slower, each as one number that is compared with a threshold.

A rule that takes a p-value counts a difference only when the contender is the slower one, as all rules here do.
Sources: docs/method.md, "Peers".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import mannwhitneyu

from harness.selftest.peers.runs import PeerTrial
from harness.selftest_result import Order
from harness.stats.sequential import Wealth

Floats = npt.NDArray[np.float64]

ORDERS: tuple[Order, ...] = ("sequential", "interleaved")

#: asv calls two sets of samples different below this p-value only.
_ASV_P = 0.002


@dataclass(frozen=True)
class Rule:
    """``values``: for each trial the number that is an alarm above the threshold. ``stock``: the threshold with
    which the tool comes; None where it has none. ``said``: a threshold in words;
    ``least``: one that says no more than that the contender is slower."""

    name: str
    values: Callable[[Sequence[PeerTrial]], Floats]
    said: Callable[[float], str]
    stock: float | None
    least: float
    orders: tuple[Order, ...] = ORDERS


def mann_whitney_deviations(trial: PeerTrial) -> float:
    """Of all requests, as if they were independent: by how many standard deviations the contender's rank
    higher."""
    contender, baseline = np.concatenate(trial.contender), np.concatenate(trial.baseline)
    statistic = mannwhitneyu(contender, baseline, alternative="two-sided", method="asymptotic").statistic
    product = contender.size * baseline.size
    return float((statistic - product / 2) / np.sqrt(product * (contender.size + baseline.size + 1) / 12))


def benchstat_confidence(trial: PeerTrial) -> float:
    """1 - p of the two-sided Mann-Whitney test of the runs' means; 0 unless the contender's median is larger."""
    baseline, contender = trial.means()
    if np.median(contender) <= np.median(baseline):
        return 0.0
    return 1.0 - float(mannwhitneyu(contender, baseline, alternative="two-sided", method="exact").pvalue)


def asv_ratio(trial: PeerTrial) -> float:
    """Ratio of the medians of the runs; 0 when asv does not call the samples different."""
    different = benchstat_confidence(trial) > 1.0 - _ASV_P
    return median_ratio(trial) if different else 0.0


def median_ratio(trial: PeerTrial) -> float:
    """Contender over baseline, of the medians of the runs."""
    baseline, contender = trial.means()
    return float(np.median(contender) / np.median(baseline))


def locust_ratio(trial: PeerTrial) -> float:
    """The larger ratio of p50 and p95 of all requests, as Locust shows them."""
    shown = [[locust_percentile(np.concatenate(runs), share) for runs in (trial.baseline, trial.contender)]
             for share in (0.50, 0.95)]  # fmt: skip
    return max(contender / baseline if baseline else float(contender > 0) + 1.0 for baseline, contender in shown)


def locust_percentile(times_s: Floats, share: float) -> int:
    """In ms, rounded as :func:`locust_buckets_ms`; at most ``share`` of the requests were faster."""
    ordered = np.sort(locust_buckets_ms(times_s))
    faster = np.searchsorted(ordered, ordered)
    return int(ordered[faster <= int(ordered.size * share)][-1])


def locust_buckets_ms(times_s: Floats) -> Floats:
    """The times as Locust stores them: whole milliseconds, above 100 ms two significant digits."""
    times_ms = times_s * 1e3
    step_ms = np.select([times_ms < 100, times_ms < 1_000, times_ms < 10_000], [1.0, 10.0, 100.0], 1_000.0)
    rounded: Floats = np.rint(times_ms / step_ms) * step_ms
    return rounded


def wealth_of_pairs(trial: PeerTrial) -> float:
    """What the gamblers of this suite's test win on the log-ratios of the pairs."""
    return Wealth.of(trial.log_ratios or ()).largest(0.0)


def _each(value: Callable[[PeerTrial], float]) -> Callable[[Sequence[PeerTrial]], Floats]:
    return lambda trials: np.array([value(trial) for trial in trials])


def _p_value(confidence: float) -> str:
    return f"p {1.0 - confidence:.1e}"


RULES = (
    Rule(
        "this suite's test of pairs", _each(wealth_of_pairs), "wealth {:.3g}".format, None, 1.0, ("interleaved",)
    ),
    Rule("Mann-Whitney on all requests", _each(mann_whitney_deviations), "z {:.2f}".format, 1.96, 0.0),
    Rule("benchstat: Mann-Whitney on runs", _each(benchstat_confidence), _p_value, 0.95, 0.0),
    Rule("asv: p < 0.002 and a factor", _each(asv_ratio), "factor {:.3f}".format, 1.1, 1.0),
    Rule("a fixed factor of medians", _each(median_ratio), "factor {:.3f}".format, 1.1, 1.0),
    Rule("Locust's p50 and p95, a factor", _each(locust_ratio), "factor {:.3f}".format, 1.1, 1.0),
)
