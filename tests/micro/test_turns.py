"""Only one side works at a time, and none begins a benchmark before the other has ended the one before."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from harness.errors import StackError
from harness.micro import turns as harness_turns
from harness.micro.databases import MICRO
from harness.micro.turns import GOES_ON, TurnServer


def of_build(name: str) -> ModuleType:
    """A module that runs in the environment of a build, where it is not part of a package."""
    spec = importlib.util.spec_from_file_location(f"micro_{name}", MICRO / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


turns = of_build("turns")
Work = Callable[[Any], None]


@contextmanager
def sides_at_work(address: Path, works: dict[str, Work]) -> Iterator[None]:
    def run(side: str, work: Work) -> None:
        connection = turns.Turns(str(address), side)
        work(connection)
        connection._socket.close()
        connection._answers.close()

    threads = [threading.Thread(target=run, args=one) for one in works.items()]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_sides_work_one_at_a_time_benchmark_by_benchmark(tmp_path: Path) -> None:
    done: list[tuple[str, str]] = []
    at_work: list[str] = []

    def work(side: str, slices: dict[str, int]) -> Work:
        def working(connection: Any) -> None:
            for name, count in slices.items():
                for number in range(count):
                    connection.wait_for(GOES_ON if number else name)
                    at_work.append(side)
                    time.sleep(0.002)
                    assert at_work == [side]
                    done.append((name, side))
                    at_work.clear()

        return working

    works = {"0": work("0", {"a": 3, "b": 1, "c": 2}), "1": work("1", {"a": 1, "b": 2, "c": 2})}
    with (
        TurnServer(tmp_path / "turns", ("0", "1"), lambda: None) as server,
        sides_at_work(tmp_path / "turns", works),
    ):
        server.connect()
        server.give(Random(1))
    assert [name for name, _ in done] == sorted(name for name, _ in done)
    assert sorted(done) == sorted(
        [("a", "0")] * 3 + [("a", "1")] + [("b", "0")] + [("b", "1")] * 2 + [("c", "0")] * 2 + [("c", "1")] * 2
    )


def test_which_side_is_first_is_drawn_anew(tmp_path: Path) -> None:
    first: list[str] = []
    names = [f"bench_{number}" for number in range(30)]

    def work(side: str) -> Work:
        def working(connection: Any) -> None:
            for name in names:
                connection.wait_for(name)
                first.append(side)

        return working

    works = {"0": work("0"), "1": work("1")}
    with (
        TurnServer(tmp_path / "turns", ("0", "1"), lambda: None) as server,
        sides_at_work(tmp_path / "turns", works),
    ):
        server.connect()
        server.give(Random(1))
    assert 5 < first[::2].count("0") < 25


def test_a_turn_ends_between_rounds_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]
    said_at_s: list[float] = []
    monkeypatch.setattr(turns, "_now_s", lambda: now_s[0])

    class Recorded(turns.Turns):  # type: ignore[name-defined,misc]
        def __init__(self) -> None:
            self._ends_s = 1.0

        def wait_for(self, benchmark: str) -> None:
            assert benchmark == GOES_ON
            said_at_s.append(now_s[0])
            self._ends_s = now_s[0] + 1.0

    def a_round(duration_s: float) -> None:
        now_s[0] += duration_s

    in_turns = Recorded().in_turns(a_round)
    for _ in range(6):
        in_turns(0.75)
    assert said_at_s == [1.5, 3.0]
    assert turns.GOES_ON == GOES_ON


def test_a_side_that_is_killed_ends_and_the_other_goes_on(tmp_path: Path) -> None:
    done: list[str] = []

    def killed(connection: Any) -> None:
        connection.wait_for("a")
        connection._say("b")  # and is gone before it is told to go on

    def working(connection: Any) -> None:
        for name in "abc":
            connection.wait_for(name)
            done.append(name)

    works = {"0": killed, "1": working}
    with (
        TurnServer(tmp_path / "turns", ("0", "1"), lambda: None) as server,
        sides_at_work(tmp_path / "turns", works),
    ):
        server.connect()
        server.give(Random(1))
    assert done == ["a", "b", "c"]


def test_a_process_that_fails_before_its_turn_ends_the_wait(tmp_path: Path) -> None:
    def check() -> None:
        raise StackError("it ended with exit code 4")

    with (
        TurnServer(tmp_path / "turns", ("0", "1"), check) as server,
        pytest.raises(StackError, match="exit code 4"),
    ):
        server.connect()


def test_a_side_that_does_not_come_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness_turns, "TURN_TIMEOUT_S", 0.1)
    with (
        TurnServer(tmp_path / "turns", ("0", "1"), lambda: None) as server,
        pytest.raises(StackError, match="did not come to its benchmarks"),
    ):
        server.connect()


def test_without_a_harness_a_side_says_so(tmp_path: Path) -> None:
    with TurnServer(tmp_path / "turns", ("0",), lambda: None):
        connection = turns.Turns(str(tmp_path / "turns"), "0")
    with pytest.raises((EOFError, ConnectionError)):
        connection.wait_for("bench_a")
    connection._socket.close()
    connection._answers.close()


def test_an_address_that_no_socket_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="choose a shorter stack folder"):
        TurnServer(tmp_path / ("long" * 30), ("0",), lambda: None)
