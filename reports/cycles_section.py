"""Cycles of agents on a page: a line per cycle and build, and the statements of each."""

from __future__ import annotations

from harness.cycles import BuildCycles, CycleResult, CyclesResult
from harness.store import CYCLES
from reports.cycles_text import CYCLE_HEADINGS, calls, circumstances, cycle_rows, problems
from reports.plain_tables import Table
from reports.section import Section, shown_statements
from reports.units import count, plural

GLOSSARY = {
    "cycle": "one round of one of DIRAC's agents, of its synchronizer or of a client's cache, from a known state",
}

_STATEMENTS = ("times", "statement", "rows examined", "rows sent", "rows affected", "database")


def cycles_section(result: CyclesResult) -> Section:
    found = problems(result.builds)
    return Section(
        anchor="cycles",
        title="Cycles of the agents",
        line=cycles_line(result),
        acts=bool(found),
        file=CYCLES.file,
        result=result,
        builds=[one.build for one in result.builds],
        tables=[Table("Each cycle", CYCLE_HEADINGS, cycle_rows(result), [*found, *circumstances(result)])],
        folded=[Table("Calls of each cycle", ("calls",), [(text,) for text in calls(result.builds)])],
        statements=[
            _statements(build, one) for build in result.builds for one in build.cycles if one.measurements
        ],
        glossary=GLOSSARY,
    )


def cycles_line(result: CyclesResult) -> str:
    """What was measured, in one line."""
    cycles = [cycle for build in result.builds for cycle in build.cycles]
    failed = sum(cycle.problem is not None for cycle in cycles)
    builds = ", ".join(build.build.name for build in result.builds) or "no build"
    line = f"DIRAC {builds}: {plural(len(cycles), 'cycle')} on profile {result.profile}"
    return f"{line}; {count(failed)} came to no end" if failed else line


def _statements(build: BuildCycles, cycle: CycleResult) -> Table:
    """Of the last repetition, in the order in which they were first seen."""
    statements = cycle.measurements[-1].statements
    lines = [
        (
            count(one.executions),
            one.text,
            count(one.rows_examined),
            count(one.rows_sent),
            count(one.rows_affected),
            one.database,
        )
        for one in statements
    ]
    title = f"{build.build.name}, {cycle.cycle}: {plural(len(statements), 'statement')}"
    return shown_statements(title, _STATEMENTS, lines, CYCLES.file)
