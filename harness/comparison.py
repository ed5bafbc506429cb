"""What a comparison of two builds is made of, as it stands in ``comparison.json``. Words: docs/glossary.md.

Ratios are contender over baseline: 1.021 is 2.1 % more. A value that does not exist is ``None``, never zero.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from harness.counted import CounterName, ExactOperation
from harness.model import BuildIdentity, DataSet, Environment, FrontDoor, Load, LocalRuntime, RuntimeName

#: Version of the layout of ``comparison.json``; raised when a field changes its meaning or goes away.
COMPARISON_SCHEMA_VERSION = 1

Lane = Literal["exact", "paired", "load"]

#: The cheapest first.
LANES: tuple[Lane, ...] = ("exact", "paired", "load")

#: ``wrong``: the contender answers an operation wrongly that the baseline answers rightly; never a speed-up.
Verdict = Literal["regression", "improvement", "same", "inconclusive", "wrong"]

#: CPU is in seconds per request: ``service_cpu`` of a typical one, ``service_cpu_total`` with rare work and with
#: garbage collection. ``start_cpu`` is in seconds until the services are ready, ``memory`` in bytes after the last
#: request. The rest are seconds, or requests per second; those of a benchmark are seconds per call.
TimedMetric = Literal[
    "service_cpu",
    "service_cpu_total",
    "database_cpu",
    "service_time",
    "start_cpu",
    "memory",
    "latency_p50",
    "latency_p95",
    "latency_p99",
    "reached_rate",
    "benchmark_cpu",
    "benchmark_time",
]


#: What requests cost: asked of each operation, the last of all together only.
OF_REQUESTS: tuple[TimedMetric, ...] = ("service_cpu", "database_cpu", "service_time", "service_cpu_total")

#: What the services cost however much is sent: asked of all operations together only.
OF_SERVICES: tuple[TimedMetric, ...] = ("start_cpu", "memory")

#: The lanes whose figures vary and need statistics; ``micro`` stands in a micro.json, not in a comparison.json.
TimedLane = Literal["paired", "load", "micro"]


class Question(NamedTuple):
    """What is asked about a change; ``operation`` is None for all operations of the lane together."""

    lane: TimedLane
    metric: TimedMetric
    operation: str | None

    @property
    def is_single(self) -> bool:
        """Of one operation among others; a scenario of the lane load is all of its operations."""
        return self.operation is not None and self.lane != "load"


class Judgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question that was asked: one metric of one operation in one lane.

    ``operation`` is None for all operations of the lane together. ``interval_ratio`` has 95 % confidence at a
    number of pairs fixed beforehand; each bound of ``anytime_interval_ratio`` holds with 95 % whenever the run
    stops, and ``same`` means that it lies within the equivalence margin.
    ``adjusted_p``: how probable at most such evidence is anywhere in a comparison of two equal builds.
    ``smallest_detectable_ratio``: a slow-down of this size would have been found with 95 % power.
    ``pairs`` are process pairs (lane paired) or pairs of windows (lane load).
    """

    lane: TimedLane
    metric: TimedMetric
    operation: str | None
    verdict: Verdict
    effect_ratio: float | None
    interval_ratio: tuple[float, float] | None
    smallest_detectable_ratio: float | None
    adjusted_p: float | None
    pairs: int
    anytime_interval_ratio: tuple[float, float] | None = None
    #: Hodges-Lehmann estimates of each side, in the unit of the metric
    baseline_value: float | None = None
    contender_value: float | None = None
    #: why nothing, or nothing more, can be said
    reason: str | None = None
    #: the practical margin that was in force, as a slow-down: 1.01 is 1 %
    margin_ratio: float | None = None
    #: all operations together changed in this metric, and their change is here
    located: bool = False

    @property
    def question(self) -> Question:
        return Question(self.lane, self.metric, self.operation)


class CounterChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A counter of the exact lane that is not the same on both sides."""

    counter: CounterName
    baseline: int
    contender: int


class StatementChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the diff of two lists of statements. ``kept`` ones give the place; one whose text is ``…`` stands
    for ``times`` statements that are left out."""

    change: Literal["added", "removed", "kept"]
    times: int
    text: str


class ExactComparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation in the exact lane: both sides, and how they differ.

    ``verdict`` is ``regression`` when a counter rose beyond its margin, ``improvement`` when one fell and none
    rose; a change of texts alone is shown and is ``same``. ``excluded``: counters that differ between two
    processes of one build, or with the front door, and therefore decide nothing. A side is None when its build
    does not have the operation.
    """

    operation: str
    verdict: Verdict
    counters: tuple[CounterChange, ...]
    statements: tuple[StatementChange, ...]
    excluded: tuple[str, ...]
    baseline: ExactOperation | None
    contender: ExactOperation | None
    problem: str | None = None


class AbsentOperation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An operation that was not compared, and why: a release does not have it, or answers it wrongly itself."""

    operation: str
    build: str
    reason: str


class LoadScenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What both builds are put under in the lane load, a window at a time; ``load`` is that of one window."""

    name: str
    workload: str
    load: Load
    weights: dict[str, float] | None = None


class ComparisonSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was asked for. Only runs with equal settings and builds can be continued."""

    lanes: tuple[Lane, ...]
    #: counted by the exact lane
    operations: tuple[str, ...]
    profile: str
    seed: int
    budget_s: float
    scenarios: tuple[LoadScenario, ...] = ()
    #: of ``operations``, those that the paired lane times; None for all
    timed: tuple[str, ...] | None = None
    #: of baseline and contender
    front_doors: tuple[FrontDoor, FrontDoor] = ("https", "https")
    #: of baseline and contender; they differ only when somebody asked for that
    runtimes: tuple[LocalRuntime, LocalRuntime] = ("processes", "processes")

    @property
    def only_operation(self) -> str | None:
        """The one that all together are, where nothing else was asked for."""
        timed = self.operations if self.timed is None else self.timed
        return timed[0] if len(timed) == 1 else None


class ComparisonResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything ``comparison.json`` holds.

    ``control``: the baseline against itself, measured like the rest inside the same run; it must find nothing.
    ``family_error_ratio``: how probable at most any false alarm is in a comparison of two equal builds.
    """

    schema_version: int
    run_id: str
    status: Literal["complete", "incomplete"]
    verdict: Verdict
    problems: tuple[str, ...]
    started_at: str
    duration_s: float
    command: str
    runtime: RuntimeName
    baseline: BuildIdentity | None
    contender: BuildIdentity | None
    data_set: DataSet | None
    environment: Environment
    settings: ComparisonSettings
    family_error_ratio: float
    judgements: tuple[Judgement, ...]
    control: tuple[Judgement, ...]
    exact: tuple[ExactComparison, ...]
    absent: tuple[AbsentOperation, ...]
