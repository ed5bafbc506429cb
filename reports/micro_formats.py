"""What ``--format`` of micro-benchmarks offers: of one build, and of two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from harness.micro.benchmark_file import BenchmarkFile, read_benchmark_file
from harness.micro_comparison import MicroComparison
from reports.escaping import markdown_text, one_line, shorten
from reports.micro_wording import HEADING, control_text, label, rows, side_texts, verdict_line
from reports.units import time_text

_BUILD_HEADING = ("benchmark", "CPU per call", "wall time per call")


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


def micro_json(result: MicroComparison) -> str:
    """What ``micro.json`` holds, field by field (docs/micro-json.md)."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2).decode()


def benchmarks_text(json_file: Path) -> str:
    file = read_benchmark_file(json_file)
    return "\n".join([*_aligned([list(_BUILD_HEADING), *_build_rows(file)]), *_without_figures(file)])


def benchmarks_markdown(json_file: Path) -> str:
    file = read_benchmark_file(json_file)
    lacking = [f"- {markdown_text(text)}" for text in _without_figures(file)]
    return "\n".join([_table([list(_BUILD_HEADING), *_build_rows(file)]), *([""] if lacking else []), *lacking])


def benchmarks_json(json_file: Path) -> str:
    """pytest-benchmark's own."""
    return json_file.read_text()


MICRO_FORMATS: dict[str, Callable[[MicroComparison], str]] = {
    "text": micro_text,
    "markdown": micro_markdown,
    "json": micro_json,
}

BENCHMARK_FORMATS: dict[str, Callable[[Path], str]] = {
    "text": benchmarks_text,
    "markdown": benchmarks_markdown,
    "json": benchmarks_json,
}


def _build_rows(file: BenchmarkFile) -> list[list[str]]:
    return [
        [label(name), time_text(one.value_s), time_text(one.wall_s)] for name, one in sorted(file.measured.items())
    ]


def _without_figures(file: BenchmarkFile) -> list[str]:
    return [
        *(f"ABSENT  {label(name)}: {one_line(reason)}" for name, reason in sorted(file.absent.items())),
        *(f"FAILED  {label(name)}: {one_line(reason)}" for name, reason in sorted(file.failed.items())),
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
