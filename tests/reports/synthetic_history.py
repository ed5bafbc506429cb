"""A made-up history of five builds, two of them measured less than fully."""

from __future__ import annotations

import math
from typing import Any

from msgspec.structs import replace

from harness.comparison import AbsentOperation, Judgement
from harness.counted import ExactOperation
from harness.history import HISTORY_PARTS, HISTORY_SCHEMA_VERSION, HistoryBuild, HistoryResult, HistorySettings
from harness.measure.history_record import judged
from harness.model import DataSet
from harness.policy_costs import CountedEvaluation
from tests.compare.counts import counts
from tests.reports.synthetic_comparison import build, judgement
from tests.reports.synthetic_run import run_result

READ, WRITE = "ResourceStatus.select by name", "ResourceStatus.insert log"
METRICS = ("service_cpu", "database_cpu", "service_time")
KEYS = (40, 4000)


def timed(ratio: float, operation: str | None, metric: str = "service_cpu", **changes: Any) -> Judgement:
    """A ratio over the reference, known to 1 %."""
    values = {
        "effect_ratio": ratio,
        "interval_ratio": (ratio * math.exp(-0.01), ratio * math.exp(0.01)),
        "pairs": 30,
        "baseline_value": 0.004,
        "contender_value": 0.004 * ratio,
    }
    return judgement(operation, metric, **values | changes)


def look_up(ratio: float, keys: int | None) -> Judgement:
    """It grows with the keys."""
    name = None if keys is None else f"bench_cache.py::bench_hit[{keys}]"
    cpu_s = 2e-6 * (keys or 400)
    return timed(ratio, name, "benchmark_cpu", lane="micro", baseline_value=cpu_s, contender_value=cpu_s * ratio)


def evaluation(actions: str, rows_written: dict[str, int], **changes: Any) -> CountedEvaluation:
    name = f"StorageElement, {actions}"
    counted = counts("COMMIT", operation=name, request_bytes=0, response_bytes=0, **changes)
    return CountedEvaluation("StorageElement", actions, counted, "Active", rows_written, 0)


def history_build(name: str, together: float = 1.0, read: float = 1.0, **changes: Any) -> HistoryBuild:
    """``together`` and ``read``: service CPU over that of the reference."""
    judgements = [timed(together, None), timed(read, READ), timed(1.0, WRITE)]
    judgements += [timed(1.0, one, metric) for metric in METRICS[1:] for one in (None, READ, WRITE)]
    values: dict[str, Any] = {
        "identity": replace(build(name), packages_digest="d1"),
        "finished": True,
        "judgements": tuple(judgements),
        "counted": (counted(READ), counted(WRITE)),
        "evaluations": (evaluation("all", {"ResourceStatus": 1, "ResourceLog": 1}),),
        "look_ups": tuple(look_up(1.0, keys) for keys in (None, *KEYS)),
        "parts": (f"look-ups/001-{name}", f"comparisons/001-{name}"),
    }
    return HistoryBuild(name, **values | changes)


def counted(operation: str, *texts: str, **changes: Any) -> ExactOperation:
    return counts(*(texts or ("SELECT `Name` FROM `ResourceStatus`", "COMMIT")), operation=operation, **changes)


def reference_build(name: str = "9.1.22", **changes: Any) -> HistoryBuild:
    return history_build(name, **{"judgements": (), "look_ups": (), "parts": ()} | changes)


def history(*builds: HistoryBuild, **changes: Any) -> HistoryResult:
    """The last build is the reference."""
    reference = builds[-1].name
    result = HistoryResult(
        schema_version=HISTORY_SCHEMA_VERSION,
        run_id="2026-11-25_19-00-00.000000",
        status="complete",
        verdict="same",
        problems=(),
        started_at="2026-11-25T19:00:00+00:00",
        duration_s=1_130.0,
        command="rssbench history 7.2.52 7.3.38 8.0.86 9.0.28 9.1.22",
        environment=run_result().environment,
        data_set=DataSet("M", 1, {"ResourceStatus": 262}, 0.8),
        settings=HistorySettings(reference, HISTORY_PARTS, (READ, WRITE), (READ, WRITE), "M", 1, 1_200.0, "dips"),
        family_error_ratio=0.01,
        builds=builds,
    )
    return replace(result, **judged(builds, reference) | changes)


def five_builds() -> HistoryResult:
    """From 7.3 on a storage element's evaluation writes four times as much; 8.0 reads slower and recovers in 9.0;
    9.0 has other packages; 9.1 opens a connection and has one statement more; 7.2 answers one write wrongly."""
    four = (evaluation("all", {"ResourceStatus": 4, "ResourceLog": 4}),)
    connected = (evaluation("all", {"ResourceStatus": 4, "ResourceLog": 4}, connections=1),)
    newer = replace(build("9.0.28", SQLAlchemy="2.0.44", newlib="1.0"), packages_digest="d2")
    more = counted(READ, "SELECT `Name` FROM `ResourceStatus`", "SELECT `ID` FROM `ResourceLog`", "COMMIT")
    return history(
        history_build(
            "7.2.52",
            counted=(counted(READ),),
            absent=(AbsentOperation(WRITE, "7.2.52", "answers wrongly: <b>nothing</b>"),),
        ),
        HistoryBuild("7.3.38", problems=("does not install: build 7.3.38: step 'packages' failed",)),
        history_build("8.0.86", together=1.03, read=1.2, evaluations=four),
        history_build("9.0.28", evaluations=four, identity=newer, problems=("killed by SIGKILL",)),
        reference_build(
            identity=replace(build("9.1.22", SQLAlchemy="2.0.44", newlib="1.0"), packages_digest="d2"),
            evaluations=connected,
            counted=(more, counted(WRITE)),
        ),
    )
