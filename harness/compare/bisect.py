"""Which build of a range was the first to get worse, by what is known of some of them (pure).

Positions count from 0, the good end, to ``last``, the bad end. Formulas, constants and reasons: docs/method.md,
"Bisect".
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from harness.stats.paired import hodges_lehmann

#: Degrees of freedom of the noise of a pair: a burst is evidence for nothing.
TAIL_DEGREES = 4.0

#: The spreads of a pair that are thought possible, as log-ratios, evenly in their logarithm.
LEAST_SPREAD = 0.001
LARGEST_SPREAD = 0.2
SPREAD_STEPS = 27

#: How probable it is that a build has an effect of its own, rather than none or that of the bad end.
OWN_EFFECT_RATIO = 0.1

#: A build is bad from this share of the bad end's effect on.
BAD_SHARE = 0.5
EFFECT_STEPS = 41

#: Pairs of one visit to a build: at least, as many as an interval needs, since starting it costs several; at most.
VISIT_PAIRS = 6
MOST_VISIT_PAIRS = 24

#: Probabilities are sums of many floats.
_CERTAIN = 1.0 - 1e-9

Floats = npt.NDArray[np.float64]


@dataclass
class Search:
    """What is known of a range, and what to look at next.

    ``is_bad``: of builds whose symptom was counted, whether they have it. ``log_ratios``: of builds whose symptom
    was measured, those of all pairs with the good end, which itself may have some. Only one of them is used; that
    of the bad end must be there. ``skipped``: builds that cannot be looked at.
    """

    last: int
    confidence_ratio: float
    is_bad: dict[int, bool] = field(default_factory=dict)
    log_ratios: dict[int, tuple[float, ...]] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)

    def probabilities(self) -> Floats:
        """How probable it is of each position that it was the first bad one; of the good end 0."""
        if self.log_ratios:
            return measured_probabilities(self.last, self.log_ratios)
        return counted_probabilities(self.last, self.is_bad)

    def next_build(self) -> int | None:
        """The position to look at next, maybe again; None when it is found, or nothing more can be learnt."""
        probabilities = self.probabilities()
        if self._group(probabilities) is not None:
            return None
        return best_split(probabilities, self.skipped)

    def found(self) -> range | None:
        """The first bad one: of several positions when those between two builds were skipped. None while it is
        less certain than was asked for."""
        return self._group(self.probabilities())

    def suspects(self) -> range:
        """What was found, or else the fewest neighbours of which one is the first bad build as certainly."""
        probabilities = self.probabilities()
        return self._group(probabilities) or likely_range(probabilities, self._needed_ratio)

    def is_enough(self, position: int, log_ratios: Sequence[float]) -> bool:
        """Whether a visit to a build may end, given all its pairs: those that are known, and those since."""
        new = len(log_ratios) - len(self.log_ratios.get(position, ()))
        return new >= VISIT_PAIRS and (new >= MOST_VISIT_PAIRS or self.is_settled(position, log_ratios))

    def is_settled(self, position: int, log_ratios: Sequence[float]) -> bool:
        """Whether pairs of a build, with all else that is known, leave little doubt whether it is bad.

        A search asks about log2(last) builds; each may be wrong with that share of what the search may be.
        """
        probabilities = measured_probabilities(self.last, {**self.log_ratios, position: log_ratios})
        doubt_ratio = (1.0 - self.confidence_ratio) / max(1, math.ceil(math.log2(max(2, self.last))))
        bad_ratio = float(probabilities[: position + 1].sum())
        return min(bad_ratio, 1.0 - bad_ratio) <= doubt_ratio

    @property
    def _needed_ratio(self) -> float:
        return min(self.confidence_ratio, _CERTAIN) if self.log_ratios else _CERTAIN

    def _group(self, probabilities: Floats) -> range | None:
        return likely_group(probabilities, self.skipped, self._needed_ratio)


def counted_probabilities(last: int, is_bad: Mapping[int, bool]) -> Floats:
    """All builds after the last good one before the first bad one are equally suspect. The bad end is bad."""
    bad = min((position for position, one in is_bad.items() if one), default=last)
    good = max((position for position, one in is_bad.items() if not one and position < bad), default=0)
    probabilities = np.zeros(last + 1)
    probabilities[good + 1 : bad + 1] = 1.0 / (bad - good)
    return probabilities


def measured_probabilities(last: int, log_ratios: Mapping[int, Sequence[float]]) -> Floats:
    """The posterior, every build being equally suspect before; effect and spread are integrated out.

    ValueError when the bad end is not slower by its own pairs.
    """
    effect = hodges_lehmann(log_ratios[last])
    if effect <= 0.0:
        raise ValueError("the bad end is not slower than the good one")
    positions = sorted(position for position in log_ratios if position > 0)
    likelihoods = [_log_likelihoods(tuple(log_ratios[position]), effect) for position in positions]
    good, bad = (np.stack(side) for side in zip(*likelihoods, strict=True))
    # between two builds with pairs every position is as probable: those before are good, those behind are bad
    before = np.cumsum(good, axis=0) - good + _log_likelihoods(tuple(log_ratios.get(0, ())), effect)[0]
    joint = before + np.cumsum(bad[::-1], axis=0)[::-1]
    weights = np.repeat(np.exp(joint - joint.max()).sum(axis=(1, 2)), np.diff([0, *positions]))
    return np.concatenate(([0.0], weights / weights.sum()))


def best_split(probabilities: Floats, skipped: Collection[int]) -> int | None:
    """The build of which it is least known whether it is bad; None when there is no doubt about any.

    Beside one that was skipped it is less likely to start: doubt counts less there.
    """
    last = len(probabilities) - 1
    bad = np.clip(np.cumsum(probabilities)[1:last], 0.0, 1.0)
    bad[(bad < 1.0 - _CERTAIN) | (bad > _CERTAIN)] = 0.0
    doubt = -np.where(bad > 0.0, bad * np.log2(np.maximum(bad, 1e-300)), 0.0)
    doubt -= np.where(bad > 0.0, (1.0 - bad) * np.log2(np.maximum(1.0 - bad, 1e-300)), 0.0)
    if skipped:
        distances = np.abs(np.arange(1, last)[:, None] - np.array(sorted(skipped))).min(axis=1)
        doubt = doubt * distances / (1.0 + distances)
    if doubt.size == 0 or doubt.max() <= 0.0:
        return None
    return int(doubt.argmax()) + 1


def likely_group(probabilities: Floats, skipped: Collection[int], least_ratio: float) -> range | None:
    """The positions between two builds that can be looked at, when together they are that probable."""
    start = 1
    for position in range(1, len(probabilities)):
        if position in skipped:
            continue
        if probabilities[start : position + 1].sum() >= least_ratio:
            return range(start, position + 1)
        start = position + 1
    return None


def likely_range(probabilities: Floats, least_ratio: float) -> range:
    """The fewest neighbours that together are that probable, for a search that ended too early."""
    total = np.concatenate(([0.0], np.cumsum(probabilities)))
    ends = np.minimum(np.searchsorted(total, total[:-1] + least_ratio - 1e-12), len(probabilities))
    reached = total[ends] - total[:-1] >= least_ratio - 1e-9
    lengths = np.where(reached, ends - np.arange(len(probabilities)), len(probabilities) + 1)
    start = int(lengths.argmin())
    return range(start, int(ends[start]))


@lru_cache(maxsize=1_024)
def _log_likelihoods(pairs: tuple[float, ...], effect: float) -> tuple[Floats, Floats]:
    """Of the pairs of one build: if it is good, by spread; if it is bad, by effect of the bad ones and spread."""
    values = np.array(pairs, dtype=np.float64)
    none = _log_density(values, np.zeros(1))
    own_good = _log_mean(_log_density(values, effect * np.linspace(-BAD_SHARE, BAD_SHARE, EFFECT_STEPS)))
    shared = _log_density(values, effect * np.linspace(BAD_SHARE, 2.0 - BAD_SHARE, EFFECT_STEPS))
    return _mixed(none, own_good), _mixed(shared, _log_mean(shared))


def _log_density(values: Floats, centers: Floats) -> Floats:
    """Of all values together, by center and spread: Student's t, but for its constant."""
    spreads = np.geomspace(LEAST_SPREAD, LARGEST_SPREAD, SPREAD_STEPS)
    distances = (values[:, None, None] - centers[None, :, None]) / spreads
    tails = (TAIL_DEGREES + 1.0) / 2.0 * np.log1p(distances**2 / TAIL_DEGREES)
    return np.asarray(-(tails + np.log(spreads)).sum(axis=0))


def _log_mean(log_values: Floats) -> Floats:
    """Over the centers."""
    return np.asarray(np.logaddexp.reduce(log_values, axis=0, keepdims=True) - math.log(len(log_values)))


def _mixed(usual: Floats, own: Floats) -> Floats:
    return np.asarray(np.logaddexp(math.log(1.0 - OWN_EFFECT_RATIO) + usual, math.log(OWN_EFFECT_RATIO) + own))
