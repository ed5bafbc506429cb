from __future__ import annotations

import pytest

from harness.builds.spec import parse_build
from harness.model import SettingsError


@pytest.mark.parametrize("name", ["9.1.22", "8.0.86", "9.2.0a1", "10.0.0rc3"])
def test_a_release_is_installed_with_what_its_services_need(name: str) -> None:
    assert parse_build(name).requirement == f"DIRAC[server]=={name}"


@pytest.mark.parametrize("name", ["../DIRAC", "/src/DIRAC@main", ".", "user@host"])
def test_a_path_is_refused_for_now(name: str) -> None:
    with pytest.raises(SettingsError, match="only releases can be measured so far"):
        parse_build(name)


@pytest.mark.parametrize("name", ["", "9.1", "v9r1", "latest", "9.1.22 ", "9.1.22; import os", "-r x"])
def test_what_is_no_release_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(SettingsError, match=r"not a release of DIRAC.*9\.1\.22"):
        parse_build(name)
