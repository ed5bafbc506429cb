"""Blocks of DIRAC's EmailAction on the real caches: what is counted is what happened."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.email_cache import Setting
from harness.measure.email_cache import Blocks, measure_email_cache, reason_of, settings_of
from harness.measure.message_lookup import sqlite_messages
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack


def test_one_writer_is_neither_threads_nor_processes_twice() -> None:
    found = settings_of((1, 4))
    assert [(one.writers, one.kind) for one in found if one.cache == "sqlite"] == [
        (1, "threads"),
        (4, "threads"),
        (4, "processes"),
    ]
    assert len(found) == 9


def test_each_repetition_has_every_setting_in_an_order_of_its_own() -> None:
    settings = settings_of((1, 4, 15))
    order = Blocks(1.0, 3, seed=1).order(settings)
    rounds = [order[first : first + len(settings)] for first in range(0, len(order), len(settings))]
    assert [set(one) for one in rounds] == [set(settings)] * 3
    assert rounds[0] != rounds[1] != rounds[2]
    assert order == Blocks(9.0, 3, seed=1).order(settings)
    assert order != Blocks(1.0, 3, seed=2).order(settings)


def test_a_reason_is_the_first_line_without_addresses() -> None:
    first = (
        "HTTPSConnectionPool(host='localhost', port=4123): <urllib3.HTTPSConnection object at 0x7f00aa12> refused"
    )
    second = first.replace("4123", "991").replace("0x7f00aa12", "0x1") + "\nTraceback"
    assert reason_of(first) == reason_of(second)
    assert "refused" in reason_of(first)


def test_a_file_that_is_no_cache_has_no_messages(tmp_path: Path) -> None:
    assert sqlite_messages(tmp_path / "nowhere.sqlite") == []
    with closing(sqlite3.connect(tmp_path / "empty.sqlite")) as connection:
        connection.execute("CREATE TABLE other (name TEXT)")
    assert sqlite_messages(tmp_path / "empty.sqlite") == []


@pytest.mark.stack
def test_every_acknowledged_message_is_found_in_its_cache(loaded_stack: Callable[[str], Stack]) -> None:
    settings = [one for one in settings_of((3,)) if (one.cache, one.kind) != ("service", "processes")]
    result = measure_email_cache(loaded_stack("S"), settings, Blocks(0.6, 1, seed=3))

    assert [one.setting for one in result.settings] == settings
    assert {one.setting.cache for one in result.blocks} == {"service", "database", "sqlite"}
    for block in result.blocks:
        assert block.messages == block.acknowledged > 0
        assert (block.lost, block.unasked, block.twice, block.errors) == (0, 0, 0, ())
        assert block.cpu_s["writers"] > 0
    (service,) = [one for one in result.settings if one.setting.cache == "service"]
    assert service.cpu_per_message_s["service"] > 0
    assert service.cpu_per_message_s["database"] > 0
    assert result.durability["innodb_flush_log_at_trx_commit"] == "1"
    assert result.died is None


@pytest.mark.stack
def test_a_killed_service_and_a_locked_file_cost_errors_with_their_reason_and_no_message(
    build: BuildEnvironment, stack_root: Path, tmp_path: Path
) -> None:
    with (
        start_stack(build, profile=PROFILES["S"], seed=7, stack_root=stack_root, log_directory=None) as stack,
        locked(tmp_path / "block-0.sqlite"),
        locked(tmp_path / "block-1.sqlite"),
    ):
        (service,) = stack.pids["service"]
        killer = threading.Thread(target=_kill_when_busy, args=(stack, service))
        killer.start()
        settings = [Setting("service", 2, "threads"), Setting("sqlite", 2, "threads")]
        result = measure_email_cache(stack, settings, Blocks(2.0, 1, seed=3), tmp_path)
        killer.join()
    killed, locked_out = result.settings
    assert result.died is not None
    assert "was killed by SIGKILL" in result.died
    assert {file.name for file in tmp_path.iterdir()} == {"block-0.sqlite", "block-1.sqlite"}, "they were there"
    assert killed.messages > sum(error.count for error in killed.errors) > 0
    assert killed.lost == killed.twice == 0

    assert [(error.outcome, error.count) for error in locked_out.errors] == [("database is locked", 2)]
    assert locked_out.slowest_s is not None
    assert locked_out.slowest_s >= 5
    assert (locked_out.lost, locked_out.rates_per_s) == (0, (0.0,))


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """A SQLite file that nobody else can write to."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


def _kill_when_busy(stack: Stack, pid: int) -> None:
    """When it has served some messages."""
    while stack.service_logs["ResourceStatus"].read_bytes().count(b"ResourceStatus: insert") < 5:
        threading.Event().wait(0.05)
    psutil.Process(pid).kill()
