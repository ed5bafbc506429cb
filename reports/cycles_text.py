"""Cycles of agents as a table: one block of rows per cycle, one column per build, ratios over the first build; and
as a line per cycle and build."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from harness.cycles import BuildCycles, CycleMeasurement, CycleResult, CyclesResult
from reports.escaping import markdown_text, one_line
from reports.plain_tables import plain_table
from reports.units import MISSING, count, plural, time_text

#: What is shown of a cycle, as it is read and written.
_METRICS: dict[str, tuple[Callable[[CycleMeasurement], float], Callable[[float | None], str]]] = {
    "time": (lambda one: one.wall_s, time_text),
    "agent CPU": (lambda one: one.cpu_s["agent"], time_text),
    "service CPU": (lambda one: one.cpu_s["service"], time_text),
    "database CPU": (lambda one: one.cpu_s["database"], time_text),
    "calls": (lambda one: one.calls_made, count),
    "statements": (lambda one: one.statements_executed, count),
    "commits": (lambda one: one.commits, count),
    "connections": (lambda one: one.connections, count),
    "rows examined": (lambda one: one.rows_examined, count),
    "rows written": (lambda one: one.rows_written, count),
}
CYCLE_HEADINGS = ("cycle", "build", *_METRICS)

#: How many kinds of calls of a cycle are named.
_CALLS_NAMED = 6


def cycles_text(result: CyclesResult, *, markdown: bool) -> str:
    """The table, without what is zero everywhere; then what failed, which calls were made, how it was measured."""
    if not result.builds:
        return "nothing was measured"
    first, *others = result.builds
    headings = ["cycle", "", first.build.name]
    for other in others:
        headings += [other.build.name, f"/ {first.build.name}"]
    rows = [row for cycle in first.cycles for row in _rows(result.builds, cycle.cycle)]
    notes = [*problems(result.builds), *calls(result.builds), *circumstances(result)]
    return "\n".join(
        [
            plain_table(headings, rows, markdown=markdown, texts=2),
            "",
            *(f"- {markdown_text(note)}" if markdown else note for note in notes),
        ]
    )


def cycle_rows(result: CyclesResult) -> list[tuple[str, ...]]:
    """One per cycle and build, below CYCLE_HEADINGS."""
    rows = []
    for build in result.builds:
        for cycle in build.cycles:
            values = [
                _spread([read(one) for one in cycle.measurements], write) for read, write in _METRICS.values()
            ]
            rows.append((cycle.cycle, build.build.name, *values))
    return rows


def _rows(builds: Sequence[BuildCycles], name: str) -> list[list[str]]:
    # a build that ended before its time has fewer
    cycles = [
        next((cycle for cycle in build.cycles if cycle.cycle == name), CycleResult(name, ())) for build in builds
    ]
    if not any(cycle.measurements for cycle in cycles):
        return [[name, "failed", *[MISSING] * (2 * len(builds) - 1)]]
    rows: list[list[str]] = []
    for metric, (read, write) in _METRICS.items():
        values = [[read(one) for one in cycle.measurements] for cycle in cycles]
        if not any(map(any, values)):
            continue  # nothing of this kind, in no build
        cells = [_spread(values[0], write)]
        for other in values[1:]:
            cells += [_spread(other, write), _ratio(other, values[0])]
        rows.append([cycles[0].cycle if not rows else "", metric, *cells])
    return rows


def _spread(values: Sequence[float], write: Callable[[float | None], str]) -> str:
    """The median, and the range when it is one."""
    if not values:
        return MISSING
    middle = write(statistics.median(values))
    if len(values) == 1 or min(values) == max(values):
        return middle
    return f"{middle} ({write(min(values))} to {write(max(values))})"


def _ratio(values: Sequence[float], base: Sequence[float]) -> str:
    if not values or not base or statistics.median(base) == 0:
        return MISSING
    return f"{statistics.median(values) / statistics.median(base):.2f}"


def problems(builds: Sequence[BuildCycles]) -> list[str]:
    """Why cycles came to no end, and what DIRAC logged as errors."""
    found = []
    for build in builds:
        for cycle in build.cycles:
            where = f"{build.build.name}, {cycle.cycle}"
            if cycle.problem is not None:
                found.append(f"{where}: {one_line(cycle.problem)}")
            for error, times in _errors(cycle).items():
                found.append(f"{where}: DIRAC logged {times} x {one_line(error)}")
    return found


def _errors(cycle: CycleResult) -> dict[str, int]:
    """Of the last repetition."""
    return cycle.measurements[-1].errors if cycle.measurements else {}


def calls(builds: Sequence[BuildCycles]) -> list[str]:
    """The kinds of calls of each cycle that makes more than one."""
    found = []
    for build in builds:
        for cycle in build.cycles:
            made = cycle.measurements[-1].calls if cycle.measurements else {}
            if len(made) > 1:
                most = sorted(made.items(), key=lambda one: -one[1])[:_CALLS_NAMED]
                listed = ", ".join(f"{times} {name}" for name, times in most)
                found.append(f"{build.build.name}, {cycle.cycle}: {listed}")
    return found


def circumstances(result: CyclesResult) -> list[str]:
    """How it was measured."""
    doors = ", ".join(f"{one.build.name} over {one.front_door}" for one in result.builds)
    repeated = (
        "times are single measurements"
        if result.repetitions == 1
        else "times are medians of repetitions, with range"
    )
    return [
        f"profile {result.profile}, seed {result.seed}, {plural(result.repetitions, 'repetition')}: {repeated}",
        f"{doors}; each cycle in a process of DIRAC's own agent, as the host, on the data set as loaded",
    ]
