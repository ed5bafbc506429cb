"""The lane load: fresh stacks of both builds under the same open-loop load, a window each, again and again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

import numpy as np
from msgspec.structs import replace

from harness.comparison import LoadScenario
from harness.measure.generator_health import generator_problems, lags_s
from harness.measure.resources import worker_cpu_ratio
from harness.measure.samples import latencies_s
from harness.measure.trial import read_trial
from harness.measure.trial_plan import plan_trial
from harness.measure.trial_run import TrialRun
from harness.measure.usage import covering, read_usage
from harness.measure.window_store import LoadWindow, WindowPair, WindowStore
from harness.model import Load, TrialResult
from harness.stack.fresh import Origin, Placement, fresh_stacks
from harness.stack.lifecycle import Stack
from harness.stats.quantiles import quantile

_POLL_S = 0.1

#: A window is short, so that there are many of them.
WINDOW_RAMP_UP_S = 1.0
WINDOW_HOLD_S = 4.0

#: Where nobody has said which workload, and how much of it.
DEFAULT_WORKLOAD = "production_mix"
DEFAULT_LOAD = Load(
    concurrency=8,
    throughput_per_s=30.0,
    ramp_up_s=WINDOW_RAMP_UP_S,
    hold_for_s=WINDOW_HOLD_S,
    steps=None,
    iterations=None,
    arrivals="poisson",
    connection="keep-alive",
    workers=1,
)


def default_scenario(workload: str = DEFAULT_WORKLOAD) -> LoadScenario:
    """One of which nobody has said more than its workload."""
    return LoadScenario(workload, workload, DEFAULT_LOAD)


def one_window(load: Load) -> Load:
    """The load of one window: as much as was asked for, for a shorter time."""
    if load.hold_for_s is None:
        return load
    return replace(
        load,
        ramp_up_s=min(load.ramp_up_s, WINDOW_RAMP_UP_S),
        hold_for_s=min(load.hold_for_s, WINDOW_HOLD_S),
        steps=None,
    )


class LoadLane:
    """``origins``: baseline and contender. ``pairs``: all that was measured, by this run or an earlier one."""

    def __init__(
        self,
        origins: tuple[Origin, Origin],
        scenarios: Sequence[LoadScenario],
        store: WindowStore,
        *,
        seed: int,
        directory: Path,
    ) -> None:
        self.pairs = store.read()
        self._origins = origins
        self._scenarios = scenarios
        self._store = store
        self._seed = seed
        self._directory = directory

    def run(self, deadline_s: float, decided: Callable[[], bool], progress: Callable[[str], None]) -> None:
        """Windows of one scenario after the other, until ``decided``, or until another pair of windows may not fit
        before ``deadline_s`` (time.monotonic()). StackError when a process has died; the pairs before stay."""
        longest_s = 0.0
        while not decided() and time.monotonic() + longest_s < deadline_s:
            began_s = time.monotonic()
            number = len(self.pairs) + 1
            pair = self._measure(number, self._scenarios[(number - 1) % len(self._scenarios)])
            self._store.add(pair)
            self.pairs.append(pair)
            longest_s = max(longest_s, time.monotonic() - began_s)
            progress(f"windows {number} of {pair.scenario}: {_summary(pair)}")

    def _measure(self, number: int, scenario: LoadScenario) -> WindowPair:
        draws = Random(f"windows {self._seed} {number}")
        placement = Placement(hash_seed=draws.randrange(1 << 32))
        start_order, window_order = draws.sample((0, 1), 2), draws.sample((0, 1), 2)
        seed = draws.randrange(1 << 31)  # the same arrivals and requests for both
        directory = self._directory / f"windows-{number:04d}"
        results: dict[int, LoadWindow] = {}
        with fresh_stacks([self._origins[side] for side in start_order], [placement] * 2, directory) as started:
            stacks = {side: started[start_order.index(side)] for side in (0, 1)}
            with ExitStack() as ends:
                trials = {
                    side: _trial(stacks[side], scenario, seed, directory / f"trial-{side}") for side in (0, 1)
                }
                for side in window_order:
                    ends.callback(trials[side].workers.stop)
                    trials[side].prepare()
                for side in window_order:
                    results[side] = _window(trials[side], stacks[side])
        shutil.rmtree(directory, ignore_errors=True)  # of windows that failed they stay
        return WindowPair(number, scenario.name, (results[0], results[1]))


def _trial(stack: Stack, scenario: LoadScenario, seed: int, directory: Path) -> TrialRun:
    plan = plan_trial(stack, scenario.workload, scenario.load, directory, seed=seed, weights=scenario.weights)
    return TrialRun(stack, plan, criteria=())


def _window(trial: TrialRun, stack: Stack) -> LoadWindow:
    trial.begin()
    while not trial.poll():
        stack.check()
        time.sleep(_POLL_S)
    return summarise_window(trial.directory, trial.finish(interrupted=None))


def summarise_window(directory: Path, result: TrialResult) -> LoadWindow:
    """What a trial says as one window."""
    files = read_trial(directory)
    window = files.window(complete=True)
    latencies = latencies_s(window.due(files.samples))
    snapshots = covering(read_usage(directory / "usage.jsonl"), window.begin_ns, window.end_ns)
    bottleneck = generator_problems(lags_s(files.samples, files.plan, window), worker_cpu_ratio(snapshots))
    errors = [error for operation in result.operations for error in operation.errors]
    lost = [f"{result.audit.lost} acknowledged writes are lost"] if result.audit and result.audit.lost else []
    at = [quantile(latencies, share) if latencies.size else np.inf for share in (0.5, 0.95, 0.99)]
    p50_s, p95_s, p99_s = (value if np.isfinite(value) else None for value in at)
    return LoadWindow(
        latency_p50_s=p50_s,
        latency_p95_s=p95_s,
        latency_p99_s=p99_s,
        offered_rate_per_s=result.offered_rate_per_s,
        reached_rate_per_s=result.reached_rate_per_s,
        requests=result.requests,
        errors=result.requests - result.ok,
        first_error=next((f"{error.outcome}: {error.first_message}" for error in errors), None)
        or next(iter(lost), None),
        bottleneck=bottleneck[0] if bottleneck else None,
    )


def _summary(pair: WindowPair) -> str:
    def of(window: LoadWindow) -> str:
        median = "-" if window.latency_p50_s is None else f"{window.latency_p50_s * 1e3:.1f} ms"
        return f"{median} at {window.reached_rate_per_s:.1f}/s"

    return " and ".join(of(window) for window in pair.windows)
