"""What evaluations cost, as text, Markdown and JSON."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from harness.compare.exact_lane import compare_exact
from harness.comparison import AbsentOperation
from harness.model import BuildIdentity, DataSet, ExactOperation, Interval, ReadAnswer, Statement
from harness.policy_costs import (
    CountedEvaluation,
    CpuChange,
    EvaluationCost,
    InspectorRate,
    MailRound,
    PolicyComparison,
    PolicyCosts,
    WebhookCase,
)
from reports.policy_tables import POLICY_FORMATS


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
        build=BuildIdentity(build, build, "today", "3.11", "key", {}),
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


ONE = costs(evaluation("Active"))


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_every_table_of_a_build_is_there_with_its_figures(form: str) -> None:
    text = POLICY_FORMATS[form](ONE)
    for expected in (
        "9.1.22 over https, data set M: one evaluation",
        "1,234",
        "ResourceStatus 1",
        "210 ms",
        "+2.0% (-1.0% to +4.0%)",
        "+1.5%",
        "ElementInspectorAgent, 15 threads: KeyError: 0",
        "50%",
        "hanging",
        "2.50 s",
        "answers",
    ):
        assert expected in text


def test_calls_that_follow_one_another_are_counted() -> None:
    text = POLICY_FORMATS["text"](costs(evaluation("Active", updates=4)))
    assert "ResourceManagement.select, ResourceStatus.addOrModify 4 times" in text


def test_an_evaluation_that_failed_or_varied_says_so_below_its_table() -> None:
    failed = POLICY_FORMATS["text"](costs(evaluation("Active", problem="KeyError: 0")))
    assert "StorageElement, all failed: KeyError: 0" in failed
    one = evaluation("Active")
    varied = replace(one, counted=replace(one.counted, varying=("statements",)))
    assert "not the same each time: StorageElement, all: statements" in POLICY_FORMATS["text"](costs(varied))


def test_markdown_is_not_broken_by_what_dirac_says() -> None:
    (line,) = (line for line in POLICY_FORMATS["markdown"](ONE).splitlines() if "ConnectionError" in line)
    assert r"ConnectionError: \|" in line
    assert line.replace(r"\|", "").count("|") == 8


def test_json_holds_all_that_was_measured() -> None:
    stored = json.loads(POLICY_FORMATS["json"](ONE))
    assert stored["evaluations"][0]["counted"]["statements"][0]["text"].startswith("SELECT")
    assert stored["mail"][0]["rows_lost"] == 1


def test_two_builds_show_what_changed_before_what_each_costs() -> None:
    baseline, contender = evaluation("Active"), evaluation("Error", updates=2)
    result = PolicyComparison(
        baseline=costs(baseline, "8.0.86"),
        contender=costs(contender),
        exact=compare_exact([baseline.counted], [contender.counted]),
        absent=(AbsentOperation("ComputingElement, all", "8.0.86", "KeyError: 0"),),
        cpu=(
            CpuChange("Site", "agent", 8, 1.1, (1.05, 1.15)),
            CpuChange("Site", "service", 3, 0.9, None),
        ),
    )
    text = POLICY_FORMATS["text"](result)
    changes, _, rest = text.partition("8.0.86 over https")
    assert "8.0.86 -> 9.1.22: what one evaluation does" in changes
    assert "wrong" in changes
    assert "Active became Error" in changes
    assert "+1 UPDATE ResourceStatus SET Status = ?" in changes
    assert "+1 call ResourceStatus.addOrModify" in changes
    assert "not compared  8.0.86: KeyError: 0" in changes
    assert "+10.0%  +5.0% to +15.0%" in changes
    assert "-10.0%  –" in changes  # noqa: RUF001
    assert "9.1.22 over https" in rest
    assert "### 8.0.86 -" in POLICY_FORMATS["markdown"](result)
