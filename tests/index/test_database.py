"""A database that cannot be used is one message: which, why, what to do; and another version is no surprise."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import URL

from harness.errors import RssbenchError
from harness.index import database
from harness.index.address import local_url
from harness.index.database import IndexBroken, opened_index
from harness.index.indexing import index_run, rebuild_index
from harness.index.listing import list_runs
from harness.index.tables import INDEX_VERSION

from .conftest import execute
from .results import store_run

LARGE = 200_000


def ids(url: URL) -> list[str]:
    with opened_index(url) as index:
        return [run.run_id for run in list_runs(index, limit=100)]


def refusal(url: URL) -> str:
    with pytest.raises(RssbenchError) as caught, opened_index(url):
        pass
    assert url.password is None or url.password not in str(caught.value)
    return str(caught.value)


def test_the_tables_carry_our_prefix_and_leave_others_alone(url: URL) -> None:
    execute(url, "CREATE TABLE runs (mine INTEGER)", "INSERT INTO runs VALUES (1)")
    with opened_index(url) as index:
        names = set(sqlalchemy.inspect(index.engine).get_table_names())
    assert names == {"runs", "rssbench_version", "rssbench_runs", "rssbench_builds", "rssbench_figures"}
    assert execute(url, "SELECT mine FROM runs") == [(1,)]


def test_a_second_opening_changes_nothing(url: URL, results: Path) -> None:
    index_run(store_run(results, "r1"), url)
    assert ids(url) == ids(url) == ["r1"]
    assert execute(url, "SELECT version FROM rssbench_version") == [(INDEX_VERSION,)]


@pytest.mark.parametrize("version", [0, INDEX_VERSION + 1])
def test_a_shared_index_of_another_version_is_refused_and_left_as_it_is(
    shared_url: URL, results: Path, version: int
) -> None:
    index_run(store_run(results, "r1"), shared_url)
    execute(shared_url, f"UPDATE rssbench_version SET version = {version}")
    told = refusal(shared_url)
    assert (
        f"has version {version}, this rssbench uses {INDEX_VERSION}; use the rssbench that the others use" in told
    )
    assert execute(shared_url, "SELECT run_id FROM rssbench_runs") == [("r1",)]


@pytest.mark.parametrize("version", [0, INDEX_VERSION + 1])
def test_a_local_index_of_another_version_is_made_anew(results: Path, version: int) -> None:
    url = local_url(results)
    index_run(store_run(results, "r1"), url)
    execute(
        url,
        "CREATE TABLE rssbench_later (x INTEGER)",
        "ALTER TABLE rssbench_runs DROP COLUMN command",
        f"UPDATE rssbench_version SET version = {version}",
    )
    rebuild_index(url, results)
    assert ids(url) == ["r1"]
    assert execute(url, "SELECT version FROM rssbench_version") == [(INDEX_VERSION,)]
    assert execute(url, "SELECT name FROM sqlite_master WHERE name = 'rssbench_later'") == []


@pytest.mark.parametrize("damage", ["foreign", "torn"])
def test_a_damaged_file_is_named_and_rebuild_sets_it_aside(results: Path, damage: str) -> None:
    url, file = local_url(results), results / "index.sqlite"
    for number in range(3):
        index_run(store_run(results, f"r{number}"), url)
    content = b"my own notes\n" * 1000
    if damage == "torn":
        execute(url, "PRAGMA wal_checkpoint(TRUNCATE)")
        content = file.read_bytes()
        content = content[:4096] + b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(IndexBroken, match=f"{re.escape(str(file))} cannot be used: .*`rssbench runs rebuild`"):
        ids(url)
    assert rebuild_index(url, results).indexed == 3
    assert sorted(ids(url)) == ["r0", "r1", "r2"]
    assert (results / "index.sqlite.broken").read_bytes() == content


def test_a_server_that_is_not_there_is_named(results: Path) -> None:
    for backend in ("mysql+pymysql", "postgresql+psycopg"):
        told = refusal(URL.create(backend, "team", "s3cret", "127.0.0.1", 9, "rss"))
        assert told.startswith(f"the index {backend.split('+')[0]}://127.0.0.1:9/rss cannot be used: ")
        assert "refused" in told
        assert "check the address, that the server runs, and that the account may create" in told


@pytest.mark.parametrize("change", [{"password": "wrong-s3cret"}, {"database": "not_there"}])
def test_a_login_or_a_database_that_is_not_there_is_told_as_the_server_says_it(
    shared_url: URL, change: dict[str, str]
) -> None:
    told = refusal(shared_url.set(**change))
    assert "cannot be used" in told
    assert "password" in told or "not_there" in told
    assert "Traceback" not in told


@pytest.fixture
def reader_url(shared_url: URL) -> Iterator[URL]:
    """The same database as an account that may only read it."""
    name = f"reader_of_{shared_url.database}"
    mysql = shared_url.get_backend_name() == "mysql"
    account = f"'{name}'@'127.0.0.1'" if mysql else name
    with opened_index(shared_url):
        pass
    if mysql:
        execute(
            shared_url,
            f"CREATE USER {account} IDENTIFIED BY 'reader-s3cret'",
            f"GRANT SELECT ON {shared_url.database}.* TO {account}",
        )
    else:
        execute(
            shared_url,
            f"CREATE ROLE {account} LOGIN PASSWORD 'reader-s3cret'",
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {account}",
        )
    yield shared_url.set(username=name, password="reader-s3cret")
    execute(shared_url, *([] if mysql else [f"DROP OWNED BY {account}"]), f"DROP USER {account}")


def test_an_account_that_may_only_read_lists_and_is_refused_when_it_writes(
    shared_url: URL, reader_url: URL, results: Path
) -> None:
    index_run(store_run(results, "r1"), shared_url)
    assert ids(reader_url) == ["r1"]
    with pytest.raises(RssbenchError, match=r"denied.*the account may create, select, insert, update and delete"):
        index_run(store_run(results, "r2"), reader_url)
    assert ids(shared_url) == ["r1"]


def test_a_transaction_that_the_server_ends_for_another_is_done_again(shared_url: URL, results: Path) -> None:
    """Two that lock two runs in opposite order: one of them must be ended."""
    for name in ("a", "b"):
        index_run(store_run(results, name), shared_url)
    both_hold_one = threading.Barrier(2)
    attempts: list[str] = []

    def write(first: str, second: str) -> None:
        def work(connection: sqlalchemy.Connection) -> None:
            attempts.append(first)
            update = "UPDATE rssbench_runs SET suite_commit = '{}' WHERE run_id = '{}'"
            connection.exec_driver_sql(update.format(first, first))
            if len(attempts) <= 2:
                both_hold_one.wait(20)
            connection.exec_driver_sql(update.format(first, second))

        with opened_index(shared_url) as index:
            index.write(work)

    threads = [threading.Thread(target=write, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(attempts) == 3
    [(commit,)] = execute(shared_url, "SELECT DISTINCT suite_commit FROM rssbench_runs")
    assert commit == attempts[-1]


def test_a_local_index_that_stays_locked_is_told(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = local_url(results)
    index_run(store_run(results, "r1"), url)
    monkeypatch.setitem(database._CONNECT_ARGUMENTS, "sqlite", {"timeout": 0.1})
    holder = sqlite3.connect(str(url.database))
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert ids(url) == ["r1"]  # reading goes on
        with pytest.raises(RssbenchError, match="database is locked"):
            index_run(store_run(results, "r2"), url)
    finally:
        holder.close()
    index_run(results / "r2", url)
    assert sorted(ids(url)) == ["r1", "r2"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refusal(local_url(tmp_path / "no")).startswith(f"there is no folder {tmp_path}/no for an index")


@pytest.mark.stack
@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_told_and_the_index_stays_whole(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "rssbench-test", disk], check=True)
    try:
        index_run(store_run(disk, "r1"), url := local_url(disk))
        store_run(disk, "r2", command="x" * LARGE)
        with contextlib.suppress(OSError), (disk / "filling").open("wb", buffering=0) as stream:
            while True:
                stream.write(bytes(4096))
        with pytest.raises(RssbenchError, match=f"(full|I/O error).*make room, or allow writing in {disk}"):
            index_run(disk / "r2", url)
        (disk / "filling").unlink()
        assert ids(url) == ["r1"]
        index_run(disk / "r2", url)
        assert sorted(ids(url)) == ["r1", "r2"]
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
