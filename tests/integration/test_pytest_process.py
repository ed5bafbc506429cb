"""What a file of tests is run with, and what is made of the ways it can end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.builds.environment import BuildEnvironment
from harness.errors import StackError
from harness.integration.outcomes import CaseOutcome
from harness.integration.pytest_process import PytestProcess
from harness.integration.sources import SUITE, DiracTests
from harness.model import BuildIdentity

JUNIT = '<testsuite><testcase name="test_Get" time="1.5" /></testsuite>'
WRITE = f"""for one in "$@"; do case $one in --junitxml=*) echo '{JUNIT}' >"${{one#*=}}";; esac; done"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    suite = tmp_path / "sources" / SUITE
    suite.mkdir(parents=True)
    (suite / "Test_One.py").touch()
    return suite / "Test_One.py"


@pytest.fixture
def process(tmp_path: Path, file: Path) -> PytestProcess:
    (tmp_path / "results").mkdir()
    return PytestProcess(
        BuildEnvironment(tmp_path / "python", BuildIdentity("9.1.22", "9.1.22", "none", "3.11", "key", {})),
        DiracTests(tmp_path / "sources", "sources"),
        Path("/folder/of/pytest"),
        {"PATH": "/usr/bin:/bin", "X509_USER_PROXY": "/proxy.pem"},
        tmp_path,
        "a mark",
        tmp_path / "results",
    )


def script(process: PytestProcess, text: str) -> None:
    """Stands in for the build's interpreter."""
    process.build.python.write_text(f"#!/bin/sh\n{text}\n")
    process.build.python.chmod(0o700)


@pytest.mark.parametrize("code", [0, 1])
def test_outcomes_are_those_of_the_junit_file_which_stays(process: PytestProcess, file: Path, code: int) -> None:
    script(process, f"{WRITE}; exit {code}")
    assert process.run(file) == [CaseOutcome("Test_One.py", "test_Get", "passed", 1.5)]
    assert {path.name for path in process.results.iterdir()} == {"Test_One.xml", "Test_One.log"}


def test_a_test_has_the_clients_variables_and_those_alone(process: PytestProcess, file: Path) -> None:
    script(process, f"{WRITE}; env >variables")
    process.run(file)
    lines = (process.directory / "variables").read_text().splitlines()
    assert {line.partition("=")[0] for line in lines} - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        "PATH", "X509_USER_PROXY", "PYTHONDONTWRITEBYTECODE", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "RSSBENCH_MARK",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("conftest", "asked"),
    [(None, False), ("parser.addoption('--runslow')", False), ("'--no-check-dirac-environment'", True)],
)
def test_the_check_for_a_bare_environment_is_left_out_where_there_is_one(
    process: PytestProcess, file: Path, conftest: str | None, asked: bool
) -> None:
    if conftest:
        (process.tests.folder / "tests" / "conftest.py").write_text(conftest)
    script(process, f"""{WRITE}; printf '"%s", ' "$@" >arguments""")
    process.run(file)
    launcher, folder, *options = json.loads(f"[{(process.directory / 'arguments').read_text()[:-2]}]")
    assert (Path(launcher).name, folder) == ("pytest_launcher.py", "/folder/of/pytest")
    assert ("--no-check-dirac-environment" in options) == asked
    assert options[0] == str(file)


def test_a_file_that_runs_no_test_has_failed(process: PytestProcess, file: Path) -> None:
    script(process, "exit 5")
    assert process.run(file) == [CaseOutcome("Test_One.py", "(all)", "failed", 0.0, "pytest found no test in it")]


def test_a_file_that_hangs_is_ended_and_has_failed(process: PytestProcess, file: Path) -> None:
    script(process, "exec sleep 60")
    (outcome,) = process.run(file, timeout_s=0.2)
    assert (outcome.outcome, outcome.test) == ("failed", "(all)")
    assert outcome.reason.startswith("its tests did not end within 0 s; the log is ")


@pytest.mark.parametrize("ending", ["exit 3", f"{WRITE}; exit 4", "exit 0"])
def test_a_pytest_that_fails_itself_is_quoted(process: PytestProcess, file: Path, ending: str) -> None:
    script(process, f"echo 'INTERNALERROR> no DIRAC' >&2; {ending}")
    with pytest.raises(StackError, match=r"(?s)^pytest ended with exit code \d for Test_One\.py; .*no DIRAC"):
        process.run(file)
