"""A list of runs for a terminal or, as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from harness.index.listing import ListedBuild, ListedRun
from reports.escaping import markdown_text
from reports.units import MISSING

_HEADINGS = ("started (UTC)", "run", "kind", "result", "builds", "data", "host", "files")


def run_list(runs: Sequence[ListedRun], *, markdown: bool) -> str:
    """One row per run, in the order given."""
    if not runs:
        return "no run is indexed"
    rows = [_cells(run) for run in runs]
    if markdown:
        lines = [_HEADINGS, ("---",) * len(_HEADINGS), *rows]
        return "\n".join("| " + " | ".join(map(markdown_text, line)) + " |" for line in lines)
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    padded = ((cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in (_HEADINGS, *rows))
    return "\n".join("  ".join(line).rstrip() for line in padded)


def _cells(run: ListedRun) -> tuple[str, ...]:
    """The verdict of a comparison; its status, too, when it did not come to its end."""
    result = run.verdict or run.status
    if run.verdict and run.status == "incomplete":
        result += " (incomplete)"
    data = MISSING if run.profile is None else f"{run.profile}, seed {run.seed}"
    return (
        run.started_at[:16].replace("T", " "),
        run.run_id,
        run.kind,
        result,
        " -> ".join(map(_build, run.builds)) or MISSING,
        data,
        run.measured_on,
        "gone" if run.files_gone else run.directory,
    )


def _build(build: ListedBuild) -> str:
    facts = ", ".join(filter(None, (build.dependency_set, build.front_door)))
    return f"{build.name} ({facts})"
