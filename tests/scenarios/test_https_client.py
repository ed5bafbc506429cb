"""One call over real TLS with a client certificate, against a server that behaves well or badly."""

import datetime as dt
import json
import socket
import struct
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs

import pytest

from scenarios.encoding import decode_answer
from scenarios.https_client import HttpsClient
from scenarios.rpc import CallFailedError
from scenarios.samples import Outcome

from .conftest import Certificates, Connection, ScriptedServer

Serve = Callable[..., ScriptedServer]
Connect = Callable[..., HttpsClient]

ROWS = b'{"OK": true, "Value": [["CE1", "Active"]]}'


@pytest.fixture
def connect(certificates: Certificates) -> Iterator[Connect]:
    clients = []

    def to(
        server: ScriptedServer, *, keep_alive: bool = True, timeout_s: float = 5.0, **other: str
    ) -> HttpsClient:
        client = HttpsClient(
            server.url, **(certificates.of_the_user | other), keep_alive=keep_alive, timeout_s=timeout_s
        )
        clients.append(client)
        return client

    yield to
    for client in clients:
        client.close()


def every_request(body: bytes = ROWS, **answer: str) -> Callable[[Connection], None]:
    def script(connection: Connection) -> None:
        while connection.read_request():
            connection.answer(body, **answer)

    return script


def raw(*parts: bytes, pause_s: float = 0.0) -> Callable[[Connection], None]:
    """Answer one request with these bytes, a pause between two of them, and close."""

    def script(connection: Connection) -> None:
        connection.read_request()
        for part in parts:
            connection.stream.sendall(part)
            if connection.ended.wait(pause_s):
                return

    return script


def select(client: HttpsClient) -> bytes:
    return client.call("ResourceStatus", "select", ["ResourceStatus", {"Name": "CE1"}]).body


def test_a_call_is_a_form_post_to_the_tornado_path_of_its_service(serve: Serve, connect: Connect) -> None:
    server = serve(every_request())
    connect(server).call("ResourceStatus", "select", ["ResourceStatus", {"Name": "CE & ü"}])
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /ResourceStatus/TornadoResourceStatus HTTP/1.1\r\nHost: localhost:")
    form = parse_qs(body.decode(), strict_parsing=True)
    assert form["method"] == ["select"]
    assert json.loads(form["args"][0]) == ["ResourceStatus", {"Name": "CE & ü"}]


def test_datetimes_travel_as_dirac_writes_them(serve: Serve, connect: Connect) -> None:
    server = serve(every_request())
    connect(server).call("ResourceStatus", "insert", [dt.datetime(2026, 11, 23, 4, 5, 6, 789, dt.UTC)])
    arguments = parse_qs(server.requests[0].partition(b"\r\n\r\n")[2].decode())["args"][0]
    assert json.loads(arguments) == [{"__dCls": "dt", "obj": "2026-11-23 04:05:06"}]


def test_the_answer_has_status_body_and_ordered_instants(serve: Serve, connect: Connect) -> None:
    before_ns = time.monotonic_ns()
    answer = connect(serve(every_request())).call("ResourceStatus", "ping", [])
    assert (answer.status, decode_answer(answer.body)) == (200, {"OK": True, "Value": [["CE1", "Active"]]})
    assert (
        before_ns <= answer.start_ns < answer.start_ns + answer.connect_ns < answer.end_ns <= time.monotonic_ns()
    )


def test_a_kept_connection_is_used_again_and_costs_no_connecting(serve: Serve, connect: Connect) -> None:
    server = serve(every_request())
    client = connect(server)
    answers = [client.call("ResourceStatus", "ping", []) for _ in range(3)]
    assert len(server.connections) == 1
    assert [answer.connect_ns > 0 for answer in answers] == [True, False, False]


def test_connecting_early_leaves_nothing_to_connect_in_the_first_call(serve: Serve, connect: Connect) -> None:
    client = connect(serve(every_request()))
    client.connect()
    assert client.call("ResourceStatus", "ping", []).connect_ns == 0


def test_without_keep_alive_every_call_has_its_own_connection(serve: Serve, connect: Connect) -> None:
    server = serve(every_request())
    client = connect(server, keep_alive=False)
    assert [client.call("ResourceStatus", "ping", []).connect_ns > 0 for _ in range(3)] == [True] * 3
    assert len(server.connections) == 3
    assert b"\r\nConnection: close\r\n" in server.requests[0]


@pytest.mark.parametrize("status", ["401 Unauthorized", "500 Internal Server Error", "302 Found"])
def test_any_http_status_is_an_answer(serve: Serve, connect: Connect, status: str) -> None:
    answer = connect(serve(every_request(b"no", status=status))).call("ResourceStatus", "ping", [])
    assert (answer.status, answer.body) == (int(status[:3]), b"no")


def test_a_large_answer_arrives_whole(serve: Serve, connect: Connect) -> None:
    body = bytes(range(256)) * 8192
    client = connect(serve(every_request(body)))
    assert [select(client), select(client)] == [body, body]


def test_a_large_request_arrives_whole(serve: Serve, connect: Connect) -> None:
    server = serve(every_request())
    connect(server).call("ResourceStatus", "insert", ["x" * 2_000_000])
    assert server.requests[0].count(b"x") >= 2_000_000


def test_chunks_are_joined(serve: Serve, connect: Connect) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked = head + b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
    assert select(connect(serve(raw(chunked)))) == b"abc0123456789"


def test_an_answer_in_single_bytes_is_read(serve: Serve, connect: Connect) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    assert select(connect(serve(raw(*(answer[i : i + 1] for i in range(len(answer))))))) == b"ok"


def test_a_slow_drip_ends_at_the_deadline_of_the_whole_call(serve: Serve, connect: Connect) -> None:
    drip = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", *[b"x"] * 200, pause_s=0.02)
    client = connect(serve(drip), timeout_s=0.3)
    with pytest.raises(CallFailedError) as failed:
        select(client)
    assert failed.value.outcome is Outcome.timeout
    assert 0.29 <= (failed.value.end_ns - failed.value.start_ns) / 1e9 < 0.6


def test_a_server_that_never_shakes_hands_is_a_timeout(certificates: Certificates) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        client = HttpsClient(url, **certificates.of_the_user, keep_alive=True, timeout_s=0.1)
        with pytest.raises(CallFailedError) as failed:
            client.call("ResourceStatus", "ping", [])
    assert failed.value.outcome is Outcome.timeout


def test_nobody_listening_is_a_connection_error(certificates: Certificates) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"https://127.0.0.1:{free.getsockname()[1]}"
    client = HttpsClient(url, **certificates.of_the_user, keep_alive=True, timeout_s=5)
    with pytest.raises(CallFailedError, match="ConnectionRefused") as failed:
        client.connect()
    assert failed.value.outcome is Outcome.connection


def test_a_server_of_another_authority_is_refused(
    serve: Serve, connect: Connect, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(variable, certificates.ca_file)
    server = serve(every_request())
    with pytest.raises(CallFailedError, match="certificate verify failed") as failed:
        select(connect(server, ca_file=certificates.other_ca_file))
    assert failed.value.outcome is Outcome.connection
    assert server.requests == []


def test_proxies_of_the_environment_are_ignored(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    assert select(connect(serve(every_request()))) == ROWS


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"", id="closed at once"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="closed in the head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", id="closed in the body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", id="negative length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", id="two lengths"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab", id="unknown coding"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", id="no chunk size"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n", id="longer chunk"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", id="another protocol"),
        pytest.param(b"x" * 100_000, id="endless head"),
    ],
)
def test_a_broken_answer_is_a_connection_error(serve: Serve, connect: Connect, broken: bytes) -> None:
    client = connect(serve(raw(broken), every_request()))
    with pytest.raises(CallFailedError) as failed:
        select(client)
    assert failed.value.outcome is Outcome.connection
    assert select(client) == ROWS, "the next call starts with a new connection"


def test_a_reset_is_a_connection_error(serve: Serve, connect: Connect) -> None:
    def reset(connection: Connection) -> None:
        connection.read_request()
        connection.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with pytest.raises(CallFailedError) as failed:
        select(connect(serve(reset)))
    assert failed.value.outcome is Outcome.connection


def test_an_idle_connection_that_the_server_closed_is_replaced_before_anything_is_sent(
    serve: Serve, connect: Connect
) -> None:
    server = serve(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), every_request())
    client = connect(server)
    assert select(client) == b"ok"
    assert server.connections[0].stream.fileno() == -1 or _closes(server.connections[0])
    assert select(client) == ROWS
    assert [len(connection.requests) for connection in server.connections] == [1, 1]


def _closes(connection: Connection, within_s: float = 5.0) -> bool:
    end_s = time.monotonic() + within_s
    while connection.stream.fileno() != -1 and time.monotonic() < end_s:
        time.sleep(0.001)
    return connection.stream.fileno() == -1


def test_a_request_that_was_sent_is_never_sent_again(serve: Serve, connect: Connect) -> None:
    def dies_in_the_second_request(connection: Connection) -> None:
        connection.read_request()
        connection.answer(ROWS)
        connection.read_request()

    server = serve(dies_in_the_second_request, every_request())
    client = connect(server)
    select(client)
    with pytest.raises(CallFailedError) as failed:
        client.call("ResourceStatus", "insert", ["a write that may have been executed"])
    assert failed.value.outcome is Outcome.connection
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", "the server says so"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.0"),
        (b"HTTP/1.1 200 OK\r\n\r\nok", "the end of the stream is the end of the body"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK", "bytes nobody asked for"),
    ],
)
def test_a_connection_is_not_kept_when(serve: Serve, connect: Connect, answer: bytes, why: str) -> None:
    server = serve(raw(answer))
    client = connect(server)
    assert [select(client), select(client)] == [b"ok", b"ok"], why
    assert len(server.connections) == 2


def test_interim_answers_are_skipped_and_204_has_no_body(serve: Serve, connect: Connect) -> None:
    client = connect(serve(raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")))
    answer = client.call("ResourceStatus", "ping", [])
    assert (answer.status, answer.body) == (204, b"")


def test_only_https_is_spoken(certificates: Certificates) -> None:
    with pytest.raises(ValueError, match="http://localhost:1"):
        HttpsClient("http://localhost:1", **certificates.of_the_user, keep_alive=True, timeout_s=1)
