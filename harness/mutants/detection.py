"""The comparisons that a user would run to see a mutant, each on its own, with what it says."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.builds.environment import BuildEnvironment
from harness.compare.exact_lane import compare_exact
from harness.comparison import ComparisonSettings, Lane
from harness.dataset.profiles import PROFILES
from harness.errors import RssbenchError
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.comparison_run import ComparisonRun
from harness.measure.evaluations import count_evaluations
from harness.measure.load_lane import default_scenario
from harness.measure.policy_bench import PolicyBench, policy_bench
from harness.micro.comparing import compare_builds
from harness.micro.record import MicroRecord
from harness.micro_comparison import MicroSettings
from harness.model import FrontDoor
from harness.mutant_scores import Finding
from harness.mutants.findings import failed, finding_of_comparison, finding_of_evaluations, finding_of_micro
from harness.store import writing
from scenarios.operations import OPERATIONS, STANDARD

Builds = tuple[BuildEnvironment, BuildEnvironment]


@dataclass(frozen=True)
class Detection:
    """``tools``: makes the folder of pytest for a build. ``budget_s``: how long a comparison measures at most.
    ``check`` raises when somebody wants this to end."""

    profile: str
    seed: int
    budget_s: float
    stack_root: Path
    tools: Callable[[BuildEnvironment], Path]
    progress: Callable[[str], None]
    check: Callable[[], None]

    def compare(self, builds: Builds, lanes: tuple[Lane, ...], front_door: FrontDoor, directory: Path) -> Finding:
        """These lanes of ``rssbench compare``; its result is in ``directory``."""
        record = ComparisonRecord.new(
            directory,
            command=self.compare_command(builds, lanes, front_door),
            settings=ComparisonSettings(
                lanes=lanes,
                operations=tuple(one.name for one in OPERATIONS),
                timed=tuple(one.name for one in STANDARD),
                profile=self.profile,
                seed=self.seed,
                budget_s=self.budget_s,
                scenarios=(default_scenario(),) if "load" in lanes else (),
                front_doors=(front_door, front_door),
            ),
            builds=(builds[0].identity, builds[1].identity),
        )
        run = ComparisonRun(builds, record, stack_root=self.stack_root, progress=self.progress, check=self.check)
        try:
            run.run()
        except RssbenchError as error:
            return failed(str(error))
        return finding_of_comparison(record.result)

    def micro(self, builds: Builds, select: str, directory: Path) -> Finding:
        """``rssbench micro``, of the benchmarks that fit ``select``."""
        settings = MicroSettings(select, self.profile, self.seed, self.budget_s)
        record = MicroRecord(
            directory,
            command=self.micro_command(builds, select),
            settings=settings,
            builds=(builds[0].identity, builds[1].identity),
        )
        try:
            compare_builds(
                builds,
                self.tools(builds[0]),
                settings,
                record,
                stack_root=self.stack_root,
                progress=self.progress,
                check=self.check,
            )
        except RssbenchError as error:
            return failed(str(error))
        return finding_of_micro(record.result)

    def policies(self, builds: Builds, directory: Path) -> Finding:
        """What ``rssbench policies`` counts; what it times has no verdict. ``evaluations.json`` has the counts."""
        try:
            with ExitStack() as ends:
                benches = [ends.enter_context(self._bench(build)) for build in builds]
                with ThreadPoolExecutor(len(benches)) as pool:
                    counted = list(pool.map(count_evaluations, benches))
        except RssbenchError as error:
            return failed(str(error))
        exact = compare_exact(*([one.counted for one in side] for side in counted))
        with writing(file := directory / "evaluations.json"):
            file.write_bytes(msgspec.json.format(msgspec.json.encode(exact), indent=2))
        return finding_of_evaluations(exact)

    def _bench(self, build: BuildEnvironment) -> AbstractContextManager[PolicyBench]:
        return policy_bench(
            build,
            profile=PROFILES[self.profile],
            seed=self.seed,
            stack_root=self.stack_root,
            progress=self.progress,
        )

    def compare_command(self, builds: Builds, lanes: tuple[Lane, ...], front_door: FrontDoor) -> str:
        options = [option for lane in lanes for option in ("--lane", lane)]
        return self._command("compare", builds, *options, "--front-door", front_door)

    def micro_command(self, builds: Builds, select: str) -> str:
        return self._command("micro", builds, *(["-k", select] if select else []))

    def policies_command(self, builds: Builds) -> str:
        names = (build.identity.name for build in builds)
        return shlex.join(["rssbench", "policies", *names, "--profile", self.profile, "--seed", str(self.seed)])

    def _command(self, name: str, builds: Builds, *options: str) -> str:
        names = (build.identity.name for build in builds)
        budget = f"{self.budget_s:.0f}s"
        given = ["--profile", self.profile, "--seed", str(self.seed), "--budget", budget]
        return shlex.join(["rssbench", name, *names, *options, *given])
