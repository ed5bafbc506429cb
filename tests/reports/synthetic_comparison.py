"""Comparisons made up for tests of what shows them: one of each kind."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pandas as pd

from harness.compare.exact_lane import compare_exact
from harness.comparison import (
    COMPARISON_SCHEMA_VERSION,
    AbsentOperation,
    ComparisonResult,
    ComparisonSettings,
    CounterChange,
    ExactComparison,
    Judgement,
    StatementChange,
)
from harness.counted import Statement
from harness.model import BuildIdentity, DataSet
from scenarios.operations import STANDARD
from tests.reports.synthetic_run import exact_operation, run_result

NAMES = tuple(operation.name for operation in STANDARD)
LOAD_METRICS = ("latency_p50", "latency_p99", "reached_rate")
METRICS = ("service_cpu", "database_cpu", "service_time")

SELECT = "SELECT `Name` , `Status` FROM `ResourceStatus` WHERE `Name` = ?"
HISTORY = "SELECT `ID` , `Name` , `Status` FROM `ResourceHistory` WHERE `Name` = ? ORDER BY `DateEffective`"
OLD_HISTORY = "SELECT * FROM `ResourceHistory` WHERE `Name` = ?"


def judgement(
    operation: str | None, metric: str = "service_cpu", verdict: str = "same", **changes: Any
) -> Judgement:
    """No effect, measured with 40 pairs."""
    base = Judgement(
        lane="paired",
        metric=metric,
        operation=operation,
        verdict=verdict,
        effect_ratio=1.0012,
        interval_ratio=(0.9965, 1.0059),
        anytime_interval_ratio=(0.9932, 1.0093),
        smallest_detectable_ratio=1.012,
        adjusted_p=1.0,
        pairs=40,
        baseline_value=0.00471,
        contender_value=0.004716,
        margin_ratio=1.01,
    )
    return msgspec.structs.replace(base, **changes)


def slower(operation: str, metric: str = "service_cpu", **changes: Any) -> Judgement:
    figures: dict[str, Any] = {
        "effect_ratio": 1.023,
        "interval_ratio": (1.016, 1.030),
        "anytime_interval_ratio": (1.011, 1.035),
        "adjusted_p": 0.00041,
        "pairs": 18,
        "contender_value": 0.004818,
    }
    return judgement(operation, metric, "regression", **(figures | changes))


def counted(operation: str, **changes: Any) -> ExactComparison:
    """Both sides alike."""
    side = msgspec.structs.replace(exact_operation(operation), nested_calls=())
    return msgspec.structs.replace(
        ExactComparison(operation, "same", (), (), (), baseline=side, contender=side), **changes
    )


def more_sql(operation: str, **changes: Any) -> ExactComparison:
    """The history is asked for twice, another statement reads more rows, and one service asks another."""
    insert = Statement("INSERT INTO `ResourceLog` ( ... ) VALUES (...)", 0, 0, 1)
    before = (Statement(SELECT, 1, 1, 0), Statement(SELECT, 1, 1, 0), Statement(OLD_HISTORY, 40, 40, 0), insert)
    history = Statement(HISTORY, 40, 40, 0)
    after = (Statement(SELECT, 1, 1, 0), Statement(SELECT, 1_200, 1, 0), history, history, insert)
    sides = [
        msgspec.structs.replace(
            exact_operation(operation),
            statements=statements,
            rows_examined=sum(statement.rows_examined for statement in statements),
            nested_calls=nested,
        )
        for statements, nested in ((before, ()), (after, ("Configuration/Server.getCompressedData",)))
    ]
    (compared,) = compare_exact(sides[:1], sides[1:])
    return msgspec.structs.replace(compared, **changes)


def build(name: str, **packages: str) -> BuildIdentity:
    return BuildIdentity(
        name=name,
        dirac_version=name,
        dependency_set="newest on 2026-11-23",
        python_version="3.11.7",
        environment_key=f"key-{name}",
        packages={f"package-{place}": "1.2.3" for place in range(150)} | packages,
    )


def comparison(verdict: str = "same", **changes: Any) -> ComparisonResult:
    """26 operations less the given ones, all the same in three metrics of the paired lane."""
    run = run_result()
    result = ComparisonResult(
        schema_version=COMPARISON_SCHEMA_VERSION,
        run_id="2026-11-25_08-10-00.000000",
        status="complete",
        verdict=verdict,
        problems=(),
        started_at="2026-11-25T08:10:00+01:00",
        duration_s=412.5,
        command="rssbench compare 9.1.21 9.1.22",
        runtime="processes",
        baseline=build("9.1.21", SQLAlchemy="2.0.36", oldlib="0.9"),
        contender=build("9.1.22", SQLAlchemy="2.0.44", newlib="1.0"),
        data_set=DataSet(profile="S", seed=1, rows={"ResourceStatus": 1_200, "SiteStatus": 40}, load_s=0.8),
        environment=run.environment,
        settings=ComparisonSettings(("exact", "paired", "load"), NAMES, "S", 1, 600.0),
        family_error_ratio=0.01,
        judgements=(),
        control=tuple(judgement(NAMES[0], metric, pairs=12) for metric in METRICS),
        exact=(),
        absent=(),
    )
    return msgspec.structs.replace(result, **changes)


def calm(*except_for: str) -> tuple[Judgement, ...]:
    """All operations but those are the same in the paired lane; each would have caught less than the last one."""
    return tuple(
        judgement(name, metric, smallest_detectable_ratio=1.008 + 0.0005 * place)
        for place, name in enumerate(NAMES)
        if name not in except_for
        for metric in METRICS
    )


def same() -> ComparisonResult:
    return comparison("same", judgements=calm(), exact=tuple(map(counted, NAMES)))


def regression() -> ComparisonResult:
    """One operation slower for its SQL, one slower with the same SQL, one with more SQL and no slower."""
    by_sql, by_code, hidden = NAMES[0], NAMES[5], NAMES[7]
    undecided = {"effect_ratio": 1.011, "interval_ratio": (0.994, 1.028), "smallest_detectable_ratio": 1.042}
    return comparison(
        "regression",
        judgements=(
            slower(by_sql),
            slower(
                by_sql,
                "database_cpu",
                effect_ratio=1.31,
                interval_ratio=(1.28, 1.34),
                anytime_interval_ratio=(1.25, 1.37),
                adjusted_p=0.0,
            ),
            judgement(by_sql, "service_time", "inconclusive", **undecided),
            slower(by_code),
            *(judgement(by_code, metric) for metric in METRICS[1:]),
            *calm(by_sql, by_code),
        ),
        exact=(
            more_sql(by_sql, excluded=("response_bytes",)),
            counted(hidden, verdict="regression", counters=(CounterChange("commits", 1, 2),)),
            counted(
                NAMES[3],
                statements=(
                    StatementChange("removed", 1, SELECT),
                    StatementChange("added", 1, SELECT + " LIMIT ?"),
                ),
            ),
            *(counted(name) for name in NAMES if name not in {by_sql, hidden, NAMES[3]}),
        ),
    )


def improvement() -> ComparisonResult:
    name = NAMES[2]
    faster = {
        "effect_ratio": 0.81,
        "interval_ratio": (0.79, 0.83),
        "adjusted_p": 0.00002,
        "contender_value": 0.0038,
    }
    less = {
        "counters": (CounterChange("statements", 400, 1),),
        "statements": (StatementChange("removed", 399, SELECT),),
    }
    return comparison(
        "improvement",
        judgements=(judgement(name, "service_cpu", "improvement", **faster), *calm(name)),
        exact=(counted(name, verdict="improvement", **less), *(counted(one) for one in NAMES if one != name)),
    )


def inconclusive() -> ComparisonResult:
    """A noisy machine, and a load lane whose generator was the bottleneck."""
    noisy = {
        "effect_ratio": 1.011,
        "interval_ratio": (0.958, 1.067),
        "anytime_interval_ratio": (0.93, 1.1),
        "smallest_detectable_ratio": 1.12,
    }
    invalid = {
        "lane": "load",
        "verdict": "inconclusive",
        "pairs": 0,
        **dict.fromkeys(
            (
                "effect_ratio",
                "interval_ratio",
                "anytime_interval_ratio",
                "smallest_detectable_ratio",
                "adjusted_p",
                "baseline_value",
                "contender_value",
            )
        ),
        "reason": "the generator was the bottleneck: its busiest worker used 97 % of a core",
    }
    names = NAMES[:2]
    return comparison(
        "inconclusive",
        judgements=(
            *(
                judgement(name, "service_time", "inconclusive", **noisy, reason="the budget was used up")
                for name in names
            ),
            *(judgement(name, metric) for name in names for metric in METRICS[:2]),
            *(judgement("production_mix", metric, **invalid) for metric in LOAD_METRICS),
        ),
        exact=(counted(names[0]), counted(names[1], verdict="inconclusive", problem="no answer within 30 s")),
    )


def wrong() -> ComparisonResult:
    problem = "the contender answers wrongly: 3 rows where 4 are right"
    name = NAMES[4]
    return comparison(
        "wrong",
        judgements=(
            judgement(
                name,
                verdict="wrong",
                effect_ratio=None,
                interval_ratio=None,
                anytime_interval_ratio=None,
                adjusted_p=None,
                pairs=3,
                reason=problem,
            ),
            *calm(name),
        ),
        exact=(
            counted(name, verdict="wrong", problem=problem, contender=None),
            *(counted(one) for one in NAMES if one != name),
        ),
    )


def interrupted() -> ComparisonResult:
    """Ctrl-C before anything could be decided."""
    early = {
        "interval_ratio": None,
        "anytime_interval_ratio": None,
        "smallest_detectable_ratio": None,
        "adjusted_p": None,
        "pairs": 2,
    }
    return comparison(
        "inconclusive",
        status="incomplete",
        problems=("interrupted (Ctrl-C); what was measured is kept\nlast lines\nof a log",),
        judgements=(judgement(NAMES[0], verdict="inconclusive", **early, reason="too few pairs for an interval"),),
        control=(),
    )


def absent() -> ComparisonResult:
    """An old release: operations that it does not have, counters that vary, and a build that is not a release."""
    return comparison(
        "same",
        baseline=build("7.3.42"),
        judgements=calm(*NAMES[:2]),
        exact=tuple(counted(name, excluded=("rows_examined", "connections")) for name in NAMES[2:4]),
        absent=(
            AbsentOperation(NAMES[0], "7.3.42", "7.3 has no such method"),
            AbsentOperation(NAMES[1], "7.3.42", "answers wrongly itself: 0 rows where 40 are right"),
        ),
    )


#: File name of the golden outputs to the comparison.
KINDS = {
    "regression": regression,
    "improvement": improvement,
    "same": same,
    "inconclusive": inconclusive,
    "wrong": wrong,
    "interrupted": interrupted,
    "absent": absent,
}


def pair_frame(result: ComparisonResult, pairs: int = 40, seed: int = 1) -> pd.DataFrame:
    """Log-ratios of every paired question around its effect, and of the control around nothing."""
    random = np.random.default_rng(seed)
    frames = []
    for side, judgements in (("compared", result.judgements), ("control", result.control)):
        for one in judgements:
            if one.lane == "paired" and one.effect_ratio is not None:
                effect = np.log(one.effect_ratio) if side == "compared" else 0.0
                frames.append(
                    pd.DataFrame(
                        {
                            "pair": np.arange(1, pairs + 1),
                            "side": side,
                            "operation": one.operation,
                            "metric": one.metric,
                            "log_ratio": random.normal(effect, 0.011, pairs),
                        }
                    )
                )
    columns = ["pair", "side", "operation", "metric", "log_ratio"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
