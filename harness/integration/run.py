"""DIRAC's own integration tests against a stack of a build, with a Configuration service as they want it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.integration.outcomes import CaseOutcome, IntegrationResult
from harness.integration.pytest_process import PytestProcess
from harness.integration.sources import DiracTests
from harness.integration.upstream import judged
from harness.model import FrontDoor
from harness.stack.client_environment import make_client_environment
from harness.stack.starting import start_stack


@dataclass(frozen=True)
class IntegrationRun:
    """``pytest_folder``: what the build's interpreter finds pytest in. ``results``: for JUnit files and logs."""

    build: BuildEnvironment
    tests: DiracTests
    pytest_folder: Path
    results: Path
    stack_root: Path
    progress: Callable[[str], None]

    def run(self, front_door: FrontDoor | None) -> IntegrationResult:
        """Start a stack and run each file against it as its admin. StackError when a part of the stack dies."""
        with start_stack(
            self.build,
            profile=PROFILES["S"],
            seed=1,
            stack_root=self.stack_root,
            log_directory=self.results / "stack",
            front_doors=[front_door] if front_door else None,
            configuration_service=True,
            progress=self.progress,
        ) as stack:
            client = make_client_environment(stack, self.build)
            pytest = PytestProcess(
                self.build,
                self.tests,
                self.pytest_folder,
                client.variables,
                client.directory,
                stack.mark,
                self.results,
            )
            outcomes: list[CaseOutcome] = []
            for file in self.tests.files:
                self.progress(f"running {file.name}")
                outcomes += [judged(one, self.build) for one in pytest.run(file)]
                stack.check()
            identity = self.build.identity
            return IntegrationResult(
                identity.name,
                identity.dirac_version,
                self.tests.described,
                stack.front_door,
                stack.ready_s,
                tuple(outcomes),
            )
