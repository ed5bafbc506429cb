"""The command line of the self-test: what is refused, what is shown, and with which exit code it ends."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from harness.cli import main
from harness.cli_selftest import exit_code_of
from harness.selftest.pool import PoolStore
from harness.selftest.record import SelftestRecord
from harness.selftest_result import SelftestResult, SelftestSettings
from harness.store import SELFTEST
from tests.measure.pairs import OPERATIONS
from tests.reports.synthetic_selftest import figure, selftest
from tests.selftest.made_pool import store_pool


def invoked(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["selftest", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--operation", "ResourceStatus.sellect"),
            "--operation: 'ResourceStatus.sellect' is none that can be timed",
        ),
        (("--budget", "soon"), "--budget: 'soon' is not allowed"),
        (
            ("--resume", "x", "--seed", "2"),
            "--resume: lanes, operation, profile and seed are those of the self-test",
        ),
        (("--part", "luck"), "'luck' is not one of"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_measured(
    arguments: tuple[str, ...], message: str
) -> None:
    code, output = invoked(*arguments)
    assert code == 2
    assert message in output


def test_a_folder_without_a_self_test_is_named(tmp_path: Path) -> None:
    code, output = invoked("--resume", str(tmp_path), "--part", "power")
    assert code == 4
    assert "there is no self-test to read in" in output


def test_figures_are_made_again_from_what_was_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["rssbench", "selftest", "--resume", "here"])
    settings = SelftestSettings("9.1.22", "S", 1, OPERATIONS, ("exact", "paired"), 600.0)
    store_pool(PoolStore(tmp_path / "pool", OPERATIONS), equal=30, slower=20)
    SelftestRecord.new(tmp_path, settings, "rssbench selftest")
    code, output = invoked(
        "--resume", str(tmp_path), "--part", "false-alarms", "--trials", "4", "--format", "json"
    )
    assert code == 3  # four trials are too few
    start = output.index("{\n")
    result, _end = msgspec.json.decode(output[start : output.rindex("}") + 1], type=SelftestResult), None
    assert {one.rate.trials for one in result.figures} == {4}
    assert result.commands == ("rssbench selftest", "rssbench selftest --resume here")
    assert "<table>" in (tmp_path / "report.html").read_text()


def test_report_shows_a_self_test(tmp_path: Path) -> None:
    SELFTEST.write(selftest(), tmp_path)
    result = CliRunner().invoke(main, ["report", str(tmp_path), "--format", "markdown"])
    assert result.exit_code == exit_code_of(selftest())
    assert "# What the instrument does" in result.output


@pytest.mark.parametrize(
    ("standings", "code"),
    [((), 0), (("reached", None), 0), (("reached", "open"), 3), (("open", "missed", "reached"), 1)],
)
def test_the_exit_code_says_whether_the_aims_are_reached(standings: tuple[str | None, ...], code: int) -> None:
    figures = tuple(figure(standing=standing) for standing in standings)
    assert exit_code_of(replace(selftest(), figures=figures)) == code
