"""Everything that ``rssbench policies`` measures, of one build or of two."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

from harness.builds.environment import BuildEnvironment
from harness.compare.exact_lane import absent_operations, compare_exact
from harness.dataset.profiles import Profile
from harness.measure.agent_cycles import inspector_rates, mail_rounds
from harness.measure.evaluation_costs import Rounds, cpu_changes, evaluation_costs, time_evaluations
from harness.measure.evaluations import count_evaluations
from harness.measure.policy_bench import PolicyBench, policy_bench
from harness.measure.webhook_cases import webhook_cases
from harness.model import FrontDoor
from harness.policy_costs import PolicyComparison, PolicyCosts


@dataclass(frozen=True)
class PolicyRun:
    """``front_door``: of all builds. ``rounds``: how often each evaluation is timed; ``inspected``: elements of an
    inspector's cycle; ``hang_s``: when a webhook that hangs gives up."""

    profile: Profile
    seed: int
    stack_root: Path
    front_door: FrontDoor
    rounds: int
    inspected: int
    hang_s: float
    progress: Callable[[str], None]

    def measure(self, build: BuildEnvironment) -> PolicyCosts:
        """StackError when a part of the stack does not start or dies."""
        with self._bench(build) as bench:
            return self._costs(bench, self._timed(bench), 0)

    def compare(self, baseline: BuildEnvironment, contender: BuildEnvironment) -> PolicyComparison:
        """Both stacks are up side by side, so that CPU is measured in turns; the rest on one after the other.

        StackError as above.
        """
        with ExitStack() as ends:
            benches = [ends.enter_context(self._bench(build)) for build in (baseline, contender)]
            timed = self._timed(*benches)
            one, other = (self._costs(bench, timed, side) for side, bench in enumerate(benches))
        names = (baseline.identity.name, contender.identity.name)
        counted_one = [evaluation.counted for evaluation in one.evaluations]
        counted_other = [evaluation.counted for evaluation in other.evaluations]
        return PolicyComparison(
            baseline=one,
            contender=other,
            exact=compare_exact(counted_one, counted_other),
            absent=absent_operations(counted_one, counted_other, names),
            cpu=cpu_changes(timed),
        )

    def _bench(self, build: BuildEnvironment) -> AbstractContextManager[PolicyBench]:
        return policy_bench(
            build,
            profile=self.profile,
            seed=self.seed,
            stack_root=self.stack_root,
            front_doors=(self.front_door,),
            hang_s=self.hang_s,
            progress=self.progress,
        )

    def _timed(self, *benches: PolicyBench) -> Rounds:
        self.progress(f"timing {self.rounds} rounds of evaluations")
        return time_evaluations(benches, self.rounds, self.seed)

    def _costs(self, bench: PolicyBench, timed: Rounds, side: int) -> PolicyCosts:
        name = bench.build.identity.name
        self.progress(f"{name}: counting evaluations")
        evaluations = count_evaluations(bench)
        self.progress(f"{name}: cycles of the inspectors")
        rates = inspector_rates(bench, self.inspected)
        self.progress(f"{name}: webhooks and mail")
        return PolicyCosts(
            build=bench.build.identity,
            front_door=next(iter(bench.stack.ports)),
            data_set=bench.stack.data_set,
            evaluations=evaluations,
            costs=evaluation_costs(timed, side),
            rates=tuple(rates),
            webhooks=tuple(webhook_cases(bench)),
            mail=tuple(mail_rounds(bench)),
        )
