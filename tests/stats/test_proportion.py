"""Wilson's interval of a share, against published values."""

from __future__ import annotations

import pytest

from harness.stats.proportion import wilson_interval


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17, 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_as_published(hits: int, trials: int, low: float, high: float) -> None:
    assert wilson_interval(hits, trials) == pytest.approx((low, high), abs=5e-5)


def test_nothing_tried_excludes_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_all_of_them_is_at_most_all() -> None:
    low, high = wilson_interval(20, 20)
    assert high == pytest.approx(1.0)
    assert high <= 1.0
    assert low == pytest.approx(1 - 0.1611, abs=5e-5)


@pytest.mark.parametrize(("hits", "trials"), [(3, 2), (-1, 2)])
def test_what_is_no_share_is_refused(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson_interval(hits, trials)
