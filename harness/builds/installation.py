"""Installing a build with uv, and saying why it failed."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import uv

from harness import command
from harness.builds.package_index import NO_SUCH_RELEASE, near_releases, uv_environment
from harness.builds.recorded_files import OWN_PACKAGES, declared_requirements, own_copies, site_packages
from harness.builds.remedies import OVERRIDES, constraints_for
from harness.builds.sharing import share_bytecode, share_packages
from harness.errors import BuildError

INSTALL_TIMEOUT_S = 1800.0
_POLL_S = 0.05

#: What a service or client of the RSS needs; packages that were built wrongly or do not fit this DIRAC fail here.
_PROBE = (
    "import DIRAC, M2Crypto, MySQLdb, tornado_m2crypto, DIRAC.ResourceStatusSystem.Client.ResourceStatusClient"
)

#: Only what is not compiled yet. Some packages bring files that are no Python 3; those stay as they are.
_COMPILE = "import compileall, sys; [compileall.compile_dir(one, quiet=2, workers=0) for one in sys.argv[1:]]"

#: DIRAC's own code may be newer than the packages that it gets.
_ANY_DAY = "2999-01-01T00:00:00Z"

_COMPILER_ADVICE = (
    "packages are compiled; install what that takes: "
    "apt-get install -y build-essential pkg-config swig libssl-dev libmariadb-dev python3-dev"
)
_INDEX_ADVICE = "the package index cannot be reached; check the network, proxy and UV_* settings"
_DAY_ADVICE = (
    "no packages of that day fit this DIRAC; newer ones: rssbench setup --refresh, or another dependency set"
)
#: What uv says, and what that means. The first that matches counts.
_CAUSES = (
    (r"no space left on device|os error 28", "the disk is full; free some space or choose another cache folder"),
    (NO_SUCH_RELEASE, "the package index has no such release"),
    (r"failed to fetch|error sending request|dns error|connection refused|network connectivity", _INDEX_ADVICE),
    (r"command '?(\S*gcc|cc|swig)\b|pkg-config", _COMPILER_ADVICE),
    (r"missing an upload date", "the package index does not tell upload times; another one does, such as PyPI"),
    (r"no solution found", _DAY_ADVICE),
    (
        r"^(Import|ModuleNotFound)Error",
        "it does not fit its packages; another dependency set may, such as :released",
    ),
    (r"failed to build", "its last lines say what is wrong with its sources"),
)


class Package(msgspec.Struct):
    """One line of ``uv pip list``."""

    name: str
    version: str


@dataclass(frozen=True)
class Order:
    """What is to be installed: a release by ``version``, or the snapshot of ``sources`` under that version.

    ``donors``: environments whose packages and compiled modules may be shared, the last made first, each with its
    :func:`choice_digest`.
    """

    build: str
    version: str
    sources: Path | None
    packages_before: datetime
    donors: tuple[tuple[Path, str], ...] = ()


class Installation:
    """The steps that make an environment in ``directory``. Output goes to ``log_file``; everything started
    carries ``mark``, so that what a killed run left behind can be ended."""

    def __init__(self, order: Order, directory: Path, log_file: Path, mark: str) -> None:
        self._order = order
        self._directory = directory
        self._log_file = log_file
        self._mark = mark
        self._uv = uv.find_uv_bin()
        self.python = directory / "bin" / "python"

    def make(self) -> None:
        """Environment, DIRAC, packages, and a trial of all; BuildError naming the step that failed."""
        self._log_file.unlink(missing_ok=True)
        self._step("make the environment", [self._uv, "venv", "--python", sys.executable, self._directory])
        if self._order.sources is None:
            self._step("install DIRAC", [*self._install(), "--no-deps", f"DIRAC=={self._order.version}"])
        else:
            self._build(self._order.sources)
        site = site_packages(self._directory)
        chosen_alike = next((path for path, digest in self._order.donors if digest == self.choice_digest()), None)
        if chosen_alike:
            share_packages(site_packages(chosen_alike), site, OWN_PACKAGES)
        else:
            self._step("install the packages", [*self._install(), *self._choice(), "DIRAC[server]"])
        own_copies(self._directory)
        for donor in dict.fromkeys([chosen_alike, *(path for path, _digest in self._order.donors[:1])]):
            if donor:
                share_bytecode(site_packages(donor), site)
        own = [site / name for name in OWN_PACKAGES if (site / name).exists()]
        self._step("compile the packages", [self.python, "-c", _COMPILE, *(own if chosen_alike else [site])])
        self._step("import DIRAC", [self.python, "-c", _PROBE])

    def choice_digest(self) -> str:
        """The same where the same packages are chosen: DIRAC declares the same, and they are of the same day."""
        declared = declared_requirements(self._directory)
        choice = [sorted(declared), OVERRIDES, constraints_for(declared), self._order.packages_before.isoformat()]
        return hashlib.sha256(repr(choice).encode()).hexdigest()

    def packages(self) -> dict[str, str]:
        """Everything that is installed, name to version."""
        listed = command.run(
            [self._uv, "pip", "list", "--format", "json", "--python", self.python],
            timeout_s=60,
            environment=uv_environment(),
        )
        if listed.returncode != 0:
            raise BuildError(f"build {self._order.build}: cannot list its packages: {listed.stderr.strip()}")
        return {
            package.name: package.version for package in msgspec.json.decode(listed.stdout, type=list[Package])
        }

    def _install(self) -> list[str | Path]:
        return [self._uv, "pip", "install", "--python", self.python]

    def _build(self, sources: Path) -> None:
        """DIRAC, and where its sources have it in a folder of its own, DIRACCommon."""
        wheels = self._directory / "wheels"
        for folder in (sources / "dirac-common", sources):
            if (folder / "pyproject.toml").exists() or folder == sources:
                self._step(
                    f"build {folder.name if folder != sources else 'DIRAC'}",
                    [self._uv, "build", "--wheel", "--python", sys.executable, "--out-dir", wheels, folder],
                    {
                        f"SETUPTOOLS_SCM_PRETEND_VERSION_FOR_{name.upper()}": self._order.version
                        for name in OWN_PACKAGES
                    },
                )
        self._step("install DIRAC", [*self._install(), "--no-deps", *sorted(wheels.glob("*.whl"))])

    def _choice(self) -> list[str | Path]:
        """Which of the packages that fit are taken."""
        overrides, constraints = self._directory / "overrides.txt", self._directory / "constraints.txt"
        overrides.write_text("\n".join(OVERRIDES) + "\n")
        constraints.write_text("\n".join(constraints_for(declared_requirements(self._directory))) + "\n")
        chosen: list[str | Path] = ["--overrides", overrides, "--constraints", constraints]
        chosen += ["--exclude-newer", self._order.packages_before.isoformat()]
        for name in OWN_PACKAGES:
            chosen += ["--exclude-newer-package", f"{name}={_ANY_DAY}"]
        return chosen

    def _step(
        self, step: str, arguments: Sequence[str | Path], variables: Mapping[str, str] | None = None
    ) -> None:
        try:
            process = command.start(
                arguments,
                log_file=self._log_file,
                mark=self._mark,
                environment=uv_environment() | dict(variables or {}),
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
            raise BuildError(f"build {self._order.build}: step '{step}' took over {INSTALL_TIMEOUT_S:.0f} s")
        if process.returncode != 0:
            output = self._log_file.read_text(errors="replace")
            raise BuildError(
                f"build {self._order.build}: step '{step}' failed with exit code {process.returncode}: "
                f"{self._meaning(output)}\n{command.last_lines(self._log_file)}"
            )

    def _meaning(self, output: str) -> str:
        near = near_releases(self._order.version) if re.search(NO_SUCH_RELEASE, output, re.IGNORECASE) else []
        return cause(output) + (f"; the nearest are {' and '.join(near)}" if near else "")


def cause(output: str) -> str:
    """What to do about it, from uv's own words."""
    for pattern, meaning in _CAUSES:
        if re.search(pattern, output, re.IGNORECASE | re.MULTILINE):
            return meaning
    return "its last lines may say why"
