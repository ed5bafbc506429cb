"""Outcomes of mutants of the catalogue, made up."""

from __future__ import annotations

from harness.mutant_scores import Finding, MutantOutcome, Step
from harness.mutants.mutant import Mutant
from harness.mutants.scoring import judged


def outcome(mutant: Mutant, verdict: str, *, named: tuple[str, ...] = (), reason: str = "") -> MutantOutcome:
    """Decided by one comparison of 20 s, whose evidence is the right one when something is named."""
    evidence = (mutant.evidence,) if named and mutant.evidence else ()
    finding = Finding(verdict, named, evidence, reason)
    one = MutantOutcome(
        mutant=mutant.name,
        kind=mutant.kind,
        half=mutant.half,
        detector=mutant.detector,
        commit="c0ffee",
        started_at="2026-11-25T18:00:00+00:00",
        load_average=1.5,
        steps=(Step(mutant.detector, f"rssbench compare A A@{mutant.name}", "2026", 20.0, finding),),
        found=False,
        right_operation=None,
        right_evidence=None,
    )
    return judged(mutant, one)
