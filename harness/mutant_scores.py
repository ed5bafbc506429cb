"""What came out of mutants, as it stands in ``mutants.jsonl``, and the score of it. Words: docs/glossary.md."""

from __future__ import annotations

from typing import Literal

import msgspec

from harness.comparison import Verdict

#: ``heavier``: it does more that can be counted; ``slower``: it does not; ``wrong``: faster by wrong answers.
MutantKind = Literal["heavier", "slower", "unchanged", "faster", "wrong"]

Half = Literal["tune", "score"]

#: What a user runs to see a mutant. ``exact``, ``paired`` and ``load`` are lanes of ``rssbench compare``;
#: ``none``: nothing that this suite has would show it.
Detector = Literal["exact", "paired", "load", "micro", "policies", "none"]

#: What a comparison can point at.
Evidence = Literal[
    "statements",
    "rows",
    "commits",
    "connections",
    "nested calls",
    "bytes",
    "answer",
    "service CPU",
    "database CPU",
    "start CPU",
    "memory",
    "waiting",
    "latency",
    "benchmark CPU",
]

#: Named where all operations together changed.
TOGETHER = "all operations together"


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one comparison says: ``named`` are the operations that its verdict is about, ``evidence`` what they
    changed in. ``reason``: in words, why there is no more to say."""

    verdict: Verdict | Literal["failed"]
    named: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    reason: str

    def told(self, most: int) -> str:
        """In words, with so many operations at most."""
        return f"{', '.join(self.evidence)} of {self.named_text(most)}" if self.named else self.reason

    def named_text(self, most: int) -> str:
        """So many of the operations, which may have commas in their names."""
        more = len(self.named) - most
        return "; ".join([*self.named[:most], *([f"{more} more"] if more > 0 else [])])


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One comparison of a mutant: ``command`` repeats it, ``folder``, below that of the run, has its result."""

    detector: Detector
    command: str
    folder: str
    elapsed_s: float
    finding: Finding


class MutantOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of ``mutants.jsonl``. ``found``: the verdict is the one that the mutant deserves. ``right_operation``
    and ``right_evidence``: None where nothing was found, or nothing is to be named."""

    mutant: str
    kind: MutantKind
    half: Half
    detector: Detector
    commit: str
    started_at: str
    load_average: float
    steps: tuple[Step, ...]
    found: bool
    right_operation: bool | None
    right_evidence: bool | None

    @property
    def last(self) -> Finding:
        return self.steps[-1].finding

    @property
    def elapsed_s(self) -> float:
        return sum(step.elapsed_s for step in self.steps)


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``hits`` of ``trials`` with Wilson's 95 % interval of the ratio, if there are any. ``aim_ratio``: at
    least; 0.0 is none at all."""

    what: str
    hits: int
    trials: int
    interval_ratio: tuple[float, float] | None
    aim_ratio: float | None = None


class Survivor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mutant whose verdict is not the one it deserves."""

    mutant: str
    kind: MutantKind
    half: Half
    verdict: str
    reason: str


class Score(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``half`` is None for both together. ``not_run``: mutants of the catalogue without an outcome."""

    half: Half | None
    rates: tuple[Rate, ...]
    survivors: tuple[Survivor, ...]
    not_run: tuple[str, ...]


class MutantScores(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``rssbench mutants`` prints: outcomes in the order of the catalogue; scores of all and of each half."""

    build: str
    outcomes: tuple[MutantOutcome, ...]
    scores: tuple[Score, ...]
    reaches_aims: bool
