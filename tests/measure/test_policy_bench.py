"""Evaluations by DIRAC's own classes against a real stack: what they do, and what disturbs them."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.measure.agent_cycles import inspector_rates, mail_rounds
from harness.measure.call_log import CallLog
from harness.measure.evaluated_elements import EvaluatedElement
from harness.measure.evaluation_costs import evaluation_costs, time_evaluations
from harness.measure.evaluations import count_evaluations
from harness.measure.policy_bench import PolicyBench, bench_on, policy_bench
from harness.measure.webhook_cases import webhook_cases
from harness.policy_costs import CountedEvaluation
from harness.stack.cpu_meter import cpu_ns
from harness.stack.lifecycle import Stack

pytestmark = pytest.mark.stack

Counted = dict[tuple[str, str], CountedEvaluation]


@pytest.fixture(scope="module")
def bench(build: BuildEnvironment, loaded_stack: Callable[[str], Stack]) -> Iterator[PolicyBench]:
    with bench_on(build, loaded_stack("M"), hang_s=0.5) as bench:
        yield bench


@pytest.fixture(scope="module")
def counted(bench: PolicyBench) -> Counted:
    computing, storage = element_of(bench, "ComputingElement"), element_of(bench, "StorageElement")
    actions = ("LogPolicyResultAction", "LogStatusAction", "EmailAction", "SlackAction")
    found = [
        *count_evaluations(bench, ("none",), repetitions=1),
        *count_evaluations(dataclasses.replace(bench, elements=(computing,)), actions, repetitions=1),
        *count_evaluations(dataclasses.replace(bench, elements=(storage,)), ("LogStatusAction",), repetitions=1),
    ]
    return {(one.element_type, one.actions): one for one in found}


@pytest.fixture
def root(bench: PolicyBench) -> Iterator[sqlalchemy.Connection]:
    url = bench.stack.database.url("ResourceStatusDB")
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        yield connection


def element_of(bench: PolicyBench, element_type: str) -> EvaluatedElement:
    return next(element for element in bench.elements if element.element_type == element_type)


def test_policies_alone_read_and_write_nothing(counted: Counted) -> None:
    for element_type in ("Site", "ComputingElement", "StorageElement"):
        one = counted[element_type, "none"]
        assert (one.counted.commits, one.rows_written, one.posts) == (0, {}, 0)
        assert one.counted.problem is None


def test_each_action_costs_what_it_writes(counted: Counted) -> None:
    written = {
        choice: counted["ComputingElement", choice].rows_written
        for choice in ("LogPolicyResultAction", "LogStatusAction", "EmailAction")
    }
    assert written == {
        "LogPolicyResultAction": {"PolicyResult": 2},
        "LogStatusAction": {"ResourceStatus": 1, "ResourceLog": 1},
        "EmailAction": {"ResourceStatusCache": 1},
    }


def test_a_status_of_a_storage_element_is_logged_once_for_each_of_its_rows(counted: Counted) -> None:
    one = counted["StorageElement", "LogStatusAction"]
    assert one.rows_written["ResourceLog"] == 4
    assert one.counted.nested_calls
    assert one.counted.nested_calls[-4:] == ("ResourceStatus.addOrModify",) * 4


def test_an_engine_of_its_own_is_a_connection_of_every_evaluation(counted: Counted) -> None:
    assert counted["StorageElement", "none"].counted.connections == 1
    assert counted["Site", "none"].counted.connections == 0


def test_the_status_decided_is_what_this_release_makes_of_good_rows(counted: Counted) -> None:
    decided = {
        element: counted[element, "none"].status for element in ("Site", "ComputingElement", "StorageElement")
    }
    # 9.1 takes columns of the table of free space for others
    assert decided == {"Site": "Active", "ComputingElement": "Active", "StorageElement": "Error"}


def test_slack_action_fails_for_a_computing_element_and_posts_nothing(counted: Counted) -> None:
    one = counted["ComputingElement", "SlackAction"]
    assert (one.counted.problem, one.posts, one.status) == ("KeyError: 0", 0, None)


def test_calls_are_those_that_the_services_served(bench: PolicyBench) -> None:
    log = CallLog(bench.stack.service_logs)
    bench.make_ready(element_of(bench, "Site"))
    log.clear()
    answer = bench.agent.evaluate("all")
    assert answer.calls == log.served("ResourceStatus")


def test_a_post_is_what_slack_and_mattermost_show(bench: PolicyBench) -> None:
    site = element_of(bench, "Site")
    bench.make_ready(site)
    bench.agent.evaluate("SlackAction")
    ((_, body),) = bench.webhook.take()
    text = json.loads(body)["text"]
    assert text.startswith(f"*{site.name}* _all_ --> _Active_")


def test_rows_are_put_back_before_each_evaluation(bench: PolicyBench, root: sqlalchemy.Connection) -> None:
    computing = element_of(bench, "ComputingElement")
    row = sqlalchemy.text("SELECT Status, Reason, TokenOwner FROM ResourceStatus WHERE Name = :name")
    bench.make_ready(computing)
    bench.agent.evaluate("LogStatusAction")
    assert root.execute(row, {"name": computing.name}).one() != ("Active", "before", "rs_svc")
    bench.make_ready(computing)
    assert root.execute(row, {"name": computing.name}).one() == ("Active", "before", "rs_svc")


def test_what_is_ours_is_a_small_share_of_the_agents_cpu(bench: PolicyBench) -> None:
    bench.make_ready(element_of(bench, "ComputingElement"))
    before_ns = cpu_ns(bench.agent.pid)
    answer = bench.agent.evaluate("Active")
    used_ns = cpu_ns(bench.agent.pid) - before_ns
    assert 0 <= used_ns - answer.cpu_ns < 0.1 * used_ns


def test_cpu_is_measured_of_all_three_sides(bench: PolicyBench) -> None:
    alone = dataclasses.replace(bench, elements=(element_of(bench, "ComputingElement"),))
    measured = time_evaluations([alone], rounds=1, seed=1, choices=("none", "SlackAction", "Active"))
    costs = {one.actions: one for one in evaluation_costs(measured, side=0)}
    # SlackAction fails for a computing element, so there is no cost of it
    assert costs.keys() == {"none", "Active"}
    without, with_actions = costs["none"], costs["Active"]
    assert 0 < costs["Active"].harness_cpu_ratio < 0.1
    assert with_actions.agent_cpu_s > without.agent_cpu_s > 0.001
    assert with_actions.service_cpu_s > without.service_cpu_s > 0.001
    assert with_actions.database_cpu_s > without.database_cpu_s > 0.0001


def test_inspectors_evaluate_exactly_what_is_due(bench: PolicyBench) -> None:
    rates = inspector_rates(bench, 8, threads=(2,))
    assert [(one.agent, one.at_once, one.evaluations, one.failed) for one in rates] == [
        ("ElementInspectorAgent", 2, 8, 0),
        ("SiteInspectorAgent", 2, 8, 0),
    ]
    assert rates[0].connections >= 4, "each of four evaluations of a storage element opens one"
    assert all(one.rate_per_s == one.evaluations / one.wall_s for one in rates)


def test_a_webhook_that_fails_or_hangs_takes_all_later_actions_with_it(bench: PolicyBench) -> None:
    cases = {(one.use, one.mode, one.actions): one for one in webhook_cases(bench)}
    everything = {"PolicyResult": 2, "SiteStatus": 1, "SiteLog": 1, "ResourceStatusCache": 1}
    assert {one.posts for one in cases.values()} == {1}
    for mode in ("fast", "slow"):
        for choice in ("all", "slack-first"):
            assert cases["Slack", mode, choice].rows_written == everything
    for mode in ("failing", "hanging"):
        assert cases["Slack", mode, "all"].rows_written == everything
        assert cases["Slack", mode, "slack-first"].rows_written == {}
        assert cases["Slack", mode, "slack-first"].status is None
    assert (cases["Slack", "failing", "all"].problem or "").startswith("HTTPError: 500")
    assert cases["Slack", "hanging", "all"].wall_s > bench.webhook.hang_s
    assert cases["Mattermost", "fast", "all"].status == "Active"


def test_the_agent_that_mails_loses_what_comes_while_it_does(bench: PolicyBench) -> None:
    answers, refuses = mail_rounds(bench)
    assert (answers.mails, answers.rows_during, answers.rows_after, answers.rows_lost) == (2, 1, 0, 1)
    assert (refuses.mails, refuses.rows_after, refuses.rows_lost) == (0, 0, 3)


def test_an_element_that_is_missing_or_was_changed_meanwhile_is_left_alone(
    bench: PolicyBench, root: sqlalchemy.Connection
) -> None:
    storage = element_of(bench, "StorageElement")
    logged = sqlalchemy.text("SELECT COUNT(*) FROM ResourceLog")
    before = root.scalar(logged)
    bench.make_ready(storage)
    missing = bench.agent.evaluate("all", name="no such element")
    change = sqlalchemy.text("UPDATE ResourceStatus SET Reason = 'by hand' WHERE Name = :name")
    root.execute(change, {"name": storage.name})
    changed = bench.agent.evaluate("all")
    for answer in (missing, changed):
        assert "has been updated after PEP started running" in (answer.problem or "")
    assert root.scalar(logged) == before


def test_a_service_that_dies_during_an_evaluation_is_named(build: BuildEnvironment, stack_root: Path) -> None:
    with policy_bench(build, profile=PROFILES["S"], seed=7, stack_root=stack_root, hang_s=30) as bench:
        bench.make_ready(element_of(bench, "Site"))
        bench.webhook.mode = "hanging"
        errors: list[StackError] = []

        def evaluate() -> None:
            try:
                bench.agent.evaluate("slack-first")
            except StackError as error:
                errors.append(error)

        evaluation = threading.Thread(target=evaluate)
        evaluation.start()
        deadline_s = time.monotonic() + 30
        while not bench.webhook.take() and time.monotonic() < deadline_s:
            time.sleep(0.01)
        service = bench.stack._parts["service"].running
        service.kill()
        bench.webhook.closing.set()
        evaluation.join(30)
        assert not evaluation.is_alive()
        (error,) = errors
        assert "the service (pid" in str(error)
        assert "was killed by SIGKILL" in str(error)
