"""Everything that ``rssbench policies`` measures, of one build or of two; kept part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.compare.exact_lane import absent_operations, compare_exact
from harness.dataset.profiles import PROFILES
from harness.measure.agent_cycles import inspector_rates, mail_rounds
from harness.measure.evaluation_costs import TIMED_CHOICES, cpu_changes, evaluation_costs, time_evaluations
from harness.measure.evaluations import count_evaluations
from harness.measure.measurement_record import MeasurementRecord, Place
from harness.measure.policy_bench import PolicyBench, policy_bench
from harness.measure.webhook_cases import webhook_cases
from harness.model import FrontDoor
from harness.policy_costs import PoliciesResult, PolicyChange, PolicyCosts
from harness.store import POLICIES


@dataclass(frozen=True)
class PolicySettings:
    """``front_door``: of all builds. ``rounds``: how often each evaluation is timed, with each of the choices of
    actions in ``timed``; ``inspected``: elements of an inspector's cycle; ``hang_s``: when a webhook that hangs
    gives up."""

    profile: str
    seed: int
    front_door: FrontDoor
    rounds: int
    inspected: int
    hang_s: float
    timed: tuple[str, ...] = TIMED_CHOICES


class PolicyRun:
    """One build, or baseline and contender."""

    def __init__(self, builds: Sequence[BuildEnvironment], settings: PolicySettings, place: Place) -> None:
        self._builds = builds
        self._settings = settings
        self._place = place
        self._record = MeasurementRecord(
            POLICIES,
            place,
            profile=settings.profile,
            seed=settings.seed,
            rounds=settings.rounds,
            builds=(),
            change=None,
        )

    def measure(self) -> PoliciesResult:
        """The stacks of two builds are up side by side, so that CPU is measured in turns; the rest on one after
        the other. StackError when a part of a stack does not start or dies; what was measured until then is kept.
        """
        with self._record, ExitStack() as ends:
            benches = [ends.enter_context(self._bench(build)) for build in self._builds]
            self._record.keep_database_version(benches[0].stack.database_version)
            self._time(benches)
            for side, bench in enumerate(benches):
                self._measure_parts(side, bench)
            if len(benches) > 1:
                self._compare()
        return self._record.result

    def _bench(self, build: BuildEnvironment) -> AbstractContextManager[PolicyBench]:
        settings = self._settings
        return policy_bench(
            build,
            profile=PROFILES[settings.profile],
            seed=settings.seed,
            stack_root=self._place.stack_root,
            front_doors=(settings.front_door,),
            hang_s=settings.hang_s,
            progress=self._place.progress,
        )

    def _time(self, benches: Sequence[PolicyBench]) -> None:
        self._place.progress(f"timing {self._settings.rounds} rounds of evaluations")
        settings = self._settings
        timed = time_evaluations(benches, settings.rounds, settings.seed, settings.timed)
        self._record.update(
            builds=tuple(
                PolicyCosts(
                    build=bench.build.identity,
                    front_door=self._settings.front_door,
                    data_set=bench.stack.data_set,
                    costs=evaluation_costs(timed, side),
                )
                for side, bench in enumerate(benches)
            ),
            change=PolicyChange(cpu=cpu_changes(timed)) if len(benches) > 1 else None,
        )

    def _measure_parts(self, side: int, bench: PolicyBench) -> None:
        parts: dict[str, tuple[str, Callable[[], Iterable[object]]]] = {
            "evaluations": ("counting evaluations", lambda: count_evaluations(bench)),
            "rates": ("cycles of the inspectors", lambda: inspector_rates(bench, self._settings.inspected)),
            "webhooks": ("webhooks", lambda: webhook_cases(bench)),
            "mail": ("mail", lambda: mail_rounds(bench)),
        }
        for part, (what, measured) in parts.items():
            self._place.progress(f"{bench.build.identity.name}: {what}")
            builds = list(self._record.result.builds)
            builds[side] = replace(builds[side], **{part: tuple(measured())})
            self._record.update(builds=tuple(builds))

    def _compare(self) -> None:
        baseline, contender = self._record.result.builds
        names = (baseline.build.name, contender.build.name)
        counted_one = [evaluation.counted for evaluation in baseline.evaluations]
        counted_other = [evaluation.counted for evaluation in contender.evaluations]
        assert self._record.result.change
        self._record.update(
            change=replace(
                self._record.result.change,
                exact=compare_exact(counted_one, counted_other),
                absent=absent_operations(counted_one, counted_other, names),
            )
        )
