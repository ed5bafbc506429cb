"""A night: tonight's build, what it was compared with, and one verdict over all. Words: docs/glossary.md.

The nights that are published stand in ``nights.json`` of their folder, in this layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from harness.comparison import Verdict
from harness.model import BuildIdentity

#: Version of the layout of ``nights.json``; raised when a field changes its meaning or goes away.
NIGHTS_SCHEMA_VERSION = 1

#: What tonight's build is compared with.
Against = Literal["reference", "last night"]

#: That of the worst comparison. ``failed``: something was not measured to its end; ``nothing new``: tonight's
#: build is the very build that it would be compared with, so nothing was measured.
NightVerdict = Literal["wrong", "regression", "failed", "inconclusive", "improvement", "same", "nothing new"]


class NightBuild(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A build as a list of nights names it; ``commit`` is None for a release."""

    name: str
    dirac_version: str
    commit: str | None

    @classmethod
    def of(cls, build: BuildIdentity) -> NightBuild:
        return cls(build.name, build.dirac_version, build.commit)


class NightComparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One comparison of a night. ``line`` is its verdict line, ``run_id`` its folder in the results."""

    against: Against
    baseline: NightBuild
    run_id: str
    status: Literal["complete", "incomplete"]
    verdict: Verdict
    line: str

    @property
    def outcome(self) -> NightVerdict:
        return self.verdict if self.status == "complete" else "failed"


class Night(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``build`` is None when it could not be found or installed. ``problem`` says what ended the night early,
    ``remarks`` what was not compared, and why."""

    night_id: str
    started_at: str
    duration_s: float
    verdict: NightVerdict
    build: NightBuild | None
    comparisons: tuple[NightComparison, ...]
    remarks: tuple[str, ...] = ()
    problem: str | None = None


class Nights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``nights.json`` holds, the newest first."""

    schema_version: int
    nights: tuple[Night, ...]


def night_verdict(comparisons: Sequence[NightComparison], problem: str | None) -> NightVerdict:
    """What is certain counts more than what failed, and that more than what is undecided."""
    outcomes = {one.outcome for one in comparisons} | ({"failed"} if problem else set())
    ordered: tuple[NightVerdict, ...] = ("wrong", "regression", "failed", "inconclusive", "improvement", "same")
    return next((verdict for verdict in ordered if verdict in outcomes), "nothing new")
