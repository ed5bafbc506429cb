"""What ``rssbench policies`` refuses before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from harness import cli


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("9.1.22", "8.0.86", "7.3.38"), "one build or two are allowed, not 3"),
        (("--hang", "never"), "--hang: 'never' is not allowed; allowed: "),
        (("--hang", "10m"), "--hang: '10m' is not allowed; allowed: at most 60s"),
        (("7.3.38", "--front-door", "https"), "--front-door: DIRAC 7.3.38 has no front door https"),
        (("no/such/folder@HEAD",), "no/such/folder"),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_started(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.main, ["policies", *arguments, "--results", str(tmp_path / "results")])
    assert not (tmp_path / "results").exists()
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
