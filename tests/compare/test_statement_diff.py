"""The diff of two lists of statements says what came and what went, no more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.compare.statement_diff import CONTEXT_LINES, LEFT_OUT, aligned, statement_changes
from harness.comparison import StatementChange

TEXTS = st.lists(st.sampled_from(["SELECT a", "SELECT b", "COMMIT", "ROLLBACK"]), max_size=12)
LONG_TEXTS = st.lists(st.sampled_from(["SELECT a", "SELECT b", "COMMIT", "ROLLBACK"]), max_size=60)


def lines(baseline: list[str], contender: list[str]) -> list[str]:
    signs = {"added": "+", "removed": "-", "kept": " "}
    return [f"{signs[one.change]}{one.times} {one.text}" for one in statement_changes(baseline, contender)]


def total(changes: tuple[StatementChange, ...], *kinds: str) -> int:
    return sum(one.times for one in changes if one.change in kinds)


@given(texts=LONG_TEXTS)
def test_a_list_and_itself_have_no_diff(texts: list[str]) -> None:
    assert statement_changes(texts, texts) == ()
    assert aligned(texts, texts) == [(place, place) for place in range(len(texts))]


@given(baseline=LONG_TEXTS, contender=LONG_TEXTS)
def test_every_statement_of_both_sides_stands_once_in_order(baseline: list[str], contender: list[str]) -> None:
    pairs = aligned(baseline, contender)
    assert [one for one, _ in pairs if one is not None] == list(range(len(baseline)))
    assert [other for _, other in pairs if other is not None] == list(range(len(contender)))
    assert all(baseline[one] == contender[other] for one, other in pairs if one is not None and other is not None)


@given(baseline=LONG_TEXTS, contender=LONG_TEXTS)
def test_swapping_the_sides_swaps_added_and_removed(baseline: list[str], contender: list[str]) -> None:
    swapped = [(one, other) for other, one in aligned(contender, baseline)]
    pairs = aligned(baseline, contender)
    assert set(swapped) == set(pairs)
    assert [pair for pair in swapped if None not in pair] == [pair for pair in pairs if None not in pair]
    changes, back = statement_changes(baseline, contender), statement_changes(contender, baseline)
    assert (total(changes, "added"), total(changes, "removed")) == (total(back, "removed"), total(back, "added"))


@given(baseline=LONG_TEXTS, contender=LONG_TEXTS)
def test_what_is_left_out_is_counted(baseline: list[str], contender: list[str]) -> None:
    changes = statement_changes(baseline, contender)
    if baseline != contender:
        assert total(changes, "kept", "removed") == len(baseline)
        assert total(changes, "kept", "added") == len(contender)


@given(texts=LONG_TEXTS, place=st.integers(0, 60), text=st.sampled_from(["SELECT a", "COMMIT", "UPDATE"]))
def test_one_statement_more_is_exactly_that(texts: list[str], place: int, text: str) -> None:
    place = min(place, len(texts))
    changes = statement_changes(texts, [*texts[:place], text, *texts[place:]])
    assert [(one.change, one.times, one.text) for one in changes if one.change != "kept"] == [("added", 1, text)]


@given(texts=TEXTS.filter(len), place=st.integers(0, 11))
def test_one_other_text_is_exactly_that(texts: list[str], place: int) -> None:
    place %= len(texts)
    changes = statement_changes(texts, [*texts[:place], "SELECT c", *texts[place + 1 :]])
    assert [(one.change, one.text) for one in changes if one.change != "kept"] == [
        ("removed", texts[place]),
        ("added", "SELECT c"),
    ]


def test_equal_neighbours_are_one_line() -> None:
    assert lines(["SELECT a", "ROLLBACK", "ROLLBACK"], ["SELECT a", "SELECT a", "SELECT a"]) == [
        " 1 SELECT a",
        "-2 ROLLBACK",
        "+2 SELECT a",
    ]


def test_long_unchanged_stretches_keep_what_stands_next_to_a_change() -> None:
    same = [f"SELECT {place}" for place in range(20)]
    assert lines(["BEGIN", *same, "COMMIT"], [*same, "COMMIT", "ROLLBACK"]) == [
        "-1 BEGIN",
        " 1 SELECT 0",
        " 1 SELECT 1",
        f" 17 {LEFT_OUT}",
        " 1 SELECT 19",
        " 1 COMMIT",
        "+1 ROLLBACK",
    ]


def test_a_stretch_is_not_shortened_to_the_same_length() -> None:
    same = [f"SELECT {place}" for place in range(CONTEXT_LINES + 1)]
    assert lines([*same, "COMMIT"], same) == [*(f" 1 {text}" for text in same), "-1 COMMIT"]
