"""The HTML report of a run: one file that needs nothing else, whatever became of the run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.counted import ExactOperation
from harness.errors import RssbenchError
from harness.measure.run_record import recover_run
from harness.model import RunResult, TrialResult
from harness.store import RUN, writing
from reports import wording
from reports.frames import operation_frame
from reports.illustrations import Illustration, cpu_illustration, percentile_illustration, trial_illustrations
from reports.measurements import sections_in
from reports.plain_tables import Table
from reports.rendering import rendered
from reports.section import statement_table
from reports.tables import verdict_line
from reports.trial_samples import read_trial_samples
from reports.units import TimeUnit, plural, time_unit


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
    sections, unreadable = sections_in(run_directory)
    there = {view.anchor for view in sections}
    missing = {one.section: f"not measured: {one.problem}" for one in run.sections if one.section not in there}
    return rendered(
        "report.html.j2",
        run=run,
        verdict=verdict_line(run),
        reasons=wording.reasons(run),
        remarks=wording.remarks(run),
        trials=[_trial_view(run, place, run_directory) for place in range(len(run.trials))],
        cpu=cpu_illustration(run),
        sections=sections,
        lacking=missing | unreadable,
        glossary=wording.GLOSSARY | {word: text for view in sections for word, text in view.glossary.items()},
        outcomes=wording.OUTCOMES,
        load_reached=wording.load_reached,
        statements=[_statements(one) for one in run.exact if one.statements],
        clocks_text=wording.clocks_text,
    )


def _statements(operation: ExactOperation) -> Table:
    title = f"{operation.operation}: {plural(len(operation.statements), 'statement')}"
    return statement_table(title, operation.statements, RUN.file)


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
