"""The exact lane of a comparison: both builds' counters, how they differ, and the verdict (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.compare.margins import EXACT_BYTES_MARGIN_RATIO
from harness.compare.statement_diff import statement_changes
from harness.comparison import AbsentOperation, CounterChange, ExactComparison, Verdict
from harness.counted import BYTES, COUNTERS, ExactOperation, count_of

# Characters of an answer that are shown before and from the first difference on.
_SHOWN_BEFORE = 20
_SHOWN_AFTER = 40


def compare_exact(
    baseline: Sequence[ExactOperation], contender: Sequence[ExactOperation]
) -> tuple[ExactComparison, ...]:
    """One comparison per operation that the baseline answers rightly and the contender has, in the baseline's
    order.

    A counter that varies on either side is not compared. The verdict is ``wrong`` when the contender fails or
    answers a read otherwise than the baseline.
    """
    of_contender = {one.operation: one for one in contender if not one.absent}
    return tuple(
        _compared(one, of_contender[one.operation])
        for one in baseline
        if one.problem is None and one.operation in of_contender
    )


def absent_operations(
    baseline: Sequence[ExactOperation], contender: Sequence[ExactOperation], builds: tuple[str, str]
) -> tuple[AbsentOperation, ...]:
    """The operations that :func:`compare_exact` leaves out, once for each side that lacks it or, when the baseline
    fails, fails too. ``builds`` are the names of baseline and contender."""
    sides = [{one.operation: one for one in side} for side in (baseline, contender)]
    absent = []
    for operation in sides[0] | sides[1]:
        counted = [side.get(operation) for side in sides]
        is_left_out = counted[0] is None or counted[0].problem is not None
        for build, one in zip(builds, counted, strict=True):
            if one is None:
                absent.append(AbsentOperation(operation, build, "the build does not have it"))
            elif one.problem is not None and (one.absent or is_left_out):
                absent.append(AbsentOperation(operation, build, one.problem))
    return tuple(absent)


def _compared(baseline: ExactOperation, contender: ExactOperation) -> ExactComparison:
    excluded = tuple(dict.fromkeys(baseline.varying + contender.varying))
    if contender.problem is not None:
        return ExactComparison(
            baseline.operation, "wrong", (), (), excluded, baseline, contender, problem=contender.problem
        )
    counters = tuple(change for change in _counter_changes(baseline, contender) if change.counter not in excluded)
    texts = [[statement.text for statement in side.statements] for side in (baseline, contender)]
    difference = None if "answer" in excluded else _answer_difference(baseline, contender)
    return ExactComparison(
        operation=baseline.operation,
        verdict=_verdict(counters) if difference is None else "wrong",
        counters=counters,
        statements=() if "statements" in excluded else statement_changes(*texts),
        excluded=excluded,
        baseline=baseline,
        contender=contender,
        problem=difference,
    )


def _counter_changes(baseline: ExactOperation, contender: ExactOperation) -> Iterator[CounterChange]:
    for counter in COUNTERS:
        before, after = count_of(baseline, counter), count_of(contender, counter)
        if before is not None and after is not None and before != after:
            yield CounterChange(counter, before, after)


def is_regression(change: CounterChange) -> bool:
    """Whether the counter rose, for bytes beyond their margin."""
    return _is_beyond(change, change.baseline, change.contender)


def _verdict(counters: Sequence[CounterChange]) -> Verdict:
    if any(map(is_regression, counters)):
        return "regression"
    if any(_is_beyond(change, change.contender, change.baseline) for change in counters):
        return "improvement"
    return "same"


def _is_beyond(change: CounterChange, fewer: int, more: int) -> bool:
    margin_ratio = EXACT_BYTES_MARGIN_RATIO if change.counter in BYTES else 1
    return more > fewer * margin_ratio


def _answer_difference(baseline: ExactOperation, contender: ExactOperation) -> str | None:
    """In words, None when there is none. A write answers nothing that could be compared."""
    one, other = baseline.answer, contender.answer
    if one is None or other is None or one.digest == other.digest:
        return None
    if one.rows != other.rows:
        return f"answers differ: {_amount(one.rows)}, {_amount(other.rows)}"
    if one.beginning != other.beginning:
        return f"answers differ: {_amount(one.rows)}, {_around_difference(one.beginning, other.beginning)}"
    return f"answers differ: {_amount(one.rows)} on both sides, not in the first {len(one.beginning)} characters"


def _amount(rows: int | None) -> str:
    return "one value" if rows is None else f"{rows} row{'' if rows == 1 else 's'}"


def _around_difference(one: str, other: str) -> str:
    """The first difference of two texts, with a little of what stands before it."""
    place = next(
        (place for place, (left, right) in enumerate(zip(one, other, strict=False)) if left != right),
        min(len(one), len(other)),
    )
    start = max(place - _SHOWN_BEFORE, 0)
    before = "…" if start else ""
    return " became ".join(f"{before}{text[start : place + _SHOWN_AFTER]}" for text in (one, other))
