"""A stack that runs is somebody else's RSS: of it the suite knows a URL and certificates, nothing more."""

from __future__ import annotations

import contextlib
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.external.settings import ExternalSettings, parse_urls
from harness.external.target import connect
from harness.measure.samples import is_sent, read_samples
from harness.stack.certificates import Certificates, Identity, make_certificates
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from tests.taurus.bzt_process import BztProcess, job

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

S = 1_000_000_000
LIMIT = 25
NO_OPERATIONS: frozenset[str] = frozenset()
TABLES = {
    "ResourceStatusDB": (
        "ResourceStatus",
        "ResourceLog",
        "ResourceHistory",
        "SiteStatus",
        "SiteLog",
        "SiteHistory",
    ),
    "ResourceManagementDB": ("PolicyResult", "PilotCache", "DowntimeCache"),
}


def settings_of(stack: Stack, **changes: Any) -> ExternalSettings:
    settings = ExternalSettings(
        reached=parse_urls([stack.service_url]),
        ca_file=stack.ca_file,
        identity=stack.identities["admin"],
        rate_limit_per_s=LIMIT,
        allow_writes=False,
        version="9.1",
        encoding="json",
        setup="None",
        group="",
        vo="unknown",
    )
    return replace(settings, **changes)


def rows_of(stack: Stack) -> dict[str, list[Any]]:
    """Everything that the tables hold, behind the back of the services."""
    found = {}
    for database, tables in TABLES.items():
        with sa.create_engine(stack.database.url(database), poolclass=sa.NullPool).connect() as connection:
            for table in tables:
                found[table] = sorted(map(repr, connection.execute(sa.text(f"SELECT * FROM {table}"))))
    return found


def own_rows(stack: Stack) -> int:
    return sum("'rssbench-" in row for rows in rows_of(stack).values() for row in rows)


@pytest.fixture(scope="module")
def dips_stack(build: BuildEnvironment, stack_root: Path) -> Iterator[Stack]:
    start = {"profile": PROFILES["S"], "seed": 7, "front_doors": ("dips",), "log_directory": None}
    with start_stack(build, stack_root=stack_root, **start) as started:
        yield started


@pytest.fixture
def bzt(tmp_path: Path, bzt_stack_root: Path) -> Iterator[Callable[..., BztProcess]]:
    started: list[BztProcess] = []

    def start(stack: Stack, *executions: dict[str, Any], **external: Any) -> BztProcess:
        admin = stack.identities["admin"]
        keys = {
            "url": list(stack.service_urls) if "dips" in stack.service_url else stack.service_url,
            "certificate": str(admin.certificate_file),
            "key": str(admin.key_file),
            "ca": str(stack.ca_file),
            "rate-limit": LIMIT,
        }
        content = job(*executions, exact=True, load={"workers": 2})
        content["modules"]["rss-stack"] = {"runtime": "external", "external": keys | external}
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(BztProcess(folder, bzt_stack_root, content))
        return started[-1]

    yield start
    for process in started:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait()


OPEN = {"scenario": "select_mix", "throughput": 20, "concurrency": 4, "hold-for": "2s"}
CLOSED = {"scenario": "select_mix", "concurrency": 6, "hold-for": "3s"}
WRITES = {"scenario": "update_mix", "throughput": 20, "concurrency": 4, "hold-for": "2s"}


@pytest.mark.parametrize(("door", "of_door"), [("https", "stack"), ("dips", "dips_stack")])
def test_a_run_reads_and_writes_within_what_is_allowed_and_leaves_nothing(
    request: pytest.FixtureRequest, bzt: Callable[..., BztProcess], door: str, of_door: str
) -> None:
    stack: Stack = request.getfixturevalue(of_door)
    before = rows_of(stack)
    process = bzt(stack, OPEN, CLOSED, WRITES, **{"allow-writes": True})
    assert process.wait() == 0, process.stdout + process.stderr
    run = process.run
    assert (run.runtime, run.status, run.front_door) == ("external", "passed", door)
    assert run.external is not None
    assert run.external.url == stack.service_url
    assert run.external.dirac_version == "9.1.22"
    assert all(name.startswith("rssbench-") for name in run.external.own_elements)

    reads, held_back, writes = run.trials
    assert (reads.requests, reads.ok) == (40, 40)
    assert "the rate limit of 25 requests/s held " in held_back.problems[0]
    assert writes.ok == writes.requests == 40

    # what cannot be seen is not there, in place of zero
    for trial in run.trials:
        assert trial.cpu_per_request.generator_s is not None
        assert (trial.cpu_per_request.service_s, trial.cpu_per_request.database_s) == (None, None)
        assert (trial.memory.service_bytes, trial.memory.database_bytes, trial.audit) == (None, None, None)
    assert (run.exact, run.build, run.data_set) == ((), None, None)

    # all samples of the run together: never more than the limit in any second
    directories = (process.run_directory / "trials").iterdir()
    sent = np.sort(np.concatenate([(s := read_samples(one))[is_sent(s)]["start_ns"] for one in directories]))
    assert (sent[LIMIT:] - sent[:-LIMIT]).min() > S - S // 1000
    assert held_back.reached_rate_per_s > LIMIT / 2

    assert rows_of(stack) == before, "rows of others are as they were, and ours have gone"
    assert process.left_over() == []


def test_ctrl_c_leaves_nothing_and_what_a_kill_leaves_the_next_start_removes(
    stack: Stack, bzt: Callable[..., BztProcess], bzt_stack_root: Path
) -> None:
    long = WRITES | {"hold-for": "60s"}
    process = bzt(stack, long, **{"allow-writes": True})
    process.wait_for_samples(10)
    assert own_rows(stack) > 0
    process.process.send_signal(signal.SIGINT)
    assert process.wait() == 2
    assert own_rows(stack) == 0

    killed = bzt(stack, long, **{"allow-writes": True})
    killed.wait_for_samples(10)
    killed.process.kill()
    killed.process.wait()
    killed.wait_gone()
    assert own_rows(stack) > 0

    said: list[str] = []
    connect(settings_of(stack), NO_OPERATIONS, bzt_stack_root, said.append).stop()
    assert "an earlier run left elements of its own, a run with allow-writes removes them: rssbench-" in said[0]
    assert own_rows(stack) > 0, "nobody has permitted writes"
    connect(settings_of(stack, allow_writes=True), NO_OPERATIONS, bzt_stack_root, said.append).stop()
    assert own_rows(stack) == 0


@contextlib.contextmanager
def answering(answer: bytes, certificates: Certificates | None) -> Iterator[str]:
    """A server that answers one connection with these bytes, over TLS or not."""
    listener = socket.create_server(("127.0.0.1", 0))

    def play() -> None:
        with contextlib.suppress(OSError):
            accepted, _ = listener.accept()
            with accepted:
                accepted.settimeout(5)
                stream = accepted
                if certificates:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    host = certificates.identities["host"]
                    context.load_cert_chain(host.certificate_file, host.key_file)
                    stream = context.wrap_socket(accepted, server_side=True)
                stream.recv(65536)
                stream.sendall(answer)
                stream.close()

    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield f"https://localhost:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(10)


def refusal(settings: ExternalSettings, stack_root: Path, names: frozenset[str] = NO_OPERATIONS) -> str:
    """Why it cannot be used; nothing is left over then."""
    with pytest.raises(StackError) as caught:
        connect(settings, names, stack_root, lambda _line: None)
    assert not list(stack_root.glob("stack-*"))
    return str(caught.value)


def test_what_is_no_rss_says_so(stack: Stack, bzt_stack_root: Path) -> None:
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"
    for answer, text in ((missing, "HTTP status 404"), (page, "b'<html>'")):
        with answering(answer, stack.certificates) as url:
            found = refusal(settings_of(stack, reached=parse_urls([url])), bzt_stack_root)
        assert found == f"{url} is not an RSS: {text} to ResourceStatus.select"
    with answering(b"SSH-2.0-OpenSSH_9.2\r\n", None) as url:
        assert "what answers there does not speak TLS" in refusal(
            settings_of(stack, reached=parse_urls([url])), bzt_stack_root
        )
    assert "nobody listens there" in refusal(settings_of(stack, reached=parse_urls([url])), bzt_stack_root)


def test_who_is_refused_hears_by_whom(stack: Stack, tmp_path: Path, bzt_stack_root: Path) -> None:
    others = make_certificates(tmp_path / "pki")
    stranger = others.identities["admin"]
    assert "the server refuses our certificate" in refusal(settings_of(stack, identity=stranger), bzt_stack_root)
    assert "its certificate is not signed by the authority in `ca`" in refusal(
        settings_of(stack, ca_file=others.ca_file), bzt_stack_root
    )
    reader = settings_of(stack, identity=Identity(*_files_of(stack, "user")), allow_writes=True)
    found = refusal(reader, bzt_stack_root, frozenset({"ResourceStatus.addOrModify status"}))
    assert "does not let this certificate call ResourceStatus.delete" in found
    assert own_rows(stack) == 0


def _files_of(stack: Stack, identity: str) -> tuple[Path, Path]:
    return stack.identities[identity].certificate_file, stack.identities[identity].key_file
