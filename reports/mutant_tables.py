"""What ``--format`` of mutants offers: the catalogue, and the score."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from harness.mutant_scores import MutantOutcome, MutantScores, Rate, Score
from harness.mutants.all_mutants import RELEASE
from harness.mutants.mutant import Mutant
from reports.plain_tables import Table, markdown_tables, text_tables
from reports.units import MISSING

_CATALOGUE = (
    "mutant",
    "kind",
    "what real commits do like that",
    "where",
    "seen by",
    "names",
    "in",
    "half",
    "also in",
)
_OUTCOMES = ("mutant", "kind", "half", "verdict", "seen by", "named", "in", "operation", "evidence", "seconds")
_MARKS = {True: "right", False: "not right", None: MISSING}
_MOST_NAMED = 3


def catalogue_table(mutants: Sequence[Mutant]) -> Table:
    rows = [
        (
            mutant.name,
            mutant.kind,
            mutant.story,
            f"{mutant.place}{' (dips)' if mutant.front_door == 'dips' else ''}",
            mutant.detector,
            "; ".join(mutant.names) or "nothing",
            mutant.evidence or MISSING,
            mutant.half,
            ", ".join(mutant.also_for) or MISSING,
        )
        for mutant in mutants
    ]
    kinds = {
        kind: sum(mutant.kind == kind for mutant in mutants) for kind in dict.fromkeys(m.kind for m in mutants)
    }
    title = f"{len(mutants)} mutants of DIRAC {RELEASE}: {', '.join(f'{n} {kind}' for kind, n in kinds.items())}"
    return Table(title, _CATALOGUE, rows)


def score_tables(result: MutantScores) -> list[Table]:
    """The scores, the survivors, and every outcome."""
    return [
        _rates_table(result.scores),
        _survivors_table(result.scores[0]),
        Table("Outcomes", _OUTCOMES, [_outcome_row(one) for one in result.outcomes]),
    ]


def _rates_table(scores: Sequence[Score]) -> Table:
    names = ["all", *(f"half {score.half!r}" for score in scores if score.half)]
    rows = [
        (rates[0].what, *(_rate_text(rate) for rate in rates), _aim_text(rates[0]))
        for rates in zip(*(score.rates for score in scores), strict=True)
    ]
    notes = [f"not run: {', '.join(scores[0].not_run)}"] if scores[0].not_run else []
    return Table("Score (95 % intervals by Wilson)", ("", *names, "aim"), rows, notes)


def _survivors_table(score: Score) -> Table:
    rows = [(one.mutant, one.kind, one.half, one.verdict, one.reason) for one in score.survivors]
    notes = () if rows else ("every verdict is the one that was deserved",)
    return Table("Survivors and false alarms", ("mutant", "kind", "half", "verdict", "what was said"), rows, notes)


def _outcome_row(outcome: MutantOutcome) -> tuple[str, ...]:
    last = outcome.last
    return (
        outcome.mutant,
        outcome.kind,
        outcome.half,
        last.verdict,
        outcome.steps[-1].detector,
        last.named_text(_MOST_NAMED) or MISSING,
        ", ".join(last.evidence) or MISSING,
        _MARKS[outcome.right_operation],
        _MARKS[outcome.right_evidence],
        f"{outcome.elapsed_s:.0f}",
    )


def _rate_text(rate: Rate) -> str:
    if rate.interval_ratio is None:
        return MISSING
    low, high = rate.interval_ratio
    return f"{rate.hits} of {rate.trials}: {rate.hits / rate.trials:.0%} ({low:.0%} to {high:.0%})"


def _aim_text(rate: Rate) -> str:
    if rate.aim_ratio is None:
        return MISSING
    return f"at least {rate.aim_ratio:.0%}" if rate.aim_ratio else "none"


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _catalogue_json(mutants: Sequence[Mutant]) -> str:
    """A row of the table for each mutant."""
    table = catalogue_table(mutants)
    return _json([dict(zip(table.headings, row, strict=True)) for row in table.rows])


CATALOGUE_FORMATS: dict[str, Callable[[Sequence[Mutant]], str]] = {
    "text": lambda mutants: text_tables([catalogue_table(mutants)]),
    "markdown": lambda mutants: markdown_tables([catalogue_table(mutants)]),
    "json": _catalogue_json,
}

SCORE_FORMATS: dict[str, Callable[[MutantScores], str]] = {
    "text": lambda result: text_tables(score_tables(result)),
    "markdown": lambda result: markdown_tables(score_tables(result)),
    "json": _json,
}
