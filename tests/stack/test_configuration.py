from __future__ import annotations

from pathlib import Path

from harness.stack.certificates import Certificates, Identity
from harness.stack.configuration import ServiceSettings, dirac_cfg
from harness.stack.database import DatabaseAddress

SETTINGS = ServiceSettings(
    service_port=18443,
    certificates=Certificates(
        Path("/pki/ca.pem"),
        Path("/pki/certificates"),
        {"host": Identity(Path("/pki/host.pem"), Path("/pki/host-key.pem"))},
    ),
    database=DatabaseAddress("127.0.0.1", 13306, "dirac", "secret", Path("/database.sock")),
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


CFG = options(dirac_cfg(SETTINGS))


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
