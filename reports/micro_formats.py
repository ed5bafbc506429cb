"""Micro-benchmarks for a terminal, and as Markdown: of one build, and of two."""

from __future__ import annotations

from harness.micro_comparison import MicroComparison
from harness.micro_measurement import MicroMeasurement
from reports.escaping import markdown_text, one_line, shorten
from reports.micro_wording import HEADING, control_text, label, rows, side_texts, verdict_line
from reports.units import plural, time_text

BUILD_HEADING = ("benchmark", "CPU per call", "wall time per call")


def micro_text(result: MicroComparison) -> str:
    """The verdict line, the table, what is absent, what was compared."""
    sections = [
        [verdict_line(result)],
        _aligned([list(HEADING), *rows(result)]) if result.judgements else [],
        [f"ABSENT  {one_line(a.operation)}: {one_line(a.reason)} ({one_line(a.build)})" for a in result.absent],
        [f"PROBLEM  {shorten(text)}" for text in result.problems],
        [*side_texts(result), f"control    {control_text(result)}", f"repeat     {one_line(result.command)}"],
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines)


def micro_markdown(result: MicroComparison) -> str:
    """The same as blocks with an empty line between them."""
    blocks = [
        f"**{markdown_text(verdict_line(result))}**",
        _table([list(HEADING), *rows(result)]) if result.judgements else "",
        "\n".join(f"- absent: {markdown_text(f'{a.operation}: {a.reason} ({a.build})')}" for a in result.absent),
        "\n".join(f"- problem: {markdown_text(text)}" for text in result.problems),
        "\n".join(
            f"- {markdown_text(text)}" for text in (*side_texts(result), f"control: {control_text(result)}")
        ),
    ]
    return "\n\n".join(block for block in blocks if block)


def micro_line(result: MicroMeasurement) -> str:
    """What was measured of one build, in one line."""
    line = f"DIRAC {result.build.name}: {plural(len(result.benchmarks), 'micro-benchmark')}"
    for number, what in ((len(result.absent), "absent"), (len(result.failed), "failed")):
        line += f", {number} {what}" if number else ""
    return line


def build_text(result: MicroMeasurement) -> str:
    lacking = [f"{what.upper():8}{name}: {why}" for name, what, why in without_figures(result)]
    return "\n".join([*_aligned([list(BUILD_HEADING), *map(list, build_rows(result))]), *lacking])


def build_markdown(result: MicroMeasurement) -> str:
    lacking = [f"- {what}: {markdown_text(f'{name}: {why}')}" for name, what, why in without_figures(result)]
    table = _table([list(BUILD_HEADING), *map(list, build_rows(result))])
    return "\n".join([table, *([""] if lacking else []), *lacking])


def build_rows(result: MicroMeasurement) -> list[tuple[str, ...]]:
    """Below BUILD_HEADING."""
    return [(label(one.benchmark), time_text(one.cpu_s), time_text(one.wall_s)) for one in result.benchmarks]


def without_figures(result: MicroMeasurement) -> list[tuple[str, str, str]]:
    """Benchmark, absent or failed, and why: what the release lacks, then what answers wrongly."""
    return [
        *((label(name), "absent", one_line(reason)) for name, reason in sorted(result.absent.items())),
        *((label(name), "failed", one_line(reason)) for name, reason in sorted(result.failed.items())),
    ]


def _aligned(table: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in table
    ]


def _table(table: list[list[str]]) -> str:
    heading, *body = table
    lines = [heading, ["---"] * len(heading), *([markdown_text(cell) for cell in row] for row in body)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
