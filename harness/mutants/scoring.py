"""From what comparisons said to outcomes, and from outcomes to a score (pure)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from harness.comparison import LANES, Verdict
from harness.mutant_scores import (
    TOGETHER,
    Finding,
    Half,
    MutantKind,
    MutantOutcome,
    MutantScores,
    Rate,
    Score,
    Survivor,
)
from harness.mutants.mutant import Mutant
from harness.stats.wilson import wilson_interval

FOUND_AIM_RATIO = 0.9
OPERATION_AIM_RATIO = 0.8

#: of operations of an alarm
_MOST_NAMED = 3

_WORSE: frozenset[MutantKind] = frozenset({"heavier", "slower"})
_DESERVED: dict[MutantKind, tuple[Verdict, ...]] = {
    "heavier": ("regression",),
    "slower": ("regression",),
    "unchanged": ("same", "inconclusive"),
    "faster": ("improvement",),
    "wrong": ("wrong",),
}
_ALARMS = ("regression", "improvement", "wrong")


def is_as_deserved(mutant: Mutant, finding: Finding) -> bool:
    """Whether the verdict is the one that the mutant deserves."""
    return finding.verdict in _DESERVED[mutant.kind]


def is_open(finding: Finding) -> bool:
    """Whether a dearer comparison may still show something."""
    return finding.verdict in ("same", "inconclusive")


def judged(mutant: Mutant, outcome: MutantOutcome) -> MutantOutcome:
    """The outcome by the catalogue as it is now, whatever it was when the mutant was measured."""
    finding = outcome.last
    found = is_as_deserved(mutant, finding)
    is_named = found and mutant.kind != "unchanged"
    return replace(
        outcome,
        kind=mutant.kind,
        half=mutant.half,
        detector=mutant.detector,
        found=found,
        right_operation=mutant.names_rightly(finding.named, TOGETHER) if is_named else None,
        right_evidence=mutant.evidence in finding.evidence if is_named else None,
    )


def scores(build: str, catalogue: Sequence[Mutant], outcomes: Sequence[MutantOutcome]) -> MutantScores:
    """Of the latest outcome of each mutant, in the order of the catalogue."""
    latest = {outcome.mutant: outcome for outcome in outcomes}
    ordered = tuple(judged(mutant, latest[mutant.name]) for mutant in catalogue if mutant.name in latest)
    halves: tuple[Half | None, ...] = (None, "tune", "score")
    scored = tuple(_score(half, catalogue, ordered) for half in halves)
    return MutantScores(build, ordered, scored, _reaches_aims(scored[0]))


def _score(half: Half | None, catalogue: Sequence[Mutant], outcomes: Sequence[MutantOutcome]) -> Score:
    mutants = [mutant for mutant in catalogue if half in (None, mutant.half)]
    known = {outcome.mutant: outcome for outcome in outcomes}
    mine = [known[mutant.name] for mutant in mutants if mutant.name in known]
    worse = [one for one in mine if one.kind in _WORSE]
    found = [one for one in worse if one.found]
    by_compare = [one for one in worse if one.detector in LANES]
    by_others = [one for one in worse if one.detector not in LANES]
    unchanged = [one for one in mine if one.kind == "unchanged"]
    rates = (
        _rate("slower or heavier ones found", worse, _is_found, FOUND_AIM_RATIO),
        _rate("of these, by `rssbench compare`", by_compare, _is_found),
        _rate("of these, by `rssbench micro` or `rssbench policies`", by_others, _is_found),
        _rate("right operation named, of those found", found, lambda one: one.right_operation is True,
              OPERATION_AIM_RATIO),
        _rate("right evidence named, of those found", found, lambda one: one.right_evidence is True),
        _rate("alarms on those that change nothing", unchanged, lambda one: one.last.verdict in _ALARMS, 0.0),
        _rate("faster ones called an improvement", _of_kind(mine, "faster"), _is_found),
        _rate("wrong ones called wrong", _of_kind(mine, "wrong"), _is_found),
    )  # fmt: skip
    survivors = tuple(
        Survivor(one.mutant, one.kind, one.half, one.last.verdict, one.last.told(_MOST_NAMED))
        for one in mine
        if not one.found
    )
    return Score(half, rates, survivors, tuple(mutant.name for mutant in mutants if mutant.name not in known))


def _of_kind(outcomes: Sequence[MutantOutcome], kind: MutantKind) -> list[MutantOutcome]:
    return [one for one in outcomes if one.kind == kind]


def _is_found(outcome: MutantOutcome) -> bool:
    return outcome.found


def _rate(
    what: str,
    outcomes: Sequence[MutantOutcome],
    is_hit: Callable[[MutantOutcome], bool],
    aim_ratio: float | None = None,
) -> Rate:
    hits = sum(map(is_hit, outcomes))
    return Rate(what, hits, len(outcomes), wilson_interval(hits, len(outcomes)) if outcomes else None, aim_ratio)


def _reaches_aims(score: Score) -> bool:
    """Of what was run; an aim of which nothing was run is not missed."""
    for rate in score.rates:
        if rate.aim_ratio is None or not rate.trials:
            continue
        ratio = rate.hits / rate.trials
        if ratio > rate.aim_ratio if rate.aim_ratio == 0.0 else ratio < rate.aim_ratio:
            return False
    return True
