from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import command
from harness.stack.parts import Part, Parts
from harness.stack.processes import NativeProcess

MARK = "parts-under-test"


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    yield (found := Parts())
    found.kill()


@pytest.fixture
def start(parts: Parts, tmp_path: Path) -> Callable[[str, str], Part]:
    """``start(name, code)``: a part that runs this Python."""

    def begin(name: str, code: str) -> Part:
        log_file = tmp_path / f"{name}.log"
        process = command.start([sys.executable, "-c", code], log_file=log_file, mark=MARK)
        parts[name] = Part(name, NativeProcess(process), log_file)
        return parts[name]

    return begin


SLEEP = "import time; time.sleep(60)"


def test_services_of_one_process_each_are_one_group(parts: Parts, start: Callable[[str, str], Part]) -> None:
    names = ("database", "service-ResourceStatus", "service-Publisher")
    pids = {name: start(name, SLEEP).running.pids[0] for name in names}
    assert parts.pids == {
        "database": (pids["database"],),
        "service": (pids["service-ResourceStatus"], pids["service-Publisher"]),
    }
    assert parts.meters == parts.pids


def test_the_one_that_ended_is_named_with_the_end_of_its_log(
    parts: Parts, start: Callable[[str, str], Part]
) -> None:
    start("service-ResourceStatus", SLEEP)
    assert parts.death() is None
    ended = start("service-Publisher", "import sys; print('no database'); sys.exit(7)")
    ended.running.wait()
    assert parts.death() == (
        f"the service-Publisher (pid {ended.running.pids[0]}) ended with exit code 7; {ended.log_file} ends with\n"
        "no database"
    )


def test_a_signal_is_named(parts: Parts, start: Callable[[str, str], Part]) -> None:
    killed = start("database", SLEEP)
    killed.running.kill()
    assert (parts.death() or "").startswith(f"the database (pid {killed.running.pids[0]}) was killed by SIGKILL; ")


def test_all_but_the_spared_one_are_killed(parts: Parts, start: Callable[[str, str], Part]) -> None:
    database, services = start("database", SLEEP), [start(f"service-{name}", SLEEP) for name in ("one", "two")]
    parts.kill(spared="database")
    assert [part.running.ending() for part in services] == ["was killed by SIGKILL"] * 2
    assert database.running.ending() is None
