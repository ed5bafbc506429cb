"""What a run is made of, as it stands in ``run.json``. Words are those of docs/glossary.md.

Stored values are in base units (seconds, bytes, per second), and the unit is part of the name.
A value that does not exist (a percentile the sample cannot support, a counter a runtime cannot see)
is ``None``, never zero.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from harness.counted import ExactOperation
from scenarios.remote.record import RemoteWorker

#: Version of the layout of ``run.json``; raised when a field changes its meaning or goes away.
SCHEMA_VERSION = 1

#: ``failed``: requests failed, writes were lost or a criterion did not hold.
#: ``incomplete``: the run ended before its time; what was measured until then is kept.
RunStatus = Literal["passed", "failed", "incomplete"]
TrialStatus = Literal["passed", "failed", "incomplete"]

#: The way in to the RSS: ``https`` is DIRAC's Tornado services, one process, ``dips`` is DISET, one per service.
FrontDoor = Literal["https", "dips"]
FRONT_DOORS: tuple[FrontDoor, ...] = get_args(FrontDoor)

#: What a run measures beside its load, each on stacks of its own and with a file of its own.
SectionName = Literal["growth", "policies", "cycles", "email-cache", "micro"]
SECTION_NAMES: tuple[SectionName, ...] = get_args(SectionName)

#: How a stack runs: as processes of this machine, in containers, or somewhere already.
RuntimeName = Literal["processes", "containers", "external"]
#: Of these, in which the suite starts stacks of its own.
LocalRuntime = Literal["processes", "containers"]

#: What a build was made from.
BuildKind = Literal["release", "commit", "working tree"]


class Interval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An estimate and its two-sided 95 % interval, all in the unit of the field that holds it."""

    value: float
    low: float
    high: float


class Percentiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Percentiles in seconds; ``None`` where the sample is too small (docs/method.md)."""

    p50_s: Interval | None = None
    p95_s: Interval | None = None
    p99_s: Interval | None = None


class ErrorCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often requests ended with one outcome, and what the first of them said."""

    outcome: str
    count: int
    first_message: str


class OperationResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation inside one trial."""

    operation: str
    kind: Literal["read", "write"]
    requests: int
    ok: int
    errors: tuple[ErrorCount, ...]
    offered_rate_per_s: float | None
    reached_rate_per_s: float
    latency: Percentiles
    service_time: Percentiles
    mean_bytes: float


class CpuPerRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """CPU time of each side in the measured window, over all requests of the window."""

    generator_s: float | None
    service_s: float | None
    database_s: float | None


class Memory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Largest resident set seen in the measured window."""

    service_bytes: int | None
    database_bytes: int | None


class GeneratorHealth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the generator could have been the bottleneck. Lag: due until really sent, user free."""

    lag_p50_s: float | None
    lag_p99_s: float | None
    busiest_worker_cpu_ratio: float | None
    #: of all CPU time of this machine, what the hypervisor gave to others meanwhile
    stolen_cpu_ratio: float | None = None


class Audit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Acknowledged writes against what the database holds.

    ``found``: rows that carry the token of exactly that request. ``overwritten``: a later acknowledged
    write went to the same row, whose token is there. ``lost``: neither. A delete is found when none of the
    rows that it asked for is left.
    """

    acknowledged: int
    found: int
    overwritten: int
    lost: int
    lost_examples: tuple[str, ...] = ()


class Load(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The load that was asked for, in the words of taurus.yml."""

    concurrency: int
    throughput_per_s: float | None
    ramp_up_s: float
    hold_for_s: float | None
    steps: int | None
    iterations: int | None
    arrivals: Literal["constant", "poisson"]
    connection: Literal["keep-alive", "per-call"]
    workers: int


class TrialResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One measured window of one scenario."""

    name: str
    scenario: str
    status: TrialStatus
    problems: tuple[str, ...]
    load: Load
    window_s: float
    requests: int
    ok: int
    offered_rate_per_s: float | None
    reached_rate_per_s: float
    operations: tuple[OperationResult, ...]
    cpu_per_request: CpuPerRequest
    memory: Memory
    generator: GeneratorHealth
    audit: Audit | None
    #: of a load that came from elsewhere
    remote_workers: tuple[RemoteWorker, ...] = ()


class BuildIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which DIRAC was measured. ``packages`` are all distributions installed, name to version."""

    name: str
    dirac_version: str
    #: ``today``, ``released`` or a date, as it was asked for
    dependency_set: str
    python_version: str
    environment_key: str
    packages: dict[str, str]
    kind: BuildKind = "release"
    #: of a working tree: what is checked out there
    commit: str | None = None
    #: git's name of the files that were installed
    tree: str | None = None
    #: the newest packages that the index had before this instant, ISO 8601
    packages_before: str | None = None
    #: the same for the same packages in the same versions
    packages_digest: str | None = None


class Environment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What else could change the numbers."""

    hostname: str
    kernel: str
    cpu_model: str
    cpu_count: int
    memory_bytes: int
    load_average_1_min: float
    database_version: str
    python_version: str
    generator_packages: dict[str, str]
    suite_version: str
    suite_commit: str | None


class DataSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The data set that was loaded: rows counted in the database after loading, by table."""

    profile: str
    seed: int
    rows: dict[str, int]
    load_s: float


class SectionOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One section of a run; what was measured stands in a file of its own beside ``run.json``."""

    section: SectionName
    status: Literal["complete", "incomplete"]
    problem: str | None
    duration_s: float


class ExternalRss(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An RSS that ran already. ``dirac_version``: what it says of itself, None when it says nothing.
    ``own_elements``: what the suite made there, and removed at the end."""

    url: str
    dirac_version: str | None
    rate_limit_per_s: int
    writes_allowed: bool
    own_elements: tuple[str, ...]


class RunResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything ``run.json`` holds."""

    schema_version: int
    run_id: str
    status: RunStatus
    problems: tuple[str, ...]
    started_at: str
    duration_s: float
    command: str
    runtime: RuntimeName
    build: BuildIdentity | None
    data_set: DataSet | None
    environment: Environment
    stack_ready_s: float | None
    trials: tuple[TrialResult, ...]
    exact: tuple[ExactOperation, ...]
    #: None until the stack is ready, and in runs that were made when there was only https
    front_door: FrontDoor | None = None
    #: in the order in which they were measured
    sections: tuple[SectionOutcome, ...] = ()
    #: of the runtime ``external``
    external: ExternalRss | None = None
    #: of containers: which engine, and its version
    engine: str = ""
