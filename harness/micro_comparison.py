"""What a comparison of micro-benchmarks is made of, as it stands in ``micro.json``. Words: docs/glossary.md.

Ratios are contender over baseline. A value that does not exist is ``None``, never zero.
"""

from __future__ import annotations

import msgspec

from harness.comparison import AbsentOperation, Judgement, Verdict
from harness.measurement import Measurement
from harness.model import BuildIdentity, DataSet

#: Version of the layout of ``micro.json``; raised when a field changes its meaning or goes away.
MICRO_SCHEMA_VERSION = 1


class WallTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a call of a benchmark took, waiting included: shown, not judged. Estimates over the pairs."""

    benchmark: str
    baseline_s: float
    contender_s: float
    effect_ratio: float
    interval_ratio: tuple[float, float] | None


class MicroSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was asked for. ``select`` is pytest's -k, empty for all benchmarks."""

    select: str
    profile: str
    seed: int
    budget_s: float


class MicroComparison(Measurement, frozen=True, forbid_unknown_fields=True):
    """Everything ``micro.json`` holds.

    ``judgements`` are of the lane ``micro``; their ``operation`` is the full name of a benchmark, or None for all
    together. ``control``: the baseline against itself. ``interleaved``: whether both sides were measured next to
    each other; if not, build and hour cannot be told apart and there is no verdict. Of files that were made
    earlier, named in ``files``, there are no builds, data set and settings.
    """

    verdict: Verdict
    reasons: tuple[str, ...]
    baseline: BuildIdentity | None
    contender: BuildIdentity | None
    files: tuple[str, ...]
    data_set: DataSet | None
    settings: MicroSettings | None
    family_error_ratio: float
    interleaved: bool
    judgements: tuple[Judgement, ...]
    control: tuple[Judgement, ...]
    wall_times: tuple[WallTime, ...]
    absent: tuple[AbsentOperation, ...]
