"""`rssbench cycles`: what it refuses, what it lists, how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness import cli
from harness.errors import StackError
from harness.measure import cycles_of_builds
from harness.measure.cycle_catalogue import CYCLES
from harness.store import CYCLES as CYCLES_FILE
from reports.measurements import measurement_text
from tests.reports.synthetic_cycles import build_cycles, measured


def cycles(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["cycles", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--cycle", "tokens"),
            "there is no 'tokens'; `rssbench cycles --list` names them; did you mean 'token'?",
        ),
        (("--profile", "XXL"), "'XXL' is not one of"),
        (("--repetitions", "0"), "0 is not in the range"),
        (("--front-door", "http"), "'http' is not one of 'https', 'dips'"),
        (("7.3.38", "--front-door", "https"), "--front-door: DIRAC 7.3.38 has no front door https"),
        (("nine",), "nine"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_starts(
    arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.stack.starting.start_stack", lambda *_a, **_k: pytest.fail("a stack was started"))
    refused = cycles(*arguments)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stdout == ""


def test_all_cycles_are_listed_with_what_they_are() -> None:
    assert json.loads(cycles("--list", "--format", "json").stdout) == {
        name: cycle.what for name, cycle in CYCLES.items()
    }
    for form in ("text", "markdown"):
        listed = cycles("--list", "--format", form).stdout
        assert all(name in listed and cycle.what in listed for name, cycle in CYCLES.items())


@pytest.mark.parametrize(("problem", "code"), [(None, 0), ("DIRAC has no such agent", 1)])
def test_a_cycle_that_fails_fails_the_command(
    problem: str | None, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []

    class Run:
        def __init__(self, build: str, *_others: object) -> None:
            self.build = build

        def measure(self, chosen: list[object], repetitions: int, keep: Callable[[object], None]) -> None:
            asked.append((self.build, len(chosen), repetitions))
            keep(build_cycles(self.build, token=measured(1.0), problem=problem))

    monkeypatch.setattr("harness.cli_cycles.prepare_build", lambda name, *_others: name)
    monkeypatch.setattr(cycles_of_builds, "CycleRun", Run)
    options = ("--cycle", "token", "--cycle", "token", "--repetitions", "2", "--results", str(tmp_path))
    done = cycles("9.1.22", "8.0.86", "8.0.86", *options)
    assert done.exit_code == code
    assert asked == [("9.1.22", 1, 2), ("8.0.86", 1, 2)]
    (stored,) = tmp_path.glob("*/cycles.json")
    result = CYCLES_FILE.read(stored.parent)
    assert done.stdout == measurement_text(CYCLES_FILE, result, "text") + "\n"
    assert [one.build.name for one in result.builds] == ["9.1.22", "8.0.86"]
    assert (stored.parent / "report.html").exists()


@pytest.mark.parametrize(
    ("ends", "why"), [(KeyboardInterrupt(), "interrupted"), (StackError("no room"), "no room")]
)
def test_what_was_measured_until_the_end_is_kept_and_marked(
    ends: BaseException, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Run:
        def __init__(self, build: str, *_others: object) -> None:
            self.build = build

        def measure(self, _chosen: list[object], _repetitions: int, keep: Callable[[object], None]) -> None:
            keep(build_cycles(self.build, token=measured(1.0)))
            raise ends

    monkeypatch.setattr("harness.cli_cycles.prepare_build", lambda name, *_others: name)
    monkeypatch.setattr(cycles_of_builds, "CycleRun", Run)
    done = cycles("9.1.22", "--results", str(tmp_path))
    assert done.exit_code == 4
    assert why in done.stderr
    (stored,) = tmp_path.glob("*/cycles.json")
    result = CYCLES_FILE.read(stored.parent)
    assert (result.status, result.problems) == ("incomplete", (why,))
    assert [cycle.cycle for build in result.builds for cycle in build.cycles] == ["token"]
    assert "incomplete" in (stored.parent / "report.html").read_text()
    assert cycles_report(stored.parent).stdout == done.stdout


def cycles_report(directory: Path) -> Result:
    return CliRunner().invoke(cli.main, ["report", str(directory)])
