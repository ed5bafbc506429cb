"""A self-test that nobody made, with something in every part."""

from __future__ import annotations

from typing import Any

from harness.selftest_result import (
    SELFTEST_SCHEMA_VERSION,
    Effort,
    Figure,
    PeerScore,
    PoolArm,
    Rate,
    SelftestResult,
    SelftestSettings,
    StallRun,
)
from tests.reports.synthetic_comparison import comparison

SHARES = (0.01, 0.02, 0.05, 0.10)


def rate(found: int, trials: int) -> Rate:
    return Rate(found, trials, max(0.0, found / trials - 0.02), min(1.0, found / trials + 0.02))


def figure(**changes: Any) -> Figure:
    values: dict[str, Any] = {
        "part": "false-alarms",
        "source": "pool",
        "what": "a comparison of two equal builds found a change",
        "rate": rate(2, 1_000),
        "aim": "at most 1 %",
        "standing": "reached",
        "share": 0.0,
        "pairs": (20.0, 31.0),
        "minutes": 1.8,
    }
    return Figure(**values | changes)


def peer(name: str, **changes: Any) -> PeerScore:
    values: dict[str, Any] = {
        "order": "sequential",
        "metric": "service_time",
        "runs": 10,
        "is_tuned": True,
        "threshold": "factor 1.062",
        "false_alarms": rate(9, 200),
        "detections": tuple((share, rate(round(1_000 * share), 200)) for share in SHARES),
    }
    return PeerScore(name, **values | changes)


def selftest(**changes: Any) -> SelftestResult:
    values: dict[str, Any] = {
        "schema_version": SELFTEST_SCHEMA_VERSION,
        "run_id": "2026-11-25_19-00-00.000000-selftest",
        "started_at": "2026-11-25T19:00:00+00:00",
        "commands": ("rssbench selftest",),
        "environment": comparison().environment,
        "settings": SelftestSettings("9.1.22", "M", 1, ("a", "b"), ("exact", "paired"), 600.0),
        "efforts": (
            Effort("pairs recorded for the pool", "2026-11-25T19:00:00+00:00", 31.5, 340, (0.4, 1.2, 2.0)),
        ),
        "pool": (
            PoolArm("equal", 0.0, 100, 5.4, {"service_cpu": (1.0003, 0.999, 1.001)}, {"service_cpu": 0.0071}),
            PoolArm("slower-2", 0.02, 60, 5.5, {"service_cpu": (1.019, 1.017, 1.021)}, {"service_cpu": 0.0073}),
        ),
        "figures": (
            figure(),
            figure(source="end to end", rate=rate(0, 12), aim="0 in 60", standing="open"),
            *(
                figure(
                    part="power",
                    what=f"+{share:.0%} CPU was found",
                    share=share,
                    rate=rate(round(200 * min(1.0, 30 * share)), 200),
                    standing="missed" if share == 0.02 else "reached",
                )
                for share in SHARES
            ),
            figure(
                part="coverage",
                what="every question, 12 pairs",
                share=None,
                pairs=None,
                minutes=None,
                note="blocks",
            ),
        ),
        "stalls": (StallRun("this suite", 1.0, 10.0, 100.0, 3_000, 0.002, 0.5, 0.9128, 0.9),),
        "peers": (
            peer("Mann-Whitney on all requests"),
            peer("Mann-Whitney on all requests", is_tuned=False, threshold="z 1.96", false_alarms=rate(90, 200)),
            peer("a fixed factor of medians", metric="service_cpu", order="interleaved"),
        ),
        "left_out": ("Apache Otava among the peers: no index",),
    }
    return SelftestResult(**values | changes)
