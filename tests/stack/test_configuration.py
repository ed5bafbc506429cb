from __future__ import annotations

from pathlib import Path

import pytest

from harness.dataset.installation import installation_of
from harness.dataset.profiles import PROFILES
from harness.model import FrontDoor
from harness.stack.certificates import Certificates, Identity
from harness.stack.configuration import SERVICES, ServiceSettings, client_cfg, dirac_cfg
from harness.stack.database import DatabaseAddress
from harness.stack.releases import series_of

PORTS: dict[FrontDoor, dict[str, int]] = {
    "https": dict.fromkeys(SERVICES, 18443),
    "dips": {"ResourceStatus": 19160, "ResourceManagement": 19172, "Publisher": 19165},
}


def settings(release: str, front_door: FrontDoor) -> ServiceSettings:
    return ServiceSettings(
        series=series_of(release),
        front_door=front_door,
        ports=PORTS[front_door],
        certificates=Certificates(
            Path("/pki/ca.pem"),
            Path("/pki/certificates"),
            {"host": Identity(Path("/pki/host.pem"), Path("/pki/host-key.pem"))},
        ),
        database=DatabaseAddress("127.0.0.1", 13306, "dirac", "secret", Path("/database.sock")),
        installation=installation_of(PROFILES["S"]),
    )


def options(text: str) -> dict[str, str]:
    """Path of an option to its value, read line by line as DIRAC reads it."""
    found: dict[str, str] = {}
    path: list[str] = []
    for line in map(str.strip, text.splitlines()):
        if line == "{":
            continue
        if line == "}":
            path.pop()
        elif " = " in line:
            name, _, value = line.partition(" = ")
            found["/".join([*path, name])] = value
        else:
            path.append(line)
    assert not path
    return found


CFG = options(dirac_cfg(settings("9.1.22", "https")))


def test_the_services_are_the_three_of_the_rss_over_https() -> None:
    services = {path.split("/")[3] for path in CFG if path.startswith("Systems/ResourceStatus/Services/")}
    assert services == {"TornadoResourceStatus", "TornadoResourceManagement", "TornadoPublisher"}
    assert {CFG[f"Systems/ResourceStatus/Services/{service}/Protocol"] for service in services} == {"https"}


def test_authorization_is_the_one_dirac_ships() -> None:
    for service in ("TornadoResourceStatus", "TornadoResourceManagement"):
        section = f"Systems/ResourceStatus/Services/{service}/Authorization"
        assert (CFG[f"{section}/Default"], CFG[f"{section}/select"]) == ("SiteManager", "all")
    assert CFG["Systems/ResourceStatus/Services/TornadoPublisher/Authorization/Default"] == "Authenticated"


def test_only_the_admin_and_the_host_have_sitemanager() -> None:
    with_it = {path for path, value in CFG.items() if "SiteManager" in value and path.startswith("Registry/")}
    assert with_it == {"Registry/Groups/rss_admin/Properties", "Registry/Hosts/localhost/Properties"}
    assert CFG["Registry/Users/user/DefaultGroup"] == "rss_user"


def test_services_call_each_other_over_https_as_the_host() -> None:
    assert CFG["DIRAC/Security/UseServerCertificate"] == "yes"
    urls = {path.rpartition("/")[2]: value for path, value in CFG.items() if "/URLs/" in path}
    assert urls["ResourceStatus"] == "https://localhost:18443/ResourceStatus/TornadoResourceStatus"
    assert urls["TornadoPublisher"] == "https://localhost:18443/ResourceStatus/TornadoPublisher"


def test_the_databases_are_reached_over_loopback() -> None:
    for name in ("ResourceStatusDB", "ResourceManagementDB"):
        section = f"Systems/ResourceStatus/Databases/{name}"
        assert [CFG[f"{section}/{option}"] for option in ("DBName", "Host", "Port", "User", "Password")] == [
            name, "127.0.0.1", "13306", "dirac", "secret",
        ]  # fmt: skip


def test_behind_dips_each_service_has_a_port_and_no_tornado_is_named() -> None:
    cfg = options(dirac_cfg(settings("9.1.22", "dips")))
    section = "Systems/ResourceStatus"
    for service, port in PORTS["dips"].items():
        assert cfg[f"{section}/Services/{service}/Port"] == str(port)
        assert cfg[f"{section}/URLs/{service}"] == f"dips://localhost:{port}/ResourceStatus/{service}"
    assert not [path for path in cfg if "Tornado" in path]


def test_version_9_has_no_setup_and_no_instances() -> None:
    assert not [path for path in CFG if "Setup" in path or "rssbench/" in path]
    assert {path.split("/")[2] for path in CFG if path.startswith("Systems/ResourceStatus/")} == {
        "Databases", "URLs", "Services",
    }  # fmt: skip


@pytest.mark.parametrize(("release", "front_door"), [("7.2.52", "dips"), ("7.3.38", "dips"), ("8.0.86", "https")])
def test_before_version_9_every_system_has_the_instance_of_the_setup(release: str, front_door: FrontDoor) -> None:
    cfg = options(dirac_cfg(settings(release, front_door)))
    setup = cfg["DIRAC/Setup"]
    systems = {path.split("/")[1] for path in cfg if path.startswith("Systems/")}
    for system in systems:
        instance = cfg[f"DIRAC/Setups/{setup}/{system}"]
        assert [path for path in cfg if path.startswith(f"Systems/{system}/")] == [
            path for path in cfg if path.startswith(f"Systems/{system}/{instance}/")
        ]
    flat = {path.replace(f"/{instance}/", "/", 1): value for path, value in cfg.items() if path.startswith("Sys")}
    new = options(dirac_cfg(settings("9.1.22", front_door)))
    assert flat == {path: value for path, value in new.items() if path.startswith("Systems/")}


def test_a_client_shows_its_own_certificate_and_learns_no_secret() -> None:
    cfg = options(client_cfg(settings("8.0.86", "dips")))
    assert cfg["DIRAC/Security/UseServerCertificate"] == "no"
    assert cfg["DIRAC/Setup"]
    assert "secret" not in " ".join(cfg.values())
    assert not [path for path in cfg if "KeyFile" in path]


def test_a_client_that_has_no_service_to_ask_has_all_in_its_own_file() -> None:
    cfg = options(client_cfg(settings("9.1.22", "dips")))
    services = options(dirac_cfg(settings("9.1.22", "dips")))
    shared = {path for path in services if "/Databases/" not in path and not path.startswith("DIRAC/")}
    assert {path: cfg[path] for path in shared} == {path: services[path] for path in shared}
    assert "DIRAC/Configuration/Servers" not in cfg


def test_every_site_and_element_of_the_installation_is_where_dirac_looks_for_it() -> None:
    names = installation_of(PROFILES["S"])
    sites = {path.split("/")[3]: path.split("/")[2] for path in CFG if path.startswith("Resources/Sites/")}
    assert sites == {site: site.split(".")[0] for site in names.sites}
    for site, grid in sites.items():
        section = f"Resources/Sites/{grid}/{site}"
        storage = CFG.get(f"{section}/SE", "")
        computing = {path.split("/")[5] for path in CFG if path.startswith(f"{section}/CEs/")}
        assert computing | set(filter(None, storage.split(", "))) == set(names.elements_of_site[site])
    hosts = {path.split("/")[2]: value for path, value in CFG.items() if path.endswith("/DIP/Host")}
    assert set(hosts) == set(names.storage_elements)
    servers = {path.rpartition("/")[2] for path in CFG if path.startswith("Resources/FTSEndpoints/FTS3/")}
    assert servers == set(names.fts_servers)
