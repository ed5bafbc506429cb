"""What a night compares, and what it says of the rest."""

from __future__ import annotations

import pytest

from harness.nightly.plan import last_build, plan_night, share_s
from tests.reports.synthetic_comparison import build

REFERENCE, LAST, TONIGHT = build("9.1.20"), build("9.1.21"), build("9.1.22")


def test_tonight_is_compared_with_the_reference_and_then_with_last_night() -> None:
    plan = plan_night(REFERENCE, TONIGHT, LAST)
    assert plan.baselines == (("reference", REFERENCE), ("last night", LAST))
    assert plan.remarks == ()


def test_without_an_earlier_night_the_reference_alone_is_compared() -> None:
    assert plan_night(REFERENCE, TONIGHT, None).baselines == (("reference", REFERENCE),)


def test_the_build_of_last_night_is_not_compared_with_itself() -> None:
    plan = plan_night(REFERENCE, TONIGHT, TONIGHT)
    assert plan.baselines == (("reference", REFERENCE),)
    assert plan.remarks == ("last night's build is tonight's: nothing new since",)


def test_the_reference_is_not_compared_with_itself() -> None:
    plan = plan_night(TONIGHT, TONIGHT, LAST)
    assert plan.baselines == (("last night", LAST),)
    assert plan.remarks == ("tonight's build is the reference: nothing to compare there",)


def test_where_last_night_measured_the_reference_one_comparison_is_both() -> None:
    plan = plan_night(REFERENCE, TONIGHT, REFERENCE)
    assert plan.baselines == (("reference", REFERENCE),)
    assert plan.remarks == ("last night's build is the reference: one comparison is both",)


def test_nothing_is_compared_when_all_three_are_one_build() -> None:
    plan = plan_night(TONIGHT, TONIGHT, TONIGHT)
    assert plan.baselines == ()
    assert len(plan.remarks) == 2


@pytest.mark.parametrize(
    ("earlier", "tonight", "last"),
    [
        (["9.1.21", "9.1.20"], "9.1.22", "9.1.21"),
        (["9.1.21:2026-11-01"], "9.1.22", "9.1.21"),
        (
            ["9.1.21", "/old/DIRAC@abc", "/old/DIRAC@def"],
            "/new/home of me@here/DIRAC@123",
            "/new/home of me@here/DIRAC@abc",
        ),
        (["/old/DIRAC@abc:released"], "/new/DIRAC@123", "/new/DIRAC@abc"),
        (["/old/DIRAC@abc"], "9.1.22", None),
        ([], "9.1.22", None),
    ],
)
def test_last_night_is_the_newest_earlier_build_of_tonights_kind(
    earlier: list[str], tonight: str, last: str | None
) -> None:
    assert last_build(earlier, tonight) == last


def test_the_comparisons_of_a_night_share_its_time_and_what_one_leaves_goes_to_the_next() -> None:
    assert share_s(1_800, ["reference", "last night"]) == 900
    assert share_s(1_500, ["last night"]) == 1_500
    assert share_s(-3, ["last night"]) == 0
