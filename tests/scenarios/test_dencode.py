"""The older of DIRAC's two encodings. That it is DIRAC's is what tests/stack/test_diset_bytes.py shows."""

import contextlib
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.dencode import dencode, undencode
from scenarios.encoding import decode_answer

ENCODED: list[tuple[object, bytes]] = [
    (None, b"n"),
    (True, b"b1"),
    (False, b"b0"),
    (-12, b"i-12e"),
    (2.5, b"f2.5e"),
    (1e300, b"f1e+300e"),
    (2e-300, b"f2e-300e"),
    ("", b"s0:"),
    ("Zürich:e", b"s9:Z\xc3\xbcrich:e"),
    ([1, []], b"li1elee"),
    ({"VO": "all", "Meta": {"columns": ["Name"]}}, b"ds2:VOs3:alls4:Metads7:columnsls4:Nameeee"),
]
INSTANT = b"zati2026ei11ei3ei4ei5ei6ei0ene"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(("value", "encoded"), ENCODED)
def test_a_value_is_a_letter_and_what_follows(value: object, encoded: bytes) -> None:
    assert dencode(value) == encoded
    assert undencode(encoded) == value


@given(VALUES)
def test_what_was_encoded_is_decoded(value: object) -> None:
    assert undencode(dencode(value)) == value


def test_an_instant_is_an_instant_however_it_is_written() -> None:
    in_json = {"__dCls": "dt", "obj": "2026-11-03 04:05:06"}
    assert dencode(dt.datetime(2026, 11, 3, 4, 5, 6)) == dencode(in_json) == INSTANT  # noqa: DTZ001
    assert undencode(INSTANT) == in_json


def test_days_tuples_and_old_texts_and_numbers_are_read() -> None:
    assert undencode(b"zdti2026ei11ei3ee") == {"__dCls": "date", "obj": "2026-11-03"}
    assert undencode(b"tI7eu3:abce") == [7, "abc"]
    assert dencode((1, "a")) == b"ti1es1:ae"


@pytest.mark.parametrize(
    "broken",
    [b"", b"x", b"i12", b"ie", b"i1ei2e", b"s5:abc", b"s-1:", b"sx:", b"l", b"li1e", b"ds1:a", b"dlene", b"b",
     b"zx", b"zati2026ee", b"zti1ee", b"z", b"fee", b"l" * 100_000],
)  # fmt: skip
def test_anything_else_is_a_value_error(broken: bytes) -> None:
    with pytest.raises(ValueError, match=r"no DEncode|invalid literal|could not convert|subsection not found"):
        undencode(broken)


@given(st.binary(max_size=60))
def test_no_bytes_are_more_than_a_value_error(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        decode_answer(b"d" + data)


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes", dt.datetime.now(dt.UTC)])
def test_what_dirac_cannot_encode_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError, match="DIRAC's DEncode has no"):
        dencode([value])
