"""A TLS server that plays a script, and certificates made for the test session."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """Files: two unrelated authorities, a server and a user of the first, and both of them expired."""

    ca_file: str
    other_ca_file: str
    server_file: str
    server_key_file: str
    user_file: str
    user_key_file: str
    expired_server_file: str
    expired_server_key_file: str
    expired_user_file: str
    expired_user_key_file: str

    @property
    def of_the_user(self) -> dict[str, str]:
        return {"ca_file": self.ca_file, "certificate_file": self.user_file, "key_file": self.user_key_file}

    @property
    def of_yesterday(self) -> dict[str, str]:
        """What the user has whose certificate has expired."""
        expired = {"certificate_file": self.expired_user_file, "key_file": self.expired_user_key_file}
        return self.of_the_user | expired


def _issue(
    folder: Path,
    name: str,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
    valid: dt.timedelta = dt.timedelta(days=1),
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + valid)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
    )
    certificate = builder.sign(issuer[1] if issuer else key, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, key


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("certificates")
    authority = _issue(folder, "authority", None)
    _issue(folder, "other-authority", None)
    _issue(folder, "server", authority)
    _issue(folder, "user", authority)
    for name in ("expired-server", "expired-user"):
        _issue(folder, name, authority, valid=-dt.timedelta(minutes=1))
    return Certificates(
        *(str(folder / name) for name in ("authority.pem", "other-authority.pem")),
        *(
            str(folder / f"{name}.{kind}")
            for name in ("server", "user", "expired-server", "expired-user")
            for kind in ("pem", "key")
        ),
    )


def _server_context(certificates: Certificates, certificate_file: str, key_file: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    context.load_verify_locations(certificates.ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


#: Plays one connection of a scripted server.
Script = Callable[["Connection"], None]


class Connection:
    """The server's side of one connection."""

    def __init__(self, stream: ssl.SSLSocket, ended: threading.Event) -> None:
        self.stream = stream
        #: set when the test is over
        self.ended = ended
        self.requests: list[bytes] = []

    def read_request(self) -> bytes | None:
        """The next request with its body, None when the client closed."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += (more := self.stream.recv(65536))
            if not more:
                return None
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self.stream.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]

    def read_message(self) -> bytes | None:
        """The payload of the next DISET message, None when the client closed."""
        received = b""
        while b":" not in received:
            received += (more := self.stream.recv(1))
            if not more:
                return None
        _, mark, length = received[:-1].rpartition(b"dka")
        payload = b""
        while len(payload) < int(length):
            payload += self.stream.recv(int(length) - len(payload))
        self.requests.append(mark + payload)
        return payload

    def answer(self, body: bytes, status: str = "200 OK", fields: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
        self.stream.sendall(head.encode() + body)


@dataclass
class ScriptedServer:
    url: str
    connections: list[Connection] = field(default_factory=list)

    @property
    def requests(self) -> list[bytes]:
        return [request for connection in self.connections for request in connection.requests]


@pytest.fixture
def serve(certificates: Certificates) -> Iterator[Callable[..., ScriptedServer]]:
    """``serve(script, ...)``: a TLS server on loopback that asks for a client certificate; connection i plays
    script i, later ones the last script. ``expired``: it shows a certificate of yesterday."""
    contexts = {
        False: _server_context(certificates, certificates.server_file, certificates.server_key_file),
        True: _server_context(
            certificates, certificates.expired_server_file, certificates.expired_server_key_file
        ),
    }
    ended = threading.Event()
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def play(accepted: socket.socket, script: Script, server: ScriptedServer, context: ssl.SSLContext) -> None:
        with contextlib.suppress(OSError), accepted:
            accepted.settimeout(10)
            with context.wrap_socket(accepted, server_side=True) as stream:
                connection = Connection(stream, ended)
                server.connections.append(connection)
                script(connection)

    def accept(
        listener: socket.socket, scripts: tuple[Script, ...], server: ScriptedServer, context: ssl.SSLContext
    ) -> None:
        number = 0
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = listener.accept()
                script = scripts[min(number, len(scripts) - 1)]
                threads.append(threading.Thread(target=play, args=(accepted, script, server, context)))
                threads[-1].start()
                number += 1

    def start(*scripts: Script, scheme: str = "https", expired: bool = False) -> ScriptedServer:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        server = ScriptedServer(f"{scheme}://localhost:{listener.getsockname()[1]}")
        threads.append(threading.Thread(target=accept, args=(listener, scripts, server, contexts[expired])))
        threads[-1].start()
        return server

    yield start
    ended.set()
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(10)
