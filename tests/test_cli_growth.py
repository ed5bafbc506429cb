"""``rssbench growth``: what is refused before anything starts, and what is shown of what was stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness import cli, cli_growth
from harness.store import GROWTH
from reports.measurements import measurement_text
from tests.reports.synthetic_growth import growth


def rssbench(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


@pytest.fixture
def nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("a build was prepared")

    monkeypatch.setattr(cli_growth, "prepare_build", refuse)


@pytest.mark.usefixtures("nothing_starts")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--profile", "S"), "--profile: growth shows at two sizes or more, such as --profile S --profile M"),
        (("--profile", "S", "--profile", "S"), "--profile: growth shows at two sizes or more"),
        (("--profile", "XXL"), "'XXL' is not one of 'S', 'M'"),
        (
            ("--operation", "ResourceStatus.select nothing"),
            "--operation: there is no 'ResourceStatus.select nothing'",
        ),
        (("--operation", "evaluation of Node"), "; also evaluation of Site, evaluation of ComputingElement"),
        (("--front-door", "http"), "'http' is not one of 'https', 'dips'"),
        (("--format", "junit"), "'junit' is not one of 'text', 'markdown', 'json'"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_starts(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    refused = rssbench("growth", "9.1.22", *arguments, "--results", str(tmp_path / "results"))
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_the_report_of_a_growth_is_rebuilt_from_what_it_stored(form: str, tmp_path: Path) -> None:
    GROWTH.write(growth(), tmp_path)
    shown = rssbench("report", str(tmp_path), "--format", form)
    assert shown.exit_code == 0
    assert shown.stdout == measurement_text(GROWTH, growth(), form) + "\n"
    assert (tmp_path / "report.html").exists()
