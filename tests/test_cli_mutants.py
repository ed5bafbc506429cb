"""`rssbench mutants`: what it refuses, what it lists, what it scores and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness import cli
from harness.mutants import run as run_module
from harness.mutants.all_mutants import MUTANTS
from harness.mutants.outcomes_file import OutcomesFile
from tests.mutants.made_outcomes import outcome

BY_NAME = {mutant.name: mutant for mutant in MUTANTS}
FOUND = outcome(BY_NAME["tree-asks-per-element"], "regression", named=("Publisher.getTree",))
SURVIVED = outcome(BY_NAME["slow-import"], "same", reason="nothing")


def mutants(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["mutants", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--mutant", "pool-ping"), "did you mean 'pool-pings'?"),
        (("--kind", "slow"), "'slow' is not one of"),
        (("--half", "both"), "'both' is not one of"),
        (("--budget", "soon"), "--budget: 'soon' is not allowed"),
        (("--mutant", "pool-pings", "--kind", "wrong"), "no mutant is left by these choices"),
        (("--resume", "/no/such"), "--resume /no/such: there is no such folder"),
        (("--score", "/no/such"), "--score /no/such: there is no such folder"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_starts(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    refused = mutants(*arguments, "--results", str(tmp_path / "results"))
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stdout == ""
    assert not (tmp_path / "results").exists()


def test_the_catalogue_is_listed() -> None:
    listed = mutants("--list", "--format", "json")
    assert listed.exit_code == 0
    rows = json.loads(listed.stdout)
    assert [row["mutant"] for row in rows] == list(BY_NAME)
    assert rows[0]["what real commits do like that"] == MUTANTS[0].story
    some = mutants("--list", "--kind", "wrong", "--format", "markdown")
    assert some.stdout.count("\n| ") - 2 == sum(mutant.kind == "wrong" for mutant in MUTANTS)


@pytest.mark.parametrize(("outcomes", "code"), [((FOUND,), 0), ((FOUND, SURVIVED), 1)])
def test_the_exit_code_says_whether_the_aims_are_reached(
    outcomes: tuple[object, ...], code: int, tmp_path: Path
) -> None:
    for one in outcomes:
        OutcomesFile(tmp_path).add(one)  # type: ignore[arg-type]
    scored = mutants("--score", str(tmp_path), "--format", "json")
    assert scored.exit_code == code
    assert len(json.loads(scored.stdout)["outcomes"]) == len(outcomes)


def test_what_was_measured_before_an_interruption_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: run_module.MutantRun, _mutants: object) -> None:
        self.file.add(FOUND)
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module.MutantRun, "run", interrupted)
    ended = mutants("--results", str(tmp_path))
    assert ended.exit_code == 4
    assert "tree-asks-per-element" in ended.stdout
    (directory,) = tmp_path.iterdir()
    assert f"rssbench mutants --resume {directory} goes on" in ended.stderr
