"""What ``rssbench bisect`` finds, as it stands in ``bisect.json``. Words: docs/glossary.md.

Positions count the builds of the range from 0, the good end. Ratios are of a build over the good end. A value that
does not exist is ``None``, never zero.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from harness.comparison import Lane, TimedMetric, Verdict
from harness.counted import CounterName
from harness.measurement import Measurement
from harness.model import BuildIdentity, FrontDoor

#: Version of the layout of ``bisect.json``; raised when a field changes its meaning or goes away.
BISECTION_SCHEMA_VERSION = 1

#: By which a build shows that it got worse: a counter of the lane exact, or a metric of the lane paired.
SymptomMetric = Literal[CounterName, TimedMetric]

#: ``no regression``: the bad end is not worse, so nothing was searched. ``inconclusive``: the time did not
#: suffice, or the machine was too noisy.
Outcome = Literal["found", "no regression", "inconclusive"]


class RangeBuild(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A build of the range; ``name`` is what ``rssbench compare`` takes. Of a release the rest is None."""

    name: str
    commit: str | None = None
    author_date: str | None = None
    subject: str | None = None


class Symptom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In what the bad end is worse. ``operation`` is None for all together; the values are counts, or seconds per
    request."""

    lane: Lane
    metric: SymptomMetric
    operation: str | None
    good_value: float
    bad_value: float
    effect_ratio: float | None = None
    interval_ratio: tuple[float, float] | None = None


class TriedBuild(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A build that was compared with the good end. ``folder``: where, below that of this result.

    ``value``: of a symptom that was counted; ``ratio``, its interval and ``pairs``: of one that was measured.
    ``bad_probability``: that it is bad, by all that is known; None when nothing was searched.
    """

    position: int
    folder: str
    bad_probability: float | None
    value: int | None = None
    ratio: float | None = None
    interval_ratio: tuple[float, float] | None = None
    pairs: int = 0


class SkippedBuild(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A build that could not be compared, and why."""

    position: int
    reason: str


class BisectSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was asked for. Without ``operation`` and ``metric`` the comparison of both ends says what got worse."""

    lanes: tuple[Lane, ...]
    operation: str | None
    metric: SymptomMetric | None
    profile: str
    seed: int
    budget_s: float
    confidence_ratio: float
    front_door: FrontDoor | None


class BisectResult(Measurement, frozen=True, forbid_unknown_fields=True):
    """Everything ``bisect.json`` holds.

    ``good``, ``bad``: both ends as they were installed, once they are known. ``comparison_folder``: where they
    were compared, and ``verdict`` what that said. ``suspects``: positions of which one is the first bad build,
    with ``probability``; one, unless builds beside it were skipped or the search ended early. ``other_symptoms``:
    in what the bad end is worse too; not searched for.
    """

    outcome: Outcome
    settings: BisectSettings
    builds: tuple[RangeBuild, ...]
    comparison_folder: str
    good: BuildIdentity | None = None
    bad: BuildIdentity | None = None
    verdict: Verdict | None = None
    symptom: Symptom | None = None
    other_symptoms: tuple[Symptom, ...] = ()
    tried: tuple[TriedBuild, ...] = ()
    skipped: tuple[SkippedBuild, ...] = ()
    suspects: tuple[int, ...] = ()
    probability: float | None = None

    @property
    def last_good(self) -> int:
        """The build before the suspects that was compared, or the good end."""
        first = min(self.suspects, default=len(self.builds) - 1)
        return max((one.position for one in self.tried if one.position < first), default=0)
