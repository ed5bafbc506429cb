"""`rssbench micro`: what it refuses, what it prints, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness import cli, cli_micro
from tests.micro.test_earlier_files import IN_TURNS, judged, pairs_made


def micro(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["micro", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing argument"),
        (("9.1.21", "9.1.22", "9.1.20"), "one build or two are needed, not 3"),
        (("9.1.22", "a.json"), "builds and files cannot be compared"),
        (("9.1.22", "9.1.22", "--budget", "soon"), "--budget: 'soon' is not allowed; allowed: a time such as"),
        (("9.1.22", "--profile", "XXL"), "'XXL' is not one of"),
        (("no-such-build",), "no-such-build"),
        (("a.json",), "files come in pairs"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_starts(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_micro, "pytest_folder", lambda *_arguments: pytest.fail("something was started"))
    refused = micro(*arguments, "--results", str(tmp_path / "results"))
    assert refused.exit_code == 2
    assert said in refused.output


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    refused = micro(str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--results", str(tmp_path / "results"))
    assert refused.exit_code == 4
    assert "a.json: No such file" in refused.output
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("order", "ratio", "code"), [(IN_TURNS, 1.1, 1), (IN_TURNS, 0.9, 0), (IN_TURNS, 1.0, 0), ("bc", 2.0, 3)]
)
def test_the_exit_code_is_the_verdict(order: str, ratio: float, code: int, tmp_path: Path) -> None:
    judged(order, ratio, tmp_path)
    paths = [str(tmp_path / path) for path in pairs_made(order)]
    shown = micro(*paths, "--results", str(tmp_path / "results"), "--format", "json")
    assert shown.exit_code == code
    result = json.loads(shown.stdout)
    (stored,) = (tmp_path / "results").glob("*/micro.json")
    assert json.loads(stored.read_text()) == result
