"""What ``rssbench history`` finds, as it stands in ``history.json``. Words: docs/glossary.md.

Ratios of a build are over the reference, those of a change are the later build over the earlier one. What does not
exist is ``None`` or empty, never zero.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from harness.comparison import AbsentOperation, Judgement, Verdict
from harness.counted import ExactOperation
from harness.model import BuildIdentity, DataSet, Environment, FrontDoor
from harness.policy_costs import CountedEvaluation

#: Version of the layout of ``history.json``; raised when a field changes its meaning or goes away.
HISTORY_SCHEMA_VERSION = 1

#: ``paired`` and ``micro`` are timed; ``exact`` (requests) and ``evaluations`` (of elements) are counted.
HistoryLane = Literal["paired", "micro", "exact", "evaluations"]

#: What is measured of every build: requests (lanes exact and paired), evaluations, look-ups in the client's cache.
HistoryPart = Literal["operations", "evaluations", "look-ups"]
HISTORY_PARTS: tuple[HistoryPart, ...] = get_args(HistoryPart)


class HistorySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was asked for. ``operations`` are counted, ``timed`` of them are timed as well."""

    reference: str
    parts: tuple[HistoryPart, ...]
    operations: tuple[str, ...]
    timed: tuple[str, ...]
    profile: str
    seed: int
    budget_s: float
    front_door: FrontDoor


class HistoryBuild(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One build, as far as it is measured.

    ``subject``: of its commit. ``identity`` is None when it does not install. ``finished``: nothing is left to
    measure. ``problems``: why it has no figures, or not all. ``judgements``, ``control``: the lane paired of its
    comparison with the reference. ``counted``: one request of each operation; ``evaluations``: one of each kind
    of element. ``look_ups``: in the client's cache, lane micro. ``parts``: folders in that of the history, with
    what these were taken from. The reference itself has counts alone: its ratios are 1.
    """

    name: str
    subject: str | None = None
    identity: BuildIdentity | None = None
    finished: bool = False
    problems: tuple[str, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    control: tuple[Judgement, ...] = ()
    counted: tuple[ExactOperation, ...] = ()
    absent: tuple[AbsentOperation, ...] = ()
    evaluations: tuple[CountedEvaluation, ...] = ()
    look_ups: tuple[Judgement, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def missing(self) -> bool:
        """Whether nothing is known of it that should be."""
        return not (self.finished or self.judgements or self.counted or self.evaluations or self.look_ups)


class HistoryChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is not the same in two builds, of which the second follows the first in what is measured.

    ``metric``: a metric of a timed lane or a counter; ``operation`` is None for all operations of the lane
    together. ``effect_ratio``: later over earlier, None where the earlier count is zero; with its 95 % interval
    and adjusted p if it is timed, with ``counts`` if it is counted. ``worse``: more, or slower. ``recovered_in``:
    the first later build that is as the earlier one was.
    """

    earlier: str
    later: str
    lane: HistoryLane
    operation: str | None
    metric: str
    worse: bool
    effect_ratio: float | None
    interval_ratio: tuple[float, float] | None = None
    adjusted_p: float | None = None
    counts: tuple[int, int] | None = None
    recovered_in: str | None = None


class HistoryTrend(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All operations of a timed lane together, from the first build that is measured to the last: small steps that
    are no change from one build to the next add up here."""

    earlier: str
    later: str
    lane: HistoryLane
    metric: str
    verdict: Verdict
    effect_ratio: float
    interval_ratio: tuple[float, float]
    adjusted_p: float


class HistoryResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything ``history.json`` holds. ``builds``: in the order given, the oldest first."""

    schema_version: int
    run_id: str
    status: Literal["complete", "incomplete"]
    verdict: Verdict
    problems: tuple[str, ...]
    started_at: str
    duration_s: float
    command: str
    environment: Environment
    data_set: DataSet | None
    settings: HistorySettings
    family_error_ratio: float
    builds: tuple[HistoryBuild, ...]
    changes: tuple[HistoryChange, ...] = ()
    trends: tuple[HistoryTrend, ...] = ()
