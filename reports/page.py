"""The HTML report of a run: one file that needs nothing else, whatever became of the run."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from harness.measure.run_record import recover_run
from harness.model import ExactOperation, RssbenchError, RunResult, Statement, TrialResult
from harness.store import writing
from reports import wording
from reports.frames import operation_frame
from reports.illustrations import Illustration, cpu_illustration, percentile_illustration, trial_illustrations
from reports.rendering import rendered
from reports.tables import verdict_line
from reports.trial_samples import read_trial_samples
from reports.units import TimeUnit, time_unit

#: Most statements of one operation that the page lists; run.json has all.
STATEMENTS_SHOWN = 60


@dataclass(frozen=True)
class TrialView:
    """One trial as the page shows it. ``missing`` says why figures from its samples are not there."""

    anchor: str
    trial: TrialResult
    unit: TimeUnit
    illustrations: tuple[Illustration, ...]
    curves: tuple[Illustration, ...]
    missing: str | None
    files: tuple[str, ...]


@dataclass(frozen=True)
class StatementView:
    """One statement, or the same one ``times`` times in a row with its rows added up."""

    times: int
    text: str
    rows_examined: int
    rows_sent: int
    rows_affected: int


def write_report(run_directory: Path) -> Path:
    """Write ``report.html`` into the run's directory and return its path; an older one is replaced.

    RssbenchError when there is no readable ``run.json`` or the page cannot be written. Anything else that is
    missing is named in the page. What a killed run had measured but not summarised is shown as incomplete.
    """
    run = recover_run(run_directory)
    report = run_directory / "report.html"
    page = render(run, run_directory)
    with writing(report):
        report.write_text(page, encoding="utf-8")
    return report


def render(run: RunResult, run_directory: Path) -> str:
    """The page as text; figures are made of the samples in ``run_directory``."""
    return rendered(
        "report.html.j2",
        run=run,
        verdict=verdict_line(run),
        reasons=wording.reasons(run),
        remarks=wording.remarks(run),
        trials=[_trial_view(run, place, run_directory) for place in range(len(run.trials))],
        cpu=cpu_illustration(run),
        glossary=wording.GLOSSARY,
        outcomes=wording.OUTCOMES,
        load_reached=wording.load_reached,
        statements_of=statement_views,
        statements_shown=STATEMENTS_SHOWN,
    )


def statement_views(operation: ExactOperation) -> list[StatementView]:
    """The statements in order, with repetitions in a row told once: a loop of 400 selects is one line."""

    def text(statement: Statement) -> str:
        return statement.text

    views = []
    for statement_text, repeated in groupby(operation.statements, key=text):
        same = list(repeated)
        views.append(
            StatementView(
                times=len(same),
                text=statement_text,
                rows_examined=sum(statement.rows_examined for statement in same),
                rows_sent=sum(statement.rows_sent for statement in same),
                rows_affected=sum(statement.rows_affected for statement in same),
            )
        )
    return views


def _trial_view(run: RunResult, place: int, run_directory: Path) -> TrialView:
    trial = run.trials[place]
    directory = run_directory / "trials" / trial.name
    key = f"trial-{place + 1}"
    operations = operation_frame(run)
    operations = operations[operations["trial"] == trial.name] if len(operations) else operations
    times: tuple[Illustration, ...] = ()
    curves: tuple[Illustration, ...] = ()
    missing = None
    try:
        samples = read_trial_samples(directory, complete=trial.status != "incomplete")
        times, curves = trial_illustrations(trial, samples, key=key)
    except RssbenchError as error:
        missing = str(error)
    return TrialView(
        anchor=key,
        trial=trial,
        unit=time_unit(operations.filter(regex="_p[0-9]+_s$").to_numpy().ravel()),
        illustrations=(*percentile_illustration(operations, key=key), *times),
        curves=curves,
        missing=missing,
        files=tuple(sorted(f"trials/{trial.name}/{file.name}" for file in directory.glob("*") if file.is_file())),
    )
