from __future__ import annotations

import pytest

from harness.dataset.installation import Installation, installation_of
from harness.dataset.profiles import PROFILES, Profile

EVERY_PROFILE = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())


def all_names(names: Installation) -> list[str]:
    return [*names.sites, *names.computing_elements, *names.storage_elements, *names.fts_servers]


@EVERY_PROFILE
def test_the_installation_has_the_size_of_its_profile(profile: Profile) -> None:
    names = installation_of(profile)
    assert len(names.sites) == profile.sites
    assert len(names.computing_elements) == profile.computing_elements
    assert len(names.storage_elements) == profile.storage_elements
    assert len(names.fts_servers) == profile.fts_servers
    assert len(names.vos) == profile.vos


@EVERY_PROFILE
def test_no_two_names_are_equal_for_a_database_that_ignores_case(profile: Profile) -> None:
    names = installation_of(profile)
    assert len({name.casefold() for name in all_names(names)}) == len(all_names(names))
    assert len(set(names.vos)) == profile.vos


@EVERY_PROFILE
def test_names_fit_the_columns(profile: Profile) -> None:
    names = installation_of(profile)
    assert all(name.isascii() and len(name) <= 64 for name in [*all_names(names), *names.vos])


@EVERY_PROFILE
def test_every_element_belongs_to_exactly_one_site(profile: Profile) -> None:
    names = installation_of(profile)
    dealt = [element for elements in names.elements_of_site.values() for element in elements]
    assert sorted(dealt) == sorted([*names.computing_elements, *names.storage_elements])
    assert tuple(names.elements_of_site) == names.sites
    assert all(element in names.elements_of_site[site] for element, site in names.site_of.items())


def test_sites_are_named_as_on_the_grid() -> None:
    kinds = [site.split(".")[0] for site in installation_of(PROFILES["M"]).sites]
    assert {kind: kinds.count(kind) for kind in kinds} == {"LCG": 50, "DIRAC": 9, "CLOUD": 1}


@EVERY_PROFILE
def test_no_host_can_be_reached_by_accident(profile: Profile) -> None:
    assert all(host.endswith(".example") for host in installation_of(profile).computing_elements)
