"""Whole comparisons made of pairs of the pool: drawn, looked at after every pair, judged by the rule of
`compare`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from harness.compare.stopping import decided
from harness.compare.verdict import Series, conclude, judge
from harness.comparison import Judgement, Question, Verdict
from harness.measure.pair_plan import CONTROL_EVERY
from harness.selftest.looks import Looks
from harness.selftest.pool import Arm

Generator = np.random.Generator


@dataclass(frozen=True)
class DrawnComparison:
    """``pairs``: all, controls included. ``is_decided``: whether it ended by itself, not with its time or the
    pool."""

    verdict: Verdict
    judgements: tuple[Judgement, ...]
    control: tuple[Judgement, ...]
    pairs: int
    is_decided: bool


def draw_comparison(compared: Arm, equal: Arm, most_pairs: int, draws: Generator) -> DrawnComparison:
    """One comparison of at most so many pairs, each of the pool in it once at most.

    Every CONTROL_EVERY-th pair is a control, which is taken from the ``equal`` ones. The order is drawn: what the
    machine did to neighbouring pairs is spread over all comparisons.
    """
    count = _most(compared, equal, most_pairs)
    order = draws.permutation(len(compared)).tolist()
    controls = order[::-1] if compared is equal else draws.permutation(len(equal)).tolist()
    judgements, looked, is_decided = looked_at(lambda pairs: compared.series(order[:pairs]), _compared(count))
    used = _number_of(looked) if is_decided else count
    control = controls[: used // CONTROL_EVERY]
    judged_control = judge(equal.series(control)) if control else ()
    verdict = conclude(judgements, judged_control).verdict
    return DrawnComparison(verdict, judgements, judged_control, used, is_decided)


def looked_at(
    series: Callable[[int], Mapping[Question, Series]], most_pairs: int
) -> tuple[tuple[Judgement, ...], int, bool]:
    """Judgements of the last look, after how many pairs that was, and whether they decide.

    ``series``: of the first so many pairs, which are ``most_pairs`` at most.
    """
    for pairs in _telling(series(most_pairs), most_pairs):
        judgements = judge(series(pairs))
        if decided(judgements):
            return judgements, pairs, True
    return judge(series(most_pairs)), most_pairs, False


def _telling(series: Mapping[Question, Series], most_pairs: int) -> Iterator[int]:
    """The looks that may decide."""
    try:
        looks = Looks.at(series)
    except ValueError:
        yield from range(1, most_pairs + 1)
        return
    yield from filter(looks.may_decide, range(1, most_pairs + 1))


def _most(compared: Arm, equal: Arm, most_pairs: int) -> int:
    """How many pairs, controls included, there are for a comparison."""
    if compared is equal:
        return min(most_pairs, len(equal))
    return min(most_pairs, _number_of(len(compared)), (len(equal) + 1) * CONTROL_EVERY - 1)


def _compared(number: int) -> int:
    """How many of the first ``number`` pairs are not controls."""
    return number - number // CONTROL_EVERY


def _number_of(compared: int) -> int:
    """The number, controls included, that the pair has which is the ``compared``-th that is none."""
    return compared + max(0, compared - 1) // (CONTROL_EVERY - 1)
