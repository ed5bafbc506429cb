"""What evaluations cost, as text, Markdown and JSON."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from harness.compare.exact_lane import compare_exact
from harness.comparison import AbsentOperation
from harness.policy_costs import CpuChange, PoliciesResult, PolicyChange
from harness.store import POLICIES
from reports.measurements import measurement_text
from tests.reports.synthetic_policies import costs, evaluation, policies

ONE = policies()


def shown(result: PoliciesResult, form: str = "text") -> str:
    return measurement_text(POLICIES, result, form)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_every_table_of_a_build_is_there_with_its_figures(form: str) -> None:
    text = shown(ONE, form)
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
    text = shown(policies(costs(evaluation("Active", updates=4))))
    assert "ResourceManagement.select, ResourceStatus.addOrModify 4 times" in text


def test_an_evaluation_that_failed_or_varied_says_so_below_its_table() -> None:
    failed = shown(policies(costs(evaluation("Active", problem="KeyError: 0"))))
    assert "StorageElement, all failed: KeyError: 0" in failed
    one = evaluation("Active")
    varied = replace(one, counted=replace(one.counted, varying=("statements",)))
    assert "not the same each time: StorageElement, all: statements" in shown(policies(costs(varied)))


def test_markdown_is_not_broken_by_what_dirac_says() -> None:
    (line,) = (line for line in shown(ONE, "markdown").splitlines() if "ConnectionError" in line)
    assert r"ConnectionError: \|" in line
    assert line.replace(r"\|", "").count("|") == 8


def test_json_holds_all_that_was_measured() -> None:
    stored = json.loads(shown(ONE, "json"))
    assert stored["builds"][0]["evaluations"][0]["counted"]["statements"][0]["text"].startswith("SELECT")
    assert stored["builds"][0]["mail"][0]["rows_lost"] == 1


def test_two_builds_show_what_changed_before_what_each_costs() -> None:
    baseline, contender = evaluation("Active"), evaluation("Error", updates=2)
    change = PolicyChange(
        exact=compare_exact([baseline.counted], [contender.counted]),
        absent=(AbsentOperation("ComputingElement, all", "8.0.86", "KeyError: 0"),),
        cpu=(
            CpuChange("Site", "agent", 8, 1.1, (1.05, 1.15)),
            CpuChange("Site", "service", 3, 0.9, None),
        ),
    )
    result = policies(costs(baseline, "8.0.86"), costs(contender), change=change)
    text = shown(result)
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
    assert "### 8.0.86 -" in shown(result, "markdown")


def test_what_was_not_measured_has_no_table() -> None:
    (one,) = ONE.builds
    interrupted = replace(
        ONE, builds=(replace(one, evaluations=(), mail=()),), status="incomplete", problems=("why",)
    )
    text = shown(interrupted)
    assert text.startswith("INCOMPLETE: why\n")
    assert "CPU and time of one evaluation" in text
    assert "EmailAgent" not in text
