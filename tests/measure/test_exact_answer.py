"""Answers that are the same have the same digest, others do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.measure.exact_answer import asks_for_order, summarise_answer

CELLS = st.one_of(
    st.none(),
    st.text(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False),
    st.fixed_dictionaries({"__dCls": st.just("dt"), "obj": st.text()}),
)
ROWS = st.lists(st.lists(CELLS, max_size=4), max_size=6)


@given(rows=ROWS, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_is_no_difference(rows: list[list[object]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert summarise_answer(shuffled, ordered=False) == summarise_answer(rows, ordered=False)


@given(rows=ROWS, place=st.integers(0, 5))
def test_a_row_more_is_a_difference(rows: list[list[object]], place: int) -> None:
    again = rows[place % len(rows)] if rows else []
    one, other = summarise_answer(rows, ordered=False), summarise_answer([*rows, again], ordered=False)
    assert (one.rows, other.rows) == (len(rows), len(rows) + 1)
    assert one.digest != other.digest


def test_the_order_counts_where_it_was_asked_for() -> None:
    one, other = ([["a"], ["b"]], [["b"], ["a"]])
    assert summarise_answer(one, ordered=True) != summarise_answer(other, ordered=True)
    assert asks_for_order(["ResourceHistory", {"Meta": {"order": ["DateEffective", "desc"]}}])
    assert not asks_for_order(["ResourceHistory", {"Meta": {"limit": 1}}, None])


@pytest.mark.parametrize("value", [None, 0, "", {}, {"a": [2, 1]}, [], [[]], [None], [[1, 2]], [[2, 1]], ["[1]"]])
def test_values_of_every_kind_differ_from_all_others(value: object) -> None:
    others = [None, 0, "", {}, {"a": [2, 1]}, [], [[]], [None], [[1, 2]], [[2, 1]], ["[1]"]]
    digest = summarise_answer(value, ordered=False).digest
    assert [other for other in others if summarise_answer(other, ordered=False).digest == digest] == [value]


def test_the_keys_of_a_structure_have_no_order() -> None:
    one, other = {"obj": "x", "__dCls": "dt"}, {"__dCls": "dt", "obj": "x"}
    assert summarise_answer([[one]], ordered=True) == summarise_answer([[other]], ordered=True)


def test_the_beginning_shows_what_was_answered() -> None:
    assert summarise_answer([["b", 1], ["a", None]], ordered=False).beginning == '[["a",null],["b",1]]'
    assert len(summarise_answer(["ä" * 1000], ordered=False).beginning) == 300
