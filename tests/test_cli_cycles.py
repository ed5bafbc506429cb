"""`rssbench cycles`: what it refuses, what it lists, how it ends."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from harness import cli
from harness.measure import cycle_run
from harness.measure.cycle_catalogue import CYCLES
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
    problem: str | None, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    class Run:
        def __init__(self, build: str, *_others: object) -> None:
            self.build = build

        def measure(self, chosen: list[object], repetitions: int) -> object:
            asked.append((self.build, len(chosen), repetitions))
            return build_cycles(self.build, token=measured(1.0), problem=problem)

    monkeypatch.setattr("harness.cli_cycles.prepare_build", lambda name, *_others: name)
    monkeypatch.setattr(cycle_run, "CycleRun", Run)
    done = cycles("9.1.22", "8.0.86", "8.0.86", "--cycle", "token", "--cycle", "token", "--repetitions", "2")
    assert done.exit_code == code
    assert asked == [("9.1.22", 1, 2), ("8.0.86", 1, 2)]
    assert "8.0.86" in done.stdout
