"""Our DISET client beside DIRAC's own: the same calls to a server that keeps every byte, in both encodings."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.builds.environment import BuildEnvironment, prepare_build
from harness.dataset.installation import installation_of
from harness.dataset.profiles import PROFILES
from harness.settings import cache_folder
from harness.stack.certificates import Certificates, make_certificates
from harness.stack.configuration import SERVICES, ServiceSettings, client_cfg
from harness.stack.database import DatabaseAddress
from harness.stack.diset import diset_settings
from harness.stack.releases import series_of
from harness.stack.service import DIRAC_SIDE, dirac_environment
from scenarios.dencode import dencode, undencode
from scenarios.diset_client import DisetClient
from scenarios.encoding import ENCODERS, decode_answer, encode_json

pytestmark = pytest.mark.stack

WITNESS = Path(__file__).parent / "dirac_side" / "diset_witness.py"
INSTANT = {"__dCls": "dt", "obj": "2026-11-03 04:05:06"}
META = {"columns": ["Name", "Status"], "order": ["DateEffective", "desc"], "limit": 1, "newer": ["ID", INSTANT]}
CALLS: list[tuple[str, str, list[Any]]] = [
    ("ResourceStatus", "ping", []),
    ("ResourceStatus", "select", ["ResourceStatus", {"Name": None, "VO": "all", "Meta": META}]),
    (
        "ResourceStatus",
        "insert",
        ["SiteStatus", {"Name": 'Zürich "1"\'; DROP -- \\ 漢字 🚀', "DateEffective": INSTANT}],
    ),
    ("ResourceStatus", "select", ["SiteStatus", {"Name": [f"ce{number}.example" for number in range(2_000)]}]),
    ("ResourceManagement", "addOrModify", ["PilotCache", {"PilotsPerJob": 1.5, "Timestamp": INSTANT, "CE": ""}]),
    ("Publisher", "getElementStatuses", ["Site", None, None, True, False, -7]),
]
#: As the JSON has them: no key but text, no fraction of a second, no float that DIRAC itself decodes inexactly.
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(-1e15, 1e15).filter(lambda number: "e" not in repr(number))
    | st.text()
    | st.datetimes(dt.datetime(1000, 1, 1)).map(  # noqa: DTZ001
        lambda instant: {"__dCls": "dt", "obj": f"{instant:%Y-%m-%d %H:%M:%S}"}
    ),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)


@dataclass
class Recorder:
    """Answers every proposal and every call with S_OK. ``conversations``: by port, then the messages of each
    connection as they came, lengths included."""

    ports: dict[str, int]
    conversations: dict[int, list[list[bytes]]] = field(default_factory=dict)

    def take(self) -> list[list[bytes]]:
        """What came since the last time, in the order of the services."""
        taken = [one for service in SERVICES for one in self.conversations.pop(self.ports[service], [])]
        assert not self.conversations
        return taken


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("pki") / "pki")


@pytest.fixture
def recorder(certificates: Certificates, encoding: str) -> Iterator[Recorder]:
    host = certificates.identities["host"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(host.certificate_file, host.key_file)
    reply = ENCODERS[encoding]({"OK": True, "Value": None})
    result = ENCODERS[encoding]({"OK": True, "Value": [["CE1", INSTANT]]})

    def serve(listener: socket.socket, port: int) -> None:
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = listener.accept()
                with context.wrap_socket(accepted, server_side=True) as stream:
                    messages: list[bytes] = []
                    recorder.conversations.setdefault(port, []).append(messages)
                    for answer in (reply, result):
                        messages.append(read_message(stream))
                        stream.sendall(b"%d:%b" % (len(answer), answer))

    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in SERVICES]
    ports = [listener.getsockname()[1] for listener in listeners]
    recorder = Recorder(dict(zip(SERVICES, ports, strict=True)))
    threads = [threading.Thread(target=serve, args=one) for one in zip(listeners, ports, strict=True)]
    for thread in threads:
        thread.start()
    yield recorder
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(10)


def read_message(stream: ssl.SSLSocket) -> bytes:
    received = b""
    while not received.endswith(b":"):
        received += stream.recv(1)
    length = int(received[:-1])
    payload = b""
    while len(payload) < length:
        payload += stream.recv(length - len(payload))
    return received + payload


@pytest.fixture
def build(release: str) -> BuildEnvironment:
    return prepare_build(release, cache_folder(), print)


@pytest.fixture
def witness(build: BuildEnvironment, tmp_path: Path) -> Callable[..., list[Any]]:
    """What DIRAC says: ``witness(cfg=..., certificate=..., key=..., calls=..., values=..., encoded=...)``."""

    def ask(**orders: Any) -> list[Any]:
        file = tmp_path / "orders.json"
        file.write_text(encode_json({"proxy": str(tmp_path / "proxy.pem")} | orders))
        finished = subprocess.run(
            [build.python, WITNESS, file],
            env=dirac_environment(build, tmp_path) | {"PYTHONPATH": str(DIRAC_SIDE)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return msgspec.json.decode(finished.stdout.splitlines()[-1], type=list[Any])

    return ask


def drawn_values() -> list[Any]:
    """A few hundred, the same every time."""
    values: list[Any] = []

    @settings(max_examples=300, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(VALUES)
    def draw(value: object) -> None:
        values.append(value)

    draw()
    return values


@pytest.mark.parametrize(
    ("release", "encoding"), [("9.1.22", "json"), ("8.0.86", "dencode"), ("7.3.38", "dencode")]
)
def test_our_client_sends_the_bytes_that_diracs_own_sends(
    *,
    release: str,
    build: BuildEnvironment,
    recorder: Recorder,
    certificates: Certificates,
    witness: Callable[..., list[Any]],
    tmp_path: Path,
) -> None:
    admin = certificates.identities["admin"]
    stack = ServiceSettings(
        series_of(release),
        "dips",
        recorder.ports,
        certificates,
        DatabaseAddress("", 0, "", "", Path("/")),
        installation_of(PROFILES["S"]),
    )
    ours = diset_settings(stack, build.identity.dirac_version, "admin")
    (tmp_path / "dirac.cfg").write_text(client_cfg(stack))
    values = drawn_values()
    answers, encoded, decoded = witness(
        cfg=str(tmp_path / "dirac.cfg"),
        certificate=str(admin.certificate_file),
        key=str(admin.key_file),
        calls=[
            [ours.urls[service], group, method, arguments]
            for service, method, arguments in CALLS
            for group in ("", "rss_admin")
        ],
        values=values,
        encoded=[dencode(value).hex() for value in values],
    )
    assert all(answer == {"OK": True, "Value": [["CE1", INSTANT]], "Message": None} for answer in answers)
    theirs = recorder.take()
    clients = [
        DisetClient(
            msgspec.structs.replace(ours, group=group),
            str(certificates.ca_file),
            str(admin.certificate_file),
            str(admin.key_file),
            timeout_s=10.0,
        )
        for group in ("", "rss_admin")
    ]
    for call in CALLS:
        for client in clients:
            assert decode_answer(client.call(*call).body) == {"OK": True, "Value": [["CE1", INSTANT]]}
    assert recorder.take() == theirs
    assert len(theirs) == 2 * len(CALLS)

    assert [dencode(value).hex() for value in values] == encoded
    assert decoded == values
    assert [undencode(bytes.fromhex(text)) for text in encoded] == values
