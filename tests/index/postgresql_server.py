"""A real PostgreSQL of the test session's own: loopback, a fresh data directory, never run as root."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from harness import command
from harness.stack.ports import LOOPBACK, ReservedPort

MARK = "postgresql-of-test-index"
#: The account that Debian's package makes.
ACCOUNT = "postgres"
START_TIMEOUT_S = 60.0


def programs() -> Path:
    """The folder of the newest installed server, which Debian puts on no search path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if not found:
        pytest.skip("PostgreSQL is not installed: ./setup.sh test")
    return found[-1].parent


@contextlib.contextmanager
def postgresql_server(folder: Path) -> Iterator[URL]:
    """Its address as an account that may do everything, while it runs."""
    port = ReservedPort()
    home, password_file, log_file = folder / "postgresql", folder / "password", folder / "postgresql.log"
    password = secrets.token_urlsafe(24)
    password_file.write_text(password)
    home.mkdir(mode=0o700)
    for path in (home, password_file):
        _give(path)
    made = command.run(
        [
            *_account(),
            programs() / "initdb",
            "--no-sync",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            "--username=suite",
            "--encoding=UTF8",
            "--locale=C",
            home / "data",
        ],
        timeout_s=120,
    )
    assert made.returncode == 0, made.stderr
    password_file.unlink()
    port.close()
    process = command.start(
        [
            *_account(),
            programs() / "postgres",
            *("-D", home / "data", "-k", home, "-c", "fsync=off"),
            *("-h", LOOPBACK, "-p", str(port.number)),
        ],
        log_file=log_file,
        mark=MARK,
    )
    url = URL.create("postgresql+psycopg", "suite", password, LOOPBACK, port.number, "postgres")
    try:
        _wait(url, log_file)
        yield url
    finally:
        command.stop_marked(MARK)
        process.wait()


def _wait(url: URL, log_file: Path) -> None:
    for _attempt in range(int(START_TIMEOUT_S / 0.05)):
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)).close()
            return
        command.wait_seconds(0.05)
    raise AssertionError(f"PostgreSQL does not answer:\n{command.last_lines(log_file)}")


def _account() -> list[str]:
    """Drops the rights of root, which the server refuses to have."""
    return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--init-groups"] if os.getuid() == 0 else []


def _give(path: Path) -> None:
    if os.getuid() == 0:
        account = pwd.getpwnam(ACCOUNT)
        os.chown(path, account.pw_uid, account.pw_gid)
