"""What the instrument was found to do on the machine it stands on, as it stands in ``selftest.json``.

Ratios are contender over baseline, shares and rates lie between 0 and 1. Words: docs/glossary.md.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from harness.comparison import Lane, TimedMetric
from harness.model import BuildIdentity, Environment

#: Version of the layout of ``selftest.json``; raised when a field changes its meaning or goes away.
SELFTEST_SCHEMA_VERSION = 1

Part = Literal["pool", "false-alarms", "power", "coverage", "exact", "stall", "peers"]

#: What each needs comes before it.
PARTS: tuple[Part, ...] = ("pool", "false-alarms", "power", "coverage", "exact", "stall", "peers")

#: Whether a trial was measured as a whole, or drawn from pairs that were recorded once.
Source = Literal["end to end", "pool"]

#: ``open``: too few trials to say whether the aim is reached. None where there is no aim.
Standing = Literal["reached", "missed", "open"]

#: How the data of a peer are taken from the pool: one build after the other, or both from the same pairs.
Order = Literal["sequential", "interleaved"]


#: Who sends the requests to a service that stalls.
Generator = Literal["this suite", "Locust, constant throughput"]


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often something came in trials, with the 95 % interval of Wilson."""

    found: int
    trials: int
    low: float
    high: float


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rate of one part. ``share``: of CPU that was injected, where it is about one size.

    ``pairs``: median and 95 % quantile of those that a trial used, controls included; ``minutes``: median of a
    trial, one from the pool being as long as its pairs took.
    """

    part: Part
    source: Source
    what: str
    rate: Rate
    aim: str | None
    standing: Standing | None
    share: float | None = None
    pairs: tuple[float, float] | None = None
    minutes: float | None = None
    note: str | None = None


class PoolArm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The pairs of one slow-down. By metric, of all operations together: ``effects_ratio``, estimate and 95 %
    interval over all pairs, and ``spreads``, standard deviation of their log-ratios. ``pair_s``: median time of
    one."""

    name: str
    share: float
    pairs: int
    pair_s: float
    effects_ratio: dict[str, tuple[float, float, float]]
    spreads: dict[str, float]


class StallRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one generator saw of a service that stands still for ``stall_s`` in every ``period_s``.

    ``truth_s``: the 99 % quantile of latency, without service time and backlog.
    """

    generator: Generator
    stall_s: float
    period_s: float
    rate_per_s: float
    requests: int
    p50_s: float
    p95_s: float
    p99_s: float
    truth_s: float


class PeerScore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one rule does on one metric with ``runs`` runs of each build.

    ``threshold`` in words; ``is_tuned``: set on one half of the equal pairs, so that hardly a trial is an alarm,
    else as the tool comes. ``false_alarms``: of the other half. ``detections`` by injected share.
    """

    peer: str
    order: Order
    metric: TimedMetric
    runs: int
    is_tuned: bool
    threshold: str
    false_alarms: Rate
    detections: tuple[tuple[float, Rate], ...]


class Effort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one invocation spent. ``load_average``: least, median and largest meanwhile, each over one minute."""

    what: str
    began_at: str
    minutes: float
    added: int
    load_average: tuple[float, float, float]


class SelftestSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all trials of a self-test share. ``operations``: that are timed; one alone is a comparison of that one.

    ``lanes`` and ``budget_s`` are those of a whole comparison.
    """

    release: str
    profile: str
    seed: int
    operations: tuple[str, ...]
    lanes: tuple[Lane, ...]
    budget_s: float


class SelftestResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything ``selftest.json`` holds. ``baseline``: the build in which nothing was changed, once it is known.
    ``left_out``: what could not be measured, and why."""

    schema_version: int
    run_id: str
    started_at: str
    commands: tuple[str, ...]
    environment: Environment
    settings: SelftestSettings
    baseline: BuildIdentity | None = None
    efforts: tuple[Effort, ...] = ()
    pool: tuple[PoolArm, ...] = ()
    figures: tuple[Figure, ...] = ()
    stalls: tuple[StallRun, ...] = ()
    peers: tuple[PeerScore, ...] = ()
    left_out: tuple[str, ...] = ()
