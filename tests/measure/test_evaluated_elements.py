from __future__ import annotations

import pytest

from harness.dataset.installation import installation_of
from harness.dataset.profiles import PROFILES, Profile
from harness.measure.evaluated_elements import evaluated_elements


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_the_site_has_as_many_elements_in_every_profile_and_one_element_of_each_type_is_evaluated(
    profile: Profile,
) -> None:
    site, computing, storage = evaluated_elements(installation_of(profile))
    assert len(site.related) == 3
    assert [one.element_type for one in (site, computing, storage)] == [
        "Site",
        "ComputingElement",
        "StorageElement",
    ]
