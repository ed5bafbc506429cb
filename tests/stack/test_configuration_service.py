"""What the Configuration service serves, and what stays with the services and clients that ask it.

That it does is what tests/test_cli_integration.py and tests/stack/test_keeper.py show.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.model import FrontDoor
from harness.stack.configuration import ServiceSettings, client_cfg, dirac_cfg
from harness.stack.configuration_service import served_cfg, server_cfg
from tests.stack.test_configuration import options, settings

URL = "dips://localhost:19135/Configuration/Server"
RELEASES: list[tuple[str, list[FrontDoor]]] = [
    ("7.3.38", ["dips"]), ("8.0.86", ["https"]), ("9.1.22", ["https", "dips"]), ("9.1.22", ["dips", "https"]),
]  # fmt: skip

pytestmark = pytest.mark.parametrize(("release", "doors"), RELEASES)


@pytest.fixture
def described(release: str, doors: list[FrontDoor]) -> list[ServiceSettings]:
    return [replace(settings(release, door), configuration_url=URL) for door in doors]


def test_services_keep_what_is_secret_and_are_served_the_rest(described: list[ServiceSettings]) -> None:
    served = options(served_cfg(described))
    for one in described:
        own = options(dirac_cfg(one))
        alone = options(dirac_cfg(replace(one, configuration_url="")))
        assert own["DIRAC/Configuration/Servers"] == URL
        assert {path.split("/")[-2] for path in own if path.startswith("Systems/")} == {
            "ResourceStatusDB", "ResourceManagementDB",
        }  # fmt: skip
        urls = {path for path in alone if "/URLs/" in path}
        for path in alone.keys() - urls:
            assert {**served, **own}[path] == alone[path]
        assert urls <= served.keys()


def test_a_client_asks_the_service_and_gets_to_the_first_front_door(described: list[ServiceSettings]) -> None:
    client, served = options(client_cfg(described[0])), options(served_cfg(described))
    assert client["DIRAC/Configuration/Servers"] == served["DIRAC/Configuration/Servers"] == URL
    assert {path.split("/")[0] for path in client} == {"DIRAC"}
    alone = options(client_cfg(replace(described[0], configuration_url="")))
    for path in (path for path in alone if not path.startswith("DIRAC/")):
        assert served[path] == alone[path]


def test_no_password_and_no_key_is_served(described: list[ServiceSettings]) -> None:
    text = served_cfg(described)
    assert "secret" not in text
    assert "KeyFile" not in text


def test_the_server_is_the_master_and_lets_the_admin_write(described: list[ServiceSettings]) -> None:
    cfg, served = options(server_cfg(described[0], 19135)), options(served_cfg(described))
    assert cfg["DIRAC/Configuration/Master"] == "yes"
    assert cfg["DIRAC/Configuration/Name"] == served["DIRAC/Configuration/Name"]
    section = next(path.removesuffix("Port") for path in cfg if path.endswith("Services/Server/Port"))
    assert cfg[f"{section}Port"] == "19135"
    right = cfg[f"{section}Authorization/commitNewData"]
    groups = {path for path, value in served.items() if path.startswith("Registry/Groups") and right in value}
    assert groups == {"Registry/Groups/rss_admin/Properties"}


def test_it_serves_the_policies_that_diracs_own_tests_want(described: list[ServiceSettings]) -> None:
    served = options(served_cfg(described))
    policies = "Operations/Defaults/ResourceStatus/Policies"
    assert served[f"{policies}/AlwaysBannedForSE1SE2/matchParams/name"] == "SE1,SE2"
    assert served[f"{policies}/AlwaysActiveForResource/policyType"] == "AlwaysActive"
