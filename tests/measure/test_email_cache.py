"""Blocks of DIRAC's EmailAction on the real caches: what is counted is what happened."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.email_cache import Setting, SettingResult
from harness.errors import StackError
from harness.measure.email_cache import Blocks, measure_blocks, measure_email_cache, settings_of
from harness.measure.email_cache_blocks import reason_of
from harness.measure.measurement_record import Place
from harness.measure.message_lookup import sqlite_messages
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from harness.store import EMAIL_CACHE


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
    assert sqlite_messages(tmp_path / "nowhere.sqlite", "mail") == []
    with closing(sqlite3.connect(tmp_path / "empty.sqlite")) as connection:
        connection.execute("CREATE TABLE other (name TEXT)")
    assert sqlite_messages(tmp_path / "empty.sqlite", "mail") == []


class Kept:
    """What was kept after each block."""

    def __init__(self) -> None:
        self.states: list[dict[str, Any]] = []

    def __call__(self, **state: Any) -> None:
        self.states.append(state)

    @property
    def settings(self) -> tuple[SettingResult, ...]:
        return self.states[-1]["settings"]


@pytest.mark.stack
def test_every_acknowledged_message_is_found_in_its_cache(
    build: BuildEnvironment, stack_root: Path, tmp_path: Path
) -> None:
    settings = [one for one in settings_of((3,)) if (one.cache, one.kind) != ("service", "processes")]
    place = Place(tmp_path, "rssbench email-cache", stack_root, print)
    result = measure_email_cache(
        build, settings, Blocks(0.6, 1, seed=3), place, front_door=None, sqlite_folder=None
    )
    assert result == EMAIL_CACHE.read(tmp_path)
    assert (result.status, result.front_door) == ("complete", "https")
    assert result.durability is not None
    assert result.durability["innodb_flush_log_at_trx_commit"] == "1"
    assert [one.setting for one in result.settings] == settings
    assert {one.setting.cache for one in result.blocks} == {"service", "database", "sqlite"}
    for block in result.blocks:
        assert block.messages == block.acknowledged > 0
        assert (block.lost, block.unasked, block.twice, block.errors) == (0, 0, 0, ())
        assert block.cpu_s["writers"] > 0
    (service,) = [one for one in result.settings if one.setting.cache == "service"]
    assert service.cpu_per_message_s["service"] > 0
    assert service.cpu_per_message_s["database"] > 0


@pytest.mark.stack
def test_a_killed_service_and_a_locked_file_cost_errors_with_their_reason_and_no_message(
    build: BuildEnvironment, stack_root: Path, tmp_path: Path
) -> None:
    kept = Kept()
    with (
        start_stack(build, profile=PROFILES["S"], seed=7, stack_root=stack_root, log_directory=None) as stack,
        locked(tmp_path / "block-0.sqlite"),
        locked(tmp_path / "block-1.sqlite"),
    ):
        (service,) = stack.pids["service"]
        killer = threading.Thread(target=_kill_when_busy, args=(stack, service))
        killer.start()
        settings = [Setting("service", 2, "threads"), Setting("sqlite", 2, "threads")]
        with pytest.raises(StackError, match="was killed by SIGKILL"):
            measure_blocks(stack, settings, Blocks(2.0, 1, seed=3), kept, tmp_path)
        killer.join()
    assert [len(state["blocks"]) for state in kept.states] == [1, 2]
    killed, locked_out = kept.settings
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
