"""The search in a range: always the right build without noise, with few builds; rarely a wrong one with noise."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.compare.bisect import (
    MOST_VISIT_PAIRS,
    VISIT_PAIRS,
    Search,
    best_split,
    likely_group,
    likely_range,
    measured_probabilities,
)

EFFECT = math.log(1.05)

#: Of a pair of a build whose true log-ratio is given.
Noise = Callable[[np.random.Generator], float]


def normal(draws: np.random.Generator) -> float:
    return float(draws.normal(0.0, 0.01))


def bursts(draws: np.random.Generator) -> float:
    """One pair in ten has ten times the spread."""
    return float(draws.normal(0.0, 0.1 if draws.random() < 0.1 else 0.01))


def counted(last: int, first_bad: int, broken: frozenset[int] = frozenset()) -> tuple[range | None, int]:
    """What a search by counters finds, and how many builds it looked at that start."""
    search = Search(last, 0.95, is_bad={last: True})
    while (position := search.next_build()) is not None:
        assert position not in search.is_bad
        assert position not in search.skipped
        if position in broken:
            search.skipped.add(position)
        else:
            search.is_bad[position] = position >= first_bad
    return search.found(), len(search.is_bad) - 1


def measured(
    effects: list[float], noise: Noise, seed: int, *, confidence_ratio: float = 0.95, most_visits: int = 60
) -> tuple[range | None, Search]:
    """What a search by pairs finds when build i + 1 has the i-th effect; the good end has none."""
    draws = np.random.default_rng(seed)
    last = len(effects)

    def pairs(position: int, number: int) -> tuple[float, ...]:
        return tuple(effects[position - 1] + noise(draws) for _ in range(number))

    search = Search(last, confidence_ratio, log_ratios={last: pairs(last, 11)})
    for _ in range(most_visits):
        if (position := search.next_build()) is None:
            break
        seen = search.log_ratios.get(position, ())
        while not search.is_enough(position, seen):
            seen = (*seen, *pairs(position, 1))
        search.log_ratios[position] = seen
    return search.found(), search


def step(last: int, first_bad: int, effect: float = EFFECT) -> list[float]:
    return [effect if position >= first_bad else 0.0 for position in range(1, last + 1)]


@given(st.data(), st.integers(1, 200))
def test_counters_find_any_build_in_the_fewest_steps(data: st.DataObject, last: int) -> None:
    first_bad = data.draw(st.integers(1, last))
    found, looked_at = counted(last, first_bad)
    assert found == range(first_bad, first_bad + 1)
    assert looked_at <= math.ceil(math.log2(last)) if last > 1 else looked_at == 0


@given(st.data(), st.integers(1, 60))
def test_builds_that_do_not_start_leave_only_those_beside_them_in_doubt(data: st.DataObject, last: int) -> None:
    first_bad = data.draw(st.integers(1, last))
    broken = data.draw(st.frozensets(st.integers(1, max(1, last - 1)))) - {last}
    found, _ = counted(last, first_bad, broken)
    start = first_bad
    while start - 1 in broken:
        start -= 1
    end = first_bad
    while end in broken:
        end += 1
    assert found == range(start, end + 1)


def test_a_long_stretch_that_does_not_start_is_left_in_few_steps() -> None:
    """40 broken builds around the middle of 128: neighbours of what does not start are not tried first."""
    broken = frozenset(range(44, 84))
    search = Search(128, 0.95, is_bad={128: True})
    while (position := search.next_build()) in broken:
        assert position is not None
        search.skipped.add(position)
    assert len(search.skipped) <= 6


@pytest.mark.parametrize("noise", [normal, bursts])
@pytest.mark.parametrize("first_bad", [1, 2, 40, 64, 65, 127, 128])
def test_a_step_of_five_percent_in_128_builds_is_found_with_few_builds(noise: Noise, first_bad: int) -> None:
    for seed in range(3):
        found, search = measured(step(128, first_bad), noise, seed)
        assert found == range(first_bad, first_bad + 1)
        assert len(search.log_ratios.keys() - {0, 128}) <= 8


def test_the_stated_confidence_holds() -> None:
    """A step of 1 %, which a visit hardly shows: of 30 searches at most 4 are wrong, and some name none."""
    outcomes = []
    for seed in range(30):
        first_bad = 1 + seed % 16
        found, _ = measured(step(16, first_bad, math.log(1.01)), normal, seed, most_visits=30)
        outcomes.append(None if found is None else found == range(first_bad, first_bad + 1))
    assert outcomes.count(False) <= 4
    assert outcomes.count(True) >= 22


def test_of_two_steps_one_is_found() -> None:
    effects = [0.0] * 20 + [0.5 * EFFECT] * 20 + [EFFECT] * 24
    found, search = measured(effects, normal, 5)
    assert found in (range(21, 22), range(41, 42))
    assert len(search.log_ratios) <= 12


def test_a_drift_of_less_than_half_the_step_is_not_the_step() -> None:
    effects = [0.2 * EFFECT * position / 64 for position in range(64)] + [1.2 * EFFECT] * 64
    found, _ = measured(effects, normal, 6)
    assert found == range(65, 66)


def test_a_build_between_that_is_faster_is_good() -> None:
    effects = [0.0] * 30 + [-2.0 * EFFECT] * 40 + [EFFECT] * 58
    found, _ = measured(effects, normal, 7)
    assert found == range(71, 72)


@settings(max_examples=30)
@given(st.integers(2, 40), st.data())
def test_probabilities_are_those_of_all_positions_and_pairs_move_them_the_right_way(
    last: int, data: st.DataObject
) -> None:
    position = data.draw(st.integers(1, last - 1))
    at_end = {last: (EFFECT,) * 8}
    good = measured_probabilities(last, {**at_end, position: (0.0,) * 4})
    bad = measured_probabilities(last, {**at_end, position: (EFFECT,) * 4})
    for probabilities in (good, bad):
        assert probabilities[0] == 0.0
        assert probabilities.sum() == pytest.approx(1.0)
        assert (probabilities >= 0.0).all()
    assert good[: position + 1].sum() < position / last < bad[: position + 1].sum()


def test_a_visit_ends_when_there_is_little_doubt_or_after_so_many_pairs() -> None:
    search = Search(8, 0.95, log_ratios={8: (EFFECT,) * 10})
    assert not search.is_enough(4, (0.0,) * (VISIT_PAIRS - 1))
    assert search.is_enough(4, (0.0,) * VISIT_PAIRS)
    between = (0.5 * EFFECT - 0.03, 0.5 * EFFECT + 0.03) * (MOST_VISIT_PAIRS // 2)
    assert not search.is_enough(4, between[:-1])
    assert search.is_enough(4, between)
    search.log_ratios[4] = between
    assert not search.is_enough(4, between)


def test_without_pairs_between_all_builds_are_equally_suspect() -> None:
    probabilities = measured_probabilities(4, {4: (EFFECT,) * 8, 0: (0.001, -0.002)})
    assert probabilities == pytest.approx([0.0, 0.25, 0.25, 0.25, 0.25])


def test_one_outlier_does_not_decide() -> None:
    pairs = {8: (EFFECT,) * 10, 4: (0.0, 0.001, -0.001, 0.6)}
    assert measured_probabilities(8, pairs)[:5].sum() < 0.01


def test_a_bad_end_that_is_not_slower_is_refused() -> None:
    with pytest.raises(ValueError, match="not slower"):
        measured_probabilities(3, {3: (-0.01, -0.02)})


def test_the_best_split_is_the_middle_of_what_is_in_doubt() -> None:
    assert best_split(np.array([0.0, 0.25, 0.25, 0.25, 0.25]), ()) == 2
    assert best_split(np.array([0.0, 0.0, 0.9, 0.05, 0.05]), ()) == 2
    assert best_split(np.array([0.0, 0.25, 0.25, 0.25, 0.25]), {2}) in (1, 3)
    assert best_split(np.array([0.0, 1.0]), ()) is None
    assert best_split(np.array([0.0, 0.0, 1.0, 0.0]), ()) is None
    assert best_split(np.array([0.0, 0.5, 0.5]), {1}) is None


def test_a_group_is_what_lies_between_two_builds_that_start() -> None:
    probabilities = np.array([0.0, 0.02, 0.5, 0.46, 0.02])
    assert likely_group(probabilities, (), 0.95) is None
    assert likely_group(probabilities, {2}, 0.95) == range(2, 4)
    assert likely_group(probabilities, {1, 2}, 0.97) == range(1, 4)


@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30).filter(lambda one: sum(one) > 1e-3),
    st.floats(0.5, 0.999),
)
def test_the_likely_range_is_the_shortest(weights: list[float], least_ratio: float) -> None:
    probabilities = np.array([0.0, *weights]) / sum(weights)
    found = likely_range(probabilities, least_ratio)
    assert probabilities[found.start : found.stop].sum() >= least_ratio - 1e-6
    shorter = len(found) - 1
    sums = [probabilities[start : start + shorter].sum() for start in range(len(probabilities) - shorter + 1)]
    assert max(sums, default=0.0) < least_ratio + 1e-6
