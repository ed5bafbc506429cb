"""Made-up ranges of builds, and a bisection of them."""

from __future__ import annotations

from typing import Any

from harness.bisection import (
    BISECTION_SCHEMA_VERSION,
    BisectResult,
    BisectSettings,
    RangeBuild,
    Symptom,
    TriedBuild,
)
from tests.reports.synthetic_comparison import NAMES
from tests.reports.synthetic_run import run_result


def commits(number: int) -> tuple[RangeBuild, ...]:
    """The good end and ``number`` commits after it."""
    return tuple(
        RangeBuild(
            name=f"/home/me/DIRAC@{0xABC000 + place:x}000000",
            commit=f"{0xABC000 + place:x}{0:034x}",
            author_date=f"2026-10-{1 + place % 28:02d}T12:00:00+02:00",
            subject=f"[ResourceStatus] change {place}",
        )
        for place in range(number + 1)
    )


def bisect_settings(**changes: Any) -> BisectSettings:
    values: dict[str, Any] = {
        "lanes": ("exact", "paired"),
        "operation": None,
        "metric": None,
        "profile": "M",
        "seed": 1,
        "budget_s": 1_800.0,
        "confidence_ratio": 0.95,
        "front_door": None,
    }
    return BisectSettings(**values | changes)


COUNTED = Symptom("exact", "statements", NAMES[0], 4.0, 5.0)
MEASURED = Symptom("paired", "service_cpu", NAMES[0], 0.0047, 0.00494, 1.051, (1.044, 1.058))


def bisection(**changes: Any) -> BisectResult:
    """A counter that rose with the third of four commits, of which all were tried that had to be."""
    values: dict[str, Any] = {
        "schema_version": BISECTION_SCHEMA_VERSION,
        "run_id": "2026-11-25_08-10-00.000000",
        "status": "complete",
        "outcome": "found",
        "problems": (),
        "started_at": "2026-11-25T08:10:00+00:00",
        "duration_s": 96.0,
        "command": "rssbench bisect /home/me/DIRAC@v9.1.21 /home/me/DIRAC@main",
        "environment": run_result().environment,
        "settings": bisect_settings(),
        "builds": commits(4),
        "comparison_folder": "good-bad",
        "verdict": "regression",
        "symptom": COUNTED,
        "tried": (
            TriedBuild(2, "builds/0002-000000abc002", 0.0, value=4),
            TriedBuild(3, "builds/0003-000000abc003", 1.0, value=5),
            TriedBuild(4, "good-bad", 1.0, value=5),
        ),
        "suspects": (3,),
        "probability": 1.0,
    }
    return BisectResult(**values | changes)
