"""Nights made up for tests of what shows and keeps them."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.night import Night, NightBuild, NightComparison

RELEASE = NightBuild("9.1.22", "9.1.22", None)
LAST = NightBuild("/src/DIRAC@5d1e", "9.1.22+3.g5d1e", "5d1e" + "0" * 36)
TONIGHT = NightBuild("/src/DIRAC@77aa", "9.1.22+5.g77aa", "77aa" + "1" * 36)


def compared(against: str = "reference", verdict: str = "same", **changes: Any) -> NightComparison:
    base = NightComparison(
        against=against,
        baseline=RELEASE if against == "reference" else LAST,
        run_id=f"2026-11-25_02-17-09.000000-{against}",
        status="complete",
        verdict=verdict,
        line=f"{verdict.upper()}: 26 operations within the margins",
    )
    return msgspec.structs.replace(base, **changes)


def night(day: int = 25, verdict: str = "same", **changes: Any) -> Night:
    base = Night(
        night_id=f"2026-11-{day:02}_02-17-09.000000",
        started_at=f"2026-11-{day:02}T02:17:09+01:00",
        duration_s=1_630.0,
        verdict=verdict,
        build=TONIGHT,
        comparisons=(compared(verdict=verdict), compared("last night")),
    )
    return msgspec.structs.replace(base, **changes)
