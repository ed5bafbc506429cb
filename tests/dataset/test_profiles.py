from __future__ import annotations

import pytest

from harness.dataset.profiles import PROFILES, Profile

EVERY_PROFILE = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())


def test_there_are_five_profiles_in_order_of_size() -> None:
    assert list(PROFILES) == ["S", "M", "L", "L-mVO", "XL"]
    assert all(name == profile.name for name, profile in PROFILES.items())


@pytest.mark.parametrize(("name", "rows"), [("S", 53), ("M", 262), ("L", 652), ("L-mVO", 442), ("XL", 4005)])
def test_resource_status_rows_of_vo_all_are_those_of_the_installation_it_resembles(name: str, rows: int) -> None:
    assert PROFILES[name].resource_status_rows == rows


@pytest.mark.parametrize(("name", "rows"), [("S", 0), ("M", 0), ("L", 0), ("L-mVO", 4_000), ("XL", 60_000)])
def test_only_installations_of_many_communities_have_status_rows_per_community(name: str, rows: int) -> None:
    assert PROFILES[name].vo_status_rows == rows


@pytest.mark.parametrize(
    ("name", "rows"), [("S", 0), ("M", 7_000), ("L", 70_000), ("L-mVO", 70_000), ("XL", 700_000)]
)
def test_history_grows_to_700_000_rows(name: str, rows: int) -> None:
    assert PROFILES[name].history_rows == rows


@EVERY_PROFILE
def test_a_site_has_as_much_history_and_log_as_a_resource(profile: Profile) -> None:
    resources = profile.resource_status_rows
    assert profile.site_history_rows / profile.sites == pytest.approx(profile.history_rows / resources, rel=0.01)
    assert profile.site_log_rows / profile.sites == pytest.approx(profile.log_rows / resources, rel=0.03)
