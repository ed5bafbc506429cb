"""One call over DISET, real TLS and a client certificate, against a server that behaves well or badly."""

import _socket
import json
import socket
import time
from collections.abc import Callable

import msgspec
import pytest

from scenarios.byte_buffer import BrokenAnswerError
from scenarios.diset_client import DisetClient
from scenarios.diset_message import framed
from scenarios.diset_settings import DisetSettings
from scenarios.encoding import decode_answer
from scenarios.rpc import CallFailedError
from scenarios.samples import Outcome

from .conftest import Certificates, Connection, Script, ScriptedServer

Serve = Callable[..., ScriptedServer]
Connect = Callable[..., DisetClient]

AGREED = b'{"OK": true, "Value": null}'
ROWS = b'{"OK": true, "Value": [["CE1", "Active"]]}'
REFUSED = b'{"OK": false, "Errno": 1111, "Message": "Unauthorized query ( 1111 : Unauthorized query)"}'
SETTINGS = DisetSettings(urls={}, encoding="json", setup="None", client_version="9.1.22", group="rss_admin")


@pytest.fixture
def connect(certificates: Certificates) -> Connect:
    def to(
        server: ScriptedServer,
        *,
        timeout_s: float = 5.0,
        files: dict[str, str] = certificates.of_the_user,
        **settings: object,
    ) -> DisetClient:
        urls = {"ResourceStatus": f"{server.url}/ResourceStatus/ResourceStatus"}
        return DisetClient(msgspec.structs.replace(SETTINGS, urls=urls, **settings), **files, timeout_s=timeout_s)

    return to


@pytest.fixture
def serve_diset(serve: Serve) -> Serve:
    def start(*scripts: Script, expired: bool = False) -> ScriptedServer:
        return serve(*scripts, scheme="dips", expired=expired)

    return start


def conversation(*parts: bytes, reply: bytes = framed(AGREED), pause_s: float = 0.0) -> Script:
    """Read the proposal, send the reply, read the arguments, send these bytes with a pause after each, close."""

    def script(connection: Connection) -> None:
        connection.read_message()
        connection.stream.sendall(reply)
        connection.read_message()
        for part in parts:
            connection.stream.sendall(part)
            if connection.ended.wait(pause_s):
                return

    return script


def only_a_reply(reply: bytes) -> Script:
    """Read the proposal, send these bytes, close."""

    def script(connection: Connection) -> None:
        connection.read_message()
        connection.stream.sendall(reply)

    return script


def select(client: DisetClient) -> bytes:
    return client.call("ResourceStatus", "select", ["ResourceStatus", {"Name": "CE1"}]).body


def failure(client: DisetClient) -> CallFailedError:
    with pytest.raises(CallFailedError) as failed:
        select(client)
    return failed.value


def test_a_call_is_a_proposal_and_after_the_reply_its_arguments(serve_diset: Serve, connect: Connect) -> None:
    server = serve_diset(conversation(framed(ROWS)))
    client = connect(server)
    assert client.call("ResourceStatus", "select", ["ResourceStatus", {"Name": "CE & ü"}]).body == ROWS
    proposal, arguments = map(json.loads, server.requests)
    assert proposal == {
        "OK": True,
        "Value": [["ResourceStatus/ResourceStatus", "None", "unknown"], ["RPC", "select"], "rss_admin", "9.1.22"],
    }
    assert arguments == {"OK": True, "Value": ["ResourceStatus", {"Name": "CE & ü"}]}


def test_dencode_goes_both_ways(serve_diset: Serve, connect: Connect) -> None:
    server = serve_diset(conversation(framed(b"ds2:OKb1s5:Valuelli7eeee"), reply=framed(b"ds2:OKb1s5:Valuene")))
    body = select(connect(server, encoding="dencode", setup="rssbench", client_version="8.0.86"))
    assert decode_answer(body) == {"OK": True, "Value": [[7]]}
    assert server.requests == [
        (
            b"ds2:OKb1s5:Valuells29:ResourceStatus/ResourceStatuss8:rssbenchs7:unknownels3:RPCs6:selecte"
            b"s9:rss_admins6:8.0.86ee"
        ),
        b"ds2:OKb1s5:Valuels14:ResourceStatusds4:Names3:CE1eee",
    ]


def test_every_call_has_a_connection_of_its_own_which_its_time_contains(
    serve_diset: Serve, connect: Connect
) -> None:
    server = serve_diset(conversation(framed(ROWS)))
    client = connect(server)
    client.connect()
    before_ns = time.monotonic_ns()
    answers = [client.call("ResourceStatus", "ping", []) for _ in range(2)]
    assert len(server.connections) == 2, "and none is made before it is needed"
    assert before_ns <= answers[0].start_ns
    for answer in answers:
        assert answer.status == 200
        assert 0 < answer.connect_ns < answer.end_ns - answer.start_ns


def test_a_refused_proposal_is_the_answer_and_no_argument_leaves(serve_diset: Serve, connect: Connect) -> None:
    server = serve_diset(only_a_reply(framed(REFUSED)))
    assert select(connect(server)) == REFUSED
    assert len(server.requests) == 1


def test_keep_alives_come_anywhere_and_pings_are_answered_with_their_id(
    serve_diset: Serve, connect: Connect
) -> None:
    ping = b"dka" + framed(b'{"OK": true, "Value": {"id": "abc0", "kaping": true}}')
    pong = b"dka" + framed(b'{"OK": true, "Value": {"id": "own", "kaping": false}}')

    def script(connection: Connection) -> None:
        connection.read_message()
        connection.stream.sendall(ping + framed(AGREED))
        connection.read_message()
        connection.read_message()
        connection.stream.sendall(pong + framed(ROWS))

    server = serve_diset(script)
    assert select(connect(server)) == ROWS
    assert server.requests[1] == b'dka{"OK": true, "Value": {"id": "abc0", "kaping": false}}'
    assert len(server.requests) == 3


def test_an_answer_may_come_in_any_number_of_pieces(serve_diset: Serve, connect: Connect) -> None:
    large = json.dumps({"OK": True, "Value": ["x" * 1000] * 1000}).encode()
    whole = framed(large)
    server = serve_diset(conversation(*(whole[place : place + 9973] for place in range(0, len(whole), 9973))))
    assert select(connect(server)) == large
    by_byte = serve_diset(conversation(*(framed(ROWS)[place : place + 1] for place in range(len(framed(ROWS))))))
    assert select(connect(by_byte)) == ROWS


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"", id="closed at once"),
        pytest.param(b"10", id="closed in the length"),
        pytest.param(b"10:short", id="closed in the message"),
        pytest.param(b"-1:", id="negative length"),
        pytest.param(b":", id="no length"),
        pytest.param(b"1e9:x", id="length that is no number"),
        pytest.param(b"4294967296:x", id="length that no memory has"),
        pytest.param(b"9" * 40, id="endless length"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="another protocol"),
        pytest.param(b"dka" + framed(b"{}") + framed(ROWS), id="keep-alive without content"),
        pytest.param(b"dka" + framed(b"[") + framed(ROWS), id="keep-alive that cannot be read"),
    ],
)
@pytest.mark.parametrize("place", ["reply", "result"])
def test_a_broken_frame_is_a_connection_error(
    serve_diset: Serve, connect: Connect, broken: bytes, place: str
) -> None:
    script = only_a_reply(broken) if place == "reply" else conversation(broken)
    client = connect(serve_diset(script, conversation(framed(ROWS))))
    failed = failure(client)
    assert failed.outcome is Outcome.connection
    assert BrokenAnswerError.__name__ in str(failed)
    assert select(client) == ROWS, "the next call starts anew"


def test_a_reply_that_is_no_result_is_a_connection_error(serve_diset: Serve, connect: Connect) -> None:
    for reply in (b"[1]", b"null", b"", b"{}", b"d"):
        assert "no reply to a proposal" in str(failure(connect(serve_diset(only_a_reply(framed(reply))))))


@pytest.mark.parametrize("pause_s", [10.0, 0.02])
@pytest.mark.parametrize("endless", [b"9", b"dka" + framed(b'{"OK": true, "Value": {"id": 1, "kaping": false}}')])
def test_a_server_that_drips_or_stands_still_is_a_timeout_at_the_deadline(
    serve_diset: Serve, connect: Connect, pause_s: float, endless: bytes
) -> None:
    parts = [framed(ROWS)[:5], *(endless for _ in range(1000))] if endless == b"9" else [endless] * 1000
    server = serve_diset(conversation(*(b"100000:", *parts) if endless == b"9" else parts, pause_s=pause_s))
    begin_s = time.monotonic()
    failed = failure(connect(server, timeout_s=0.2))
    assert failed.outcome is Outcome.timeout
    assert 0.2 <= time.monotonic() - begin_s < 1.0


def test_a_server_that_never_shakes_hands_is_a_timeout(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = ScriptedServer(f"dips://127.0.0.1:{silent.getsockname()[1]}")
        assert failure(connect(server, timeout_s=0.1)).outcome is Outcome.timeout


def test_nobody_listening_is_a_connection_error(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        server = ScriptedServer(f"dips://127.0.0.1:{free.getsockname()[1]}")
    failed = failure(connect(server))
    assert failed.outcome is Outcome.connection
    assert "ConnectionRefused" in str(failed)


def test_a_server_of_another_authority_is_refused(
    serve_diset: Serve, connect: Connect, certificates: Certificates
) -> None:
    server = serve_diset(conversation(framed(ROWS)))
    other = certificates.of_the_user | {"ca_file": certificates.other_ca_file}
    failed = failure(connect(server, files=other))
    assert failed.outcome is Outcome.connection
    assert "certificate verify failed" in str(failed)
    assert server.requests == []


def test_an_expired_certificate_of_either_side_is_a_connection_error_with_its_reason(
    serve_diset: Serve, connect: Connect, certificates: Certificates
) -> None:
    of_the_user = failure(connect(serve_diset(conversation(framed(ROWS))), files=certificates.of_yesterday))
    of_the_server = failure(connect(serve_diset(conversation(framed(ROWS)), expired=True)))
    assert of_the_user.outcome is of_the_server.outcome is Outcome.connection
    assert "certificate expired" in str(of_the_user)
    assert "certificate has expired" in str(of_the_server)


def test_a_call_whose_first_byte_was_sent_is_never_sent_again(serve_diset: Serve, connect: Connect) -> None:
    def dies_after_the_proposal(connection: Connection) -> None:
        connection.read_message()

    server = serve_diset(dies_after_the_proposal, conversation(framed(ROWS)))
    assert failure(connect(server)).outcome is Outcome.connection
    assert len(server.connections) == 1


def test_only_dips_urls_with_a_port_are_taken(certificates: Certificates) -> None:
    for url in ("https://localhost:1/ResourceStatus/ResourceStatus", "dips://localhost/ResourceStatus/Publisher"):
        settings = msgspec.structs.replace(SETTINGS, urls={"ResourceStatus": url})
        with pytest.raises(ValueError, match="not a dips URL"):
            DisetClient(settings, **certificates.of_the_user, timeout_s=1)


@pytest.fixture
def acknowledgements(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often TCP_QUICKACK was set, by any connection."""
    found: list[int] = []

    class Watched(_socket.socket):
        def setsockopt(self, level: int, option: int, value: int) -> None:  # type: ignore[override]
            if (level, option) == (socket.IPPROTO_TCP, socket.TCP_QUICKACK):
                found.append(value)
            super().setsockopt(level, option, value)

    monkeypatch.setattr("scenarios.tls_connection._socket.socket", Watched)
    return found


@pytest.mark.parametrize("quick_ack", [True, False])
def test_acknowledging_at_once_is_a_setting(
    serve_diset: Serve, connect: Connect, acknowledgements: list[int], quick_ack: bool
) -> None:
    select(connect(serve_diset(conversation(framed(ROWS))), quick_ack=quick_ack))
    assert (len(acknowledgements) >= 2) == quick_ack
    assert set(acknowledgements) <= {1}
