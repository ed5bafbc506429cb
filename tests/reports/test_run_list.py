"""The list of runs: aligned for a terminal, a table for a pull request."""

from __future__ import annotations

import re
from typing import Any

from harness.index.listing import ListedBuild, ListedRun
from reports.run_list import run_list
from reports.units import MISSING

RELEASE = ListedBuild("measured", "9.1.22", "9.1.22", "newest", None)


def listed(**changes: Any) -> ListedRun:
    values: dict[str, Any] = {
        "run_id": "r1",
        "kind": "run",
        "started_at": "2026-11-24T08:00:59+00:00",
        "duration_s": 61.0,
        "status": "passed",
        "verdict": None,
        "builds": (RELEASE,),
        "profile": "M",
        "seed": 1,
        "measured_on": "bench",
        "directory": "/results/r1",
        "files_gone": False,
    }
    return ListedRun(**values | changes)


COMPARISON = listed(
    run_id="c1",
    kind="comparison",
    status="incomplete",
    verdict="inconclusive",
    builds=(RELEASE, ListedBuild("contender", "/src/a|b", "9.2.0", "of 2025-01-01", "dips")),
    files_gone=True,
)
COMPARED = "9.1.22 (newest) -> /src/a|b (of 2025-01-01, dips)"
UNDECIDED = "inconclusive (incomplete)"
KILLED = listed(run_id="r0", status="incomplete", builds=(), profile=None, seed=None)


def test_text_is_aligned() -> None:
    shown = run_list([COMPARISON, KILLED], markdown=False).splitlines()
    assert [re.split(" {2,}", line) for line in shown] == [
        ["started (UTC)", "run", "kind", "result", "builds", "data", "host", "files"],
        [
            "2026-11-24 08:00",
            "c1",
            "comparison",
            "inconclusive (incomplete)",
            COMPARED,
            "M, seed 1",
            "bench",
            "gone",
        ],
        ["2026-11-24 08:00", "r0", "run", "incomplete", MISSING, MISSING, "bench", "/results/r1"],
    ]
    assert len({line.index(place) for line, place in zip(shown, ("files", "gone", "/results"), strict=True)}) == 1


def test_markdown() -> None:
    compared = COMPARED.replace("|", "\\|")
    assert run_list([listed(), COMPARISON], markdown=True).splitlines() == [
        "| started (UTC) | run | kind | result | builds | data | host | files |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| 2026-11-24 08:00 | r1 | run | passed | 9.1.22 (newest) | M, seed 1 | bench | /results/r1 |",
        f"| 2026-11-24 08:00 | c1 | comparison | {UNDECIDED} | {compared} | M, seed 1 | bench | gone |",
    ]


def test_nothing() -> None:
    assert run_list([], markdown=False) == run_list([], markdown=True) == "no run is indexed"
