from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.errors import StackError
from harness.stack.front_doors import (
    chosen_front_doors,
    front_door_of_all,
    front_doors_to_compare,
    reserved_ports,
    why_not,
)
from harness.stack.releases import series_of


@pytest.mark.parametrize(
    ("version", "front_doors", "has_setups"),
    [
        ("7.2.52", ("dips",), True),
        ("7.3.38", ("dips",), True),
        ("8.0.0a1", ("https", "dips"), True),
        ("8.1.0", ("https", "dips"), True),
        ("9.0.0", ("https", "dips"), False),
        ("9.2.0a3.dev7+g1a2b3c4", ("https", "dips"), False),
        ("10.0.1", ("https", "dips"), False),
    ],
)
def test_a_version_belongs_to_the_series_that_it_follows(
    version: str, front_doors: tuple[str, ...], *, has_setups: bool
) -> None:
    series = series_of(version)
    assert (series.front_doors, series.has_setups) == (front_doors, has_setups)


@pytest.mark.parametrize("version", ["7.1.9", "6.22.30", "unknown"])
def test_a_version_older_than_7_2_is_refused(version: str) -> None:
    with pytest.raises(StackError, match=rf"DIRAC {version} is too old: stacks are made of 7\.2 or newer"):
        series_of(version)


def test_many_builds_have_the_first_front_door_that_all_have() -> None:
    assert front_door_of_all(("8.0.86", "9.0.28", "9.1.22"), None) == "https"
    assert front_door_of_all(("9.1.22", "7.2.52", "8.0.86"), None) == "dips"
    assert front_door_of_all(("8.0.86", "9.1.22"), "dips") == "dips"
    with pytest.raises(StackError, match=r"DIRAC 7\.2\.52 has no front door https"):
        front_door_of_all(("7.2.52", "8.0.86"), "https")


def test_https_is_used_where_the_release_has_it() -> None:
    assert chosen_front_doors("9.1.22", None) == ("https",)
    assert chosen_front_doors("7.3.38", None) == ("dips",)
    assert chosen_front_doors("8.0.86", ("dips", "https")) == ("dips", "https")


def test_a_front_door_that_the_release_lacks_is_refused() -> None:
    with pytest.raises(StackError, match=r"DIRAC 7\.3\.38 has no front door https to the RSS, only dips"):
        chosen_front_doors("7.3.38", ("https",))


@pytest.mark.parametrize(
    ("versions", "asked", "chosen"),
    [
        (("9.0.28", "9.1.22"), (None, None), ("https", "https")),
        (("7.3.38", "8.0.86"), (None, None), ("dips", "dips")),
        (("8.0.86", "7.3.38"), (None, None), ("dips", "dips")),
        (("9.1.22", "9.1.22"), ("https", "dips"), ("https", "dips")),
        (("9.1.22", "9.1.22"), (None, "dips"), ("https", "dips")),
    ],
)
def test_two_builds_are_compared_by_the_first_front_door_that_both_have(
    versions: tuple[str, str], asked: tuple[Any, Any], chosen: tuple[str, str]
) -> None:
    assert front_doors_to_compare(versions, asked) == chosen


def test_a_comparison_cannot_have_a_front_door_that_one_of_its_builds_lacks() -> None:
    with pytest.raises(StackError, match=r"DIRAC 7\.3\.38 has no front door https to the RSS, only dips"):
        front_doors_to_compare(("9.1.22", "7.3.38"), ("https", "https"))


def test_what_can_be_said_before_a_build_is_installed_is_said(tmp_path: Path) -> None:
    assert why_not("7.3.38:today", "https") == "DIRAC 7.3.38 has no front door https to the RSS, only dips"
    assert why_not("7.3.38", "dips") is None
    assert "too old" in (why_not("6.22.30", "dips") or "")
    assert why_not(str(tmp_path), "https") is None, "its version is known when it is installed"


@pytest.mark.parametrize(
    ("version", "encoding"), [("7.3.38", "dencode"), ("8.0.86", "dencode"), ("9.0.0", "json")]
)
def test_clients_of_a_release_write_one_encoding(version: str, encoding: str) -> None:
    assert series_of(version).encoding == encoding


def test_services_share_the_port_of_https_and_have_one_each_over_dips() -> None:
    with reserved_ports(("https", "dips"), None) as ports:
        https, dips = (list(ports[door].values()) for door in ("https", "dips"))
    assert len(https) == len(dips) == 3
    assert len(set(https)) == 1
    assert len({*https, *dips}) == 4


def test_the_port_asked_for_is_the_first() -> None:
    with reserved_ports(("dips",), None) as free:
        wanted = free["dips"]["ResourceStatus"]
    with reserved_ports(("dips",), wanted) as ports:
        assert ports["dips"]["ResourceStatus"] == wanted
