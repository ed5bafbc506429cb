"""Which looks at a comparison cannot end it, told in a small part of the time that judging all questions takes.

A comparison looks after every pair. Drawing a thousand of them from a pool, nearly all the time would go into
judging looks that decide nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from harness.compare.margins import margins_of
from harness.compare.verdict import BOUND_ERROR_RATIO, Series
from harness.comparison import Question
from harness.stats.multiplicity import FAMILY_ERROR_RATIO, question_weights
from harness.stats.power import smallest_detectable
from harness.stats.sequential import BET_LIMIT_SCALES, MINIMUM_PAIRS, Wealth, bounds


@dataclass(frozen=True)
class Looks:
    """What all pairs that a comparison may come to will say, in their order."""

    _log_ratios: Mapping[Question, list[float]]
    _weights: Mapping[Question, float]
    #: after how many pairs a change may be found, and every question may say what it would have found
    _first_change: int
    _first_bounds: int

    @classmethod
    def at(cls, series: Mapping[Question, Series]) -> Looks:
        """ValueError when a pair lacks a value: then every look must be judged."""
        log_ratios = {question: _log_ratios(one) for question, one in series.items()}
        weights = dict(zip(series, question_weights(tuple(series)), strict=True))
        changes = [_first_below(values, FAMILY_ERROR_RATIO * weights[one]) for one, values in log_ratios.items()]
        pairs = max(map(len, log_ratios.values()))
        first_bounds = _first_bounded(pairs, FAMILY_ERROR_RATIO * min(weights.values()))
        return cls(log_ratios, weights, min(changes), first_bounds)

    def may_decide(self, pairs: int) -> bool:
        """Whether the verdict after so many pairs may be clear. False only where :func:`decided` says no.

        Holm's method rejects nothing before the first question is rejected at its share of the error. Without
        that, a comparison ends only as `same`: every question then has a smallest detectable change, and each that
        has a resolution is the same and would have found a change of it.
        """
        if pairs < MINIMUM_PAIRS:
            return False
        if pairs >= self._first_change:
            return True
        return pairs >= self._first_bounds and all(self._resolved(pairs))

    def _resolved(self, pairs: int) -> Iterator[bool]:
        """Of each question with a resolution; that of an operation chosen alone may be finer still."""
        for question, values in self._log_ratios.items():
            margins = margins_of(question)
            if margins.resolution_ratio:
                seen, error_ratio = values[:pairs], FAMILY_ERROR_RATIO * self._weights[question]
                detectable = smallest_detectable(seen, error_ratio, margins.practical)
                yield detectable is not None and detectable <= math.log1p(margins.resolution_ratio)
                anytime = bounds(seen, BOUND_ERROR_RATIO)
                yield anytime is not None and max(-anytime[0], anytime[1]) < margins.equivalence


def _log_ratios(series: Series) -> list[float]:
    complete = series.complete()
    if len(complete) < len(series.baseline):
        raise ValueError("a pair lacks a value")
    return [math.log(contender / baseline) for baseline, contender in complete]


def _first_below(values: list[float], error_ratio: float) -> int:
    """After how many pairs the p-value of either direction is first that small; more than there are for never."""
    wealth = Wealth.of(values)
    both = np.maximum(wealth.path(0.0), wealth.mirrored().path(0.0))
    small = np.flatnonzero(both >= 2.0 / error_ratio)
    return max(MINIMUM_PAIRS, int(small[0]) + 1) if small.size else len(values) + 1


def _first_bounded(most_pairs: int, error_ratio: float) -> int:
    """After how many pairs there can be bounds that are wrong with ``error_ratio`` together: with all bets won."""
    won = Wealth(np.zeros(most_pairs), np.ones(most_pairs)).path(-BET_LIMIT_SCALES)
    enough = np.flatnonzero(won >= 2.0 / error_ratio)
    return int(enough[0]) + 1 if enough.size else most_pairs + 1
