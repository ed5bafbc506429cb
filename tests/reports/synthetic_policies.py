"""Made-up evaluations, of known numbers."""

from __future__ import annotations

from typing import Any

from harness.counted import ExactOperation, ReadAnswer, Statement
from harness.model import DataSet, Interval
from harness.policy_costs import (
    CountedEvaluation,
    EvaluationCost,
    InspectorRate,
    MailRound,
    PoliciesResult,
    PolicyCosts,
    WebhookCase,
)
from harness.store import POLICIES
from tests.reports.synthetic_measurement import beginning, identity


def evaluation(status: str, *, updates: int = 1, problem: str | None = None) -> CountedEvaluation:
    texts = [
        "SELECT `DowntimeCache`.`Name` FROM `DowntimeCache`",
        *["UPDATE `ResourceStatus` SET `Status` = ?"] * updates,
    ]
    return CountedEvaluation(
        element_type="StorageElement",
        actions="all",
        counted=ExactOperation(
            operation="StorageElement, all",
            statements=tuple(Statement(text, 1, 0, 1) for text in texts),
            rows_examined=1234,
            commits=updates,
            connections=0,
            request_bytes=0,
            response_bytes=0,
            problem=problem,
            nested_calls=("ResourceManagement.select", *["ResourceStatus.addOrModify"] * updates),
            answer=ReadAnswer(status, None, status),
        ),
        status=None if problem else status,
        rows_written={"ResourceStatus": updates},
        posts=1,
    )


def costs(one: CountedEvaluation, build: str = "9.1.22") -> PolicyCosts:
    return PolicyCosts(
        build=identity(build),
        front_door="https",
        data_set=DataSet("M", 1, {}, 1.0),
        evaluations=(one,),
        costs=(
            EvaluationCost("StorageElement", "Active", 8, 0.21, 0.1, 0.009, 0.5, Interval(0.02, -0.01, 0.04)),
            EvaluationCost("StorageElement", "none", 2, 0.07, 0.02, 0.002, 0.2, 0.015),
        ),
        rates=(InspectorRate("ElementInspectorAgent", 15, 12, 16, 1, "KeyError: 0", 4.0, 4.0, 2.0, 1.0, 0.1, 17),),
        webhooks=(WebhookCase("Slack", "hanging", "slack-first", 1, 2.5, None, "ConnectionError: |", {}),),
        mail=(MailRound("answers", 3, 2, 1, 0, 1, 0.2),),
    )


def policies(*builds: PolicyCosts, **changes: Any) -> PoliciesResult:
    """Of one build, unless told otherwise."""
    own: dict[str, Any] = {"profile": "M", "seed": 1, "rounds": 8, "change": None}
    return PoliciesResult(
        **beginning(POLICIES), **own | {"builds": builds or (costs(evaluation("Active")),)} | changes
    )
