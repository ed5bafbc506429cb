"""Installing a build with uv, and saying why it failed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uv

from harness import command
from harness.model import BuildError

INSTALL_TIMEOUT_S = 1800.0
_POLL_S = 0.05

#: DIRAC asks for gfal2-python, which the package index has as source for conda only; the RSS never imports it.
OVERRIDES = 'gfal2-python ; sys_platform == "never"\n'

#: What a service of the RSS needs at its start; compiled packages that were built wrongly fail here.
_PROBE = "import DIRAC, M2Crypto, MySQLdb, tornado_m2crypto"

_COMPILER_ADVICE = (
    "packages are compiled; install what that takes: "
    "apt-get install -y build-essential pkg-config swig libssl-dev libmariadb-dev python3-dev"
)
_INDEX_ADVICE = "the package index cannot be reached; check the network, proxy and UV_* settings"
#: What uv says, and what that means. The first that matches counts.
_CAUSES = (
    (r"no space left on device|os error 28", "the disk is full; free some space or choose another cache folder"),
    (r"there is no version of dirac|dirac was not found", "the package index has no such release"),
    (r"failed to fetch|error sending request|dns error|connection refused|network connectivity", _INDEX_ADVICE),
    (r"failed to build|command '?(gcc|cc|swig)|pkg-config", _COMPILER_ADVICE),
)


class Package(msgspec.Struct):
    """One line of ``uv pip list``."""

    name: str
    version: str


class Installation:
    """The steps that make an environment in ``directory``. Output goes to ``log_file``; everything started
    carries ``mark``, so that what a killed run left behind can be ended."""

    def __init__(self, build: str, directory: Path, log_file: Path, mark: str) -> None:
        self._build = build
        self._directory = directory
        self._log_file = log_file
        self._mark = mark
        self.python = directory / "bin" / "python"

    def make(self, requirement: str) -> None:
        """Environment, packages, and a trial of both; BuildError naming the step that failed."""
        self._log_file.unlink(missing_ok=True)
        uv_program = uv.find_uv_bin()
        overrides = self._directory / "overrides.txt"
        self._step("make the environment", [uv_program, "venv", "--python", sys.executable, self._directory])
        overrides.write_text(OVERRIDES)
        install: list[str | Path] = [uv_program, "pip", "install", "--compile-bytecode", "--python", self.python]
        self._step("install the packages", [*install, "--overrides", overrides, requirement])
        self._step("import DIRAC", [self.python, "-c", _PROBE])

    def packages(self) -> dict[str, str]:
        """Everything that is installed, name to version."""
        listed = command.run(
            [uv.find_uv_bin(), "pip", "list", "--format", "json", "--python", self.python], timeout_s=60
        )
        if listed.returncode != 0:
            raise BuildError(f"build {self._build}: cannot list its packages: {listed.stderr.strip()}")
        return {
            package.name: package.version for package in msgspec.json.decode(listed.stdout, type=list[Package])
        }

    def _step(self, step: str, arguments: Sequence[str | Path]) -> None:
        try:
            process = command.start(
                arguments,
                log_file=self._log_file,
                mark=self._mark,
                environment=os.environ | {"UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"},
            )
            waited_s = 0.0
            while process.poll() is None and waited_s < INSTALL_TIMEOUT_S:
                command.wait_seconds(_POLL_S)
                waited_s += _POLL_S
        except BaseException:
            command.stop_marked(self._mark)
            raise
        if process.returncode is None:
            command.stop_marked(self._mark)
            raise BuildError(f"build {self._build}: step '{step}' took over {INSTALL_TIMEOUT_S:.0f} s")
        if process.returncode != 0:
            meaning = cause(self._log_file.read_text(errors="replace"))
            last = command.last_lines(self._log_file)
            raise BuildError(
                f"build {self._build}: step '{step}' failed with exit code {process.returncode}: {meaning}\n{last}"
            )


def cause(output: str) -> str:
    """What to do about it, from uv's own words."""
    for pattern, meaning in _CAUSES:
        if re.search(pattern, output, re.IGNORECASE):
            return meaning
    return "its last lines may say why"
