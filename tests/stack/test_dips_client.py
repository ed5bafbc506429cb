"""What happens when DIRAC's client fails; that it works is what tests/stack/test_release_stacks.py shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.builds.environment import BuildEnvironment
from harness.dataset.installation import installation_of
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.model import BuildIdentity
from harness.stack.certificates import Certificates, Identity
from harness.stack.configuration import ServiceSettings
from harness.stack.database import DatabaseAddress
from harness.stack.dips_client import DipsClient
from harness.stack.dirac_process import DiracProcess
from harness.stack.readiness import RpcCall
from harness.stack.releases import series_of

CALL = RpcCall("Publisher", "getSites", [])


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """Stands in for the interpreter of a build."""
    return tmp_path / "python"


@pytest.fixture
def client(tmp_path: Path, python: Path) -> DipsClient:
    identities = {
        name: Identity(Path(f"/pki/{name}.pem"), Path(f"/pki/{name}-key.pem")) for name in ("host", "admin")
    }
    settings = ServiceSettings(
        series_of("7.3.38"),
        "dips",
        {"ResourceStatus": 1, "ResourceManagement": 2, "Publisher": 3},
        Certificates(Path("/pki/ca.pem"), Path("/pki/certificates"), identities),
        DatabaseAddress("127.0.0.1", 1, "dirac", "secret", Path("/socket")),
        installation_of(PROFILES["S"]),
    )
    identity = BuildIdentity("7.3.38", "7.3.38", "none", "3.11", "key", {})
    process = DiracProcess(BuildEnvironment(python, identity), tmp_path / "client", "a mark")
    return DipsClient(settings, process)


def script(python: Path, text: str) -> None:
    python.write_text(f"#!/bin/sh\n{text}\n")
    python.chmod(0o700)


def test_the_last_line_is_the_answers_whatever_dirac_says_before(client: DipsClient, python: Path) -> None:
    script(python, """echo "WARN: no remote configuration"; echo '[{"OK": true, "Value": ["LCG.One.xx"]}]'""")
    assert client.answers("admin", [CALL]) == [{"OK": True, "Value": ["LCG.One.xx"]}]


def test_the_orders_name_the_service_by_its_url_and_are_gone_afterwards(
    client: DipsClient, python: Path, tmp_path: Path
) -> None:
    script(python, f"""cp "$2" {tmp_path}/orders.json; echo '[{{"OK": true}}]'""")
    assert client.answers("admin", [CALL]) == [{"OK": True}]
    orders = json.loads((tmp_path / "orders.json").read_text())
    assert orders["calls"] == [["dips://localhost:3/ResourceStatus/Publisher", "getSites", []]]
    assert (orders["group"], orders["certificate"]) == ("rss_admin", "/pki/admin.pem")
    assert not list((tmp_path / "client").iterdir())


def test_a_client_that_fails_is_quoted(client: DipsClient, python: Path) -> None:
    script(python, "echo 'ImportError: no module named DIRAC' >&2; exit 3")
    with pytest.raises(
        StackError, match=r"rpc_calls\.py of 7\.3\.38 ended with exit code 3:\nImportError: no module named DIRAC"
    ):
        client.answers("admin", [CALL])


def test_a_build_without_an_interpreter_is_an_error_of_the_stack(client: DipsClient) -> None:
    with pytest.raises(StackError, match=r"rpc_calls\.py of 7\.3\.38: cannot start .*python"):
        client.answers("admin", [CALL])
