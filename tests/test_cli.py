"""The command line: stdout is the result, stderr is progress, the exit code is the verdict."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner, Result

from harness import cli
from harness.doctor import Finding
from harness.errors import RssbenchError, SettingsError
from harness.measure.kept_record import NOT_FINISHED
from harness.store import COMPARISON, RUN
from reports.comparison_text import comparison_text
from scenarios.operations import OPERATIONS
from scenarios.workloads import WORKLOADS

from .installed_script import script
from .reports.synthetic_comparison import comparison, regression
from .reports.synthetic_run import load_of, make_samples, run_result, write_synthetic_run, write_trial

ROOT = Path(__file__).parents[1]


def commands_of(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    for part, command in sorted(group.commands.items()):
        yield f"{name} {part}", command
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{name} {part}")


COMMANDS = dict(commands_of(cli.main, "rssbench"))


def rssbench(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_stands_in_readme_or_guide(name: str) -> None:
    described = (ROOT / "README.md").read_text() + (ROOT / "docs" / "guide.md").read_text()
    assert COMMANDS[name].help
    assert f"`{name}" in described or f"    {name}" in described
    shown = rssbench(*name.split()[1:], "--help")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Usage: ")


def test_no_command_is_described_that_is_not_there() -> None:
    """A first word after `rssbench` in the guide is a command."""
    table = [
        line for line in (ROOT / "docs" / "guide.md").read_text().splitlines() if line.startswith("| `rssbench")
    ]
    described = {re.split(r" \[| [A-Z]", line.split("`")[1])[0] for line in table}
    assert described == {name for name, command in COMMANDS.items() if does_something(command)}


def does_something(command: click.Command) -> bool:
    """Not only a word that other commands begin with."""
    return not isinstance(command, click.Group) or command.invoke_without_command


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., str]:
    """``job(**sections)``: the file of a small right job with these sections in place of its own."""

    def write(**sections: Any) -> str:
        content = {
            "settings": {"artifacts-dir": str(tmp_path / "run")},
            "modules": {"rss-stack": {"profile": "S", "exact": False}},
            "execution": [{"scenario": "select_mix", "throughput": 20, "concurrency": 4, "hold-for": "2s"}],
            "~services": ["rss-stack"],
            "~reporting": ["rss-report"],
        }
        file = tmp_path / "job.yml"
        file.write_text(yaml.safe_dump(content | sections))
        return str(file)

    return write


Job = Callable[..., str]


def test_wrong_settings_are_told_one_a_line_on_stderr_and_nothing_is_started(job: Job, tmp_path: Path) -> None:
    file = job(modules={"rss-stack": {"profile": "huge", "sede": 1}}, execution=[{"scenario": "x"}])
    result = rssbench("run", "--config", file)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"{file}: ") and "allowed: " in line for line in lines)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--profile", "huge"), "modules.rss-stack.profile: 'huge' is not allowed; allowed: one of S, M"),
        (("--seed", "-1"), "modules.rss-stack.seed: -1 is not allowed"),
        (("--scenario", "x"), "--scenario: 'x' is not allowed; allowed: select_mix"),
    ],
)
def test_a_wrong_option_is_told_with_what_is_allowed(job: Job, options: tuple[str, ...], told: str) -> None:
    result = rssbench("run", "--config", job(), *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("run", "--config", "/no/such.yml"), ("report", "/no/such"), ("bench",)])
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    result = rssbench(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


@pytest.mark.parametrize(
    ("error", "code"), [(RssbenchError("the disk is full"), 4), (SettingsError(["one", "two"]), 2)]
)
def test_an_error_of_ours_is_a_message_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(cli, "examine", fail)
    result = rssbench("doctor")
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", f"{error}\n")
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(("of_bzt", "ours"), [(0, 0), (1, 4), (2, 4), (3, 1), (4, 4), (77, 4)])
def test_exit_codes_of_bzt_become_ours(job: Job, monkeypatch: pytest.MonkeyPatch, of_bzt: int, ours: int) -> None:
    asked = []

    def run_bzt(*arguments: object) -> int:
        asked.append(arguments)
        return of_bzt

    monkeypatch.setattr("harness.taurus.invocation.run_bzt", run_bzt)
    file = job()
    result = rssbench("run", "9.1.22", "--config", file, "--profile", "S", "--scenario", "select_mix")
    assert result.exit_code == ours
    overrides = ["modules.rss-stack.build=9.1.22", "modules.rss-stack.profile=S", "modules.rss-stack.also=none"]
    assert asked == [(file, overrides, ("select_mix",))]


FINDINGS = [
    Finding("Python", good=True, detail="3.11"),
    Finding("gcc", good=False, detail="not found", remedy="get it"),
]


def test_the_doctor_names_what_is_missing_and_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "examine", lambda *_folders: FINDINGS)
    result = rssbench("doctor")
    assert result.exit_code == 4
    assert result.stdout.splitlines() == ["ok      Python: 3.11", "missing gcc: not found", "        get it"]
    as_json = rssbench("doctor", "--format", "json")
    assert as_json.exit_code == 4
    assert [one["good"] for one in json.loads(as_json.stdout)] == [True, False]


def test_a_healthy_machine_is_exit_code_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "examine", lambda *_folders: FINDINGS[:1])
    assert rssbench("doctor").exit_code == 0


def test_operations_are_listed_with_their_workloads() -> None:
    text = rssbench("operations").stdout.splitlines()
    assert len(text) == len(OPERATIONS)
    markdown = rssbench("operations", "--format", "markdown").stdout.splitlines()
    assert markdown[:2] == ["| operation | kind | timed | workloads |", "|---|---|---|---|"]
    assert len(markdown) == len(OPERATIONS) + 2
    assert all(line.count("|") == 5 for line in markdown)
    as_json = json.loads(rssbench("operations", "--format", "json").stdout)
    assert list(as_json) == [operation.name for operation in OPERATIONS]
    assert as_json["ResourceStatus.select by name"]["workloads"] == [
        name for name, workload in WORKLOADS.items() if "ResourceStatus.select by name" in workload.operations
    ]


def test_the_documented_settings_are_those_that_are_printed() -> None:
    printed = rssbench("settings").stdout
    assert printed.strip() in (ROOT / "docs" / "settings.md").read_text()


def test_sections_are_chosen_by_name_and_left_out_with_one_scenario(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    def bzt(_config: str, overrides: list[str], _scenarios: tuple[str, ...]) -> int:
        started.append([one for one in overrides if ".also" in one])
        return 0

    monkeypatch.setattr("harness.taurus.invocation.run_bzt", bzt)
    file = job()
    for options in ((), ("--also", "growth,cycles"), ("--scenario", "select_mix"), ("--also", "nothing")):
        result = rssbench("run", "--config", file, *options)
    assert started == [[], ["modules.rss-stack.also=growth,cycles"], ["modules.rss-stack.also=none"]]
    assert (result.exit_code, "allowed: some of growth, policies, cycles" in result.stderr) == (2, True)


def test_a_report_is_rebuilt_and_its_path_is_the_last_line(tmp_path: Path) -> None:
    write_synthetic_run(tmp_path)
    result = rssbench("report", str(tmp_path))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("PASSED: 2 scenarios")
    assert lines[-1] == f"report: {tmp_path / 'report.html'}"
    assert "</html>" in (tmp_path / "report.html").read_text()


def test_a_report_as_markdown_and_as_json(tmp_path: Path) -> None:
    run = write_synthetic_run(tmp_path)
    assert "\n| " in rssbench("report", str(tmp_path), "--format", "markdown").stdout
    as_json = json.loads(rssbench("report", str(tmp_path), "--format", "json").stdout)
    assert as_json["run_id"] == run.run_id
    assert (tmp_path / "report.html").exists()


def test_a_run_that_was_killed_is_reported_as_incomplete_with_what_it_measured(tmp_path: Path) -> None:
    samples = make_samples(3, 900)
    RUN.write(run_result(status="incomplete", problems=(NOT_FINISHED,), exact=()), tmp_path)
    write_trial(tmp_path, "1-select_mix", samples, load_of(samples))
    result = rssbench("report", str(tmp_path))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("INCOMPLETE")
    assert NOT_FINISHED in lines[0]
    assert lines[-1] == f"report: {tmp_path / 'report.html'}"
    [trial] = RUN.read(tmp_path).trials
    assert (trial.status, RUN.read(tmp_path).status) == ("incomplete", "incomplete")
    assert trial.requests > 0
    assert "select_mix" in (tmp_path / "report.html").read_text()


def test_the_report_of_a_comparison_is_rebuilt_and_stdout_is_the_result_alone(tmp_path: Path) -> None:
    COMPARISON.write(regression(), tmp_path)
    result = rssbench("report", str(tmp_path))
    assert result.exit_code == 0
    assert result.stdout == f"{comparison_text(regression())}\n"
    assert result.stderr == f"report: {tmp_path / 'report.html'}\n"
    assert "What got worse" in (tmp_path / "report.html").read_text()
    assert json.loads(rssbench("report", str(tmp_path), "--format", "json").stdout)["verdict"] == "regression"


def test_a_comparison_that_was_killed_is_judged_by_what_it_had_measured(tmp_path: Path) -> None:
    killed = comparison("inconclusive", status="incomplete", problems=(NOT_FINISHED,), control=())
    COMPARISON.write(killed, tmp_path)
    result = rssbench("report", str(tmp_path))
    assert result.exit_code == 0
    assert result.stdout.startswith("INCONCLUSIVE: ")
    assert NOT_FINISHED in result.stdout
    assert COMPARISON.read(tmp_path).status == "incomplete"


def test_a_folder_without_a_run_is_exit_code_4_without_a_traceback(tmp_path: Path) -> None:
    result = rssbench("report", str(tmp_path))
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith(f"there is no run to read in {tmp_path}")
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("file", ["run.json", "report.html"])
def test_a_full_disk_is_exit_code_4_without_a_traceback(tmp_path: Path, file: str) -> None:
    write_synthetic_run(tmp_path, scenarios=1, operations=2, requests=200)
    (tmp_path / ("run.json.tmp" if file == "run.json" else file)).symlink_to("/dev/full")
    result = rssbench("report", str(tmp_path))
    assert (result.exit_code, result.stdout) == (4, "")
    assert f"cannot write {tmp_path / file}: No space left on device" in result.stderr
    assert isinstance(result.exception, SystemExit)


@pytest.mark.stack
def test_the_installed_script_refuses_wrong_settings(job: Job, own_stacks: Path) -> None:
    ended = script(own_stacks, "run", "--config", job(), "--profile", "huge")
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)


@pytest.mark.stack
@pytest.mark.parametrize(("criteria", "code"), [([], 0), (["p50 service time < 1us"], 1)])
def test_a_run_of_one_scenario_ends_in_its_verdict(
    job: Job, own_stacks: Path, tmp_path: Path, criteria: list[str], code: int
) -> None:
    execution = {"throughput": 20, "concurrency": 4, "hold-for": "2s"}
    file = job(
        execution=[execution | {"scenario": name} for name in ("insert_mix", "select_mix", "update_mix")],
        modules={"rss-stack": {"exact": False}, "rss-report": {"criteria": criteria}},
    )
    ended = script(own_stacks, "run", "--scenario", "select_mix", "--profile", "S", "--config", file)
    assert ended.returncode == code, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("FAILED" if criteria else "PASSED")
    assert lines[-1] == f"report: {tmp_path / 'run' / 'report.html'}"
    run = RUN.read(tmp_path / "run")
    assert [trial.scenario for trial in run.trials] == ["select_mix"]
    assert run.data_set is not None
    assert run.data_set.profile == "S"
    options = "-o modules.rss-stack.profile=S -o modules.rss-stack.also=none -o 'execution.^2=' -o 'execution.^0='"
    assert run.command == f"bzt {file} {options}"
    assert not list(own_stacks.glob("stack-*"))
