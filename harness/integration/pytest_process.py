"""One file of DIRAC's tests, in a process of its own in the build's environment, as DIRAC's own jobs run them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.errors import StackError
from harness.integration.outcomes import CaseOutcome, outcomes_of
from harness.integration.sources import DiracTests
from harness.stack.service import DIRAC_SIDE

#: For the slowest, with the retries that DIRAC's client makes against a service that is not there.
FILE_TIMEOUT_S = 300.0

#: pytest's exit codes: all passed, some failed, stopped because a file could not be imported.
_ENDED = (0, 1, 2)
_NO_TESTS = 5

#: Plugins of the build's environment, if it has any, are none of DIRAC's tests'.
_VARIABLES = {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

#: An option of the tests' own conftest, from 8.0 on: without it they refuse to run where there is a dirac.cfg.
_USE_ENVIRONMENT = "--no-check-dirac-environment"


@dataclass(frozen=True)
class PytestProcess:
    """``pytest_folder``: where the interpreter finds pytest. ``variables``: of a client of the stack, whose
    ``mark`` it carries. ``results``: for a JUnit file and a log of each file."""

    build: BuildEnvironment
    tests: DiracTests
    pytest_folder: Path
    variables: Mapping[str, str]
    directory: Path
    mark: str
    results: Path

    def run(self, file: Path, timeout_s: float = FILE_TIMEOUT_S) -> list[CaseOutcome]:
        """What became of its tests. One that ran none, or too long, counts as one that failed.

        StackError with the end of its log when pytest itself failed.
        """
        junit_file, log_file = (self.results.absolute() / f"{file.stem}.{kind}" for kind in ("xml", "log"))
        launcher = DIRAC_SIDE / "pytest_launcher.py"
        process = command.start(
            [self.build.python, launcher, self.pytest_folder, *self._arguments(file, junit_file)],
            log_file=log_file,
            mark=self.mark,
            environment={**self.variables, **_VARIABLES},
            directory=self.directory,
        )
        try:
            code = process.wait(timeout_s)
        except command.Expired:
            process.kill()
            process.wait()
            why = f"its tests did not end within {timeout_s:.0f} s; the log is {log_file}"
            return [CaseOutcome(file.name, "(all)", "failed", timeout_s, why)]
        if code == _NO_TESTS:
            return [CaseOutcome(file.name, "(all)", "failed", 0.0, "pytest found no test in it")]
        if code not in _ENDED or not junit_file.exists():
            raise StackError(
                f"pytest ended with exit code {code} for {file.name}; {log_file} ends with\n"
                f"{command.last_lines(log_file)}"
            )
        return outcomes_of(file.name, junit_file.read_text())

    def _arguments(self, file: Path, junit_file: Path) -> list[str | Path]:
        folder = self.tests.folder / "tests"
        conftest = folder / "conftest.py"
        asks = conftest.exists() and _USE_ENVIRONMENT in conftest.read_text()
        options = [f"--rootdir={folder}", "--config-file=/dev/null", "-p", "no:cacheprovider"]
        return [file, *options, f"--junitxml={junit_file}", *([_USE_ENVIRONMENT] if asks else [])]
