"""Bad input and bad days over the front door dips, on real services: each call works, or says why it does not."""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.measure.audit import audit_writes
from harness.measure.load_lane import DEFAULT_LOAD
from harness.measure.trial import read_trial
from harness.measure.trial_plan import plan_trial
from harness.measure.trial_run import TrialRun
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from scenarios.answer_check import check_answer
from scenarios.answers import exactly, nothing
from scenarios.catalogue import read_catalogue
from scenarios.operation import Call
from scenarios.rpc import RpcClient
from scenarios.samples import Outcome
from scenarios.schedule import arrivals_s

pytestmark = pytest.mark.stack

LONG_REASON = ("why not? é" * 52)[:512]
ODD_NAME = """O'Brien "é" \\ %s; -- 漢"""
NEW = {"StatusType": "all", "Status": "Active", "ElementType": "ComputingElement", "VO": "all"}
RIGHT = (Outcome.ok, "")


def dips_stack(build: BuildEnvironment, stack_root: Path) -> Stack:
    return start_stack(
        build,
        profile=PROFILES["S"],
        seed=7,
        stack_root=stack_root,
        log_directory=None,
        front_doors=("dips",),
    )


@pytest.fixture(scope="module")
def stack(build: BuildEnvironment, stack_root: Path) -> Iterator[Stack]:
    with dips_stack(build, stack_root) as started:
        yield started


@pytest.fixture
def client(stack: Stack) -> Iterator[RpcClient]:
    with closing(stack.client()) as admin:
        yield admin


def outcome(client: RpcClient, method: str, arguments: list[Any], check: Any = nothing) -> tuple[Outcome, str]:
    answer = client.call("ResourceStatus", method, arguments)
    return check_answer(answer, Call(arguments, check))


def test_a_user_without_the_property_is_refused_with_diracs_words(stack: Stack, client: RpcClient) -> None:
    with closing(stack.client("user")) as user:
        refused, why = outcome(user, "insert", ["SiteStatus", NEW | {"Name": "LCG.Refused.xx"}])
        assert (refused, why) == (Outcome.refused, "Unauthorized query ( 1111 : Unauthorized query)")
        assert outcome(user, "select", ["SiteStatus", {"Name": "LCG.Refused.xx"}], exactly([])) == RIGHT


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("select", ["NoSuchTable", {"Name": "ce1"}]),
        ("select", ["ResourceStatus", {"NoSuchColumn": "ce1"}]),
        ("delete", ["ResourceStatus", {"NoSuchColumn": "ce1"}]),
        ("noSuchMethod", []),
        ("select", ["ResourceStatus"]),
        ("select", []),
        ("select", [7, "no dictionary"]),
    ],
)
def test_what_dirac_does_not_know_is_refused_and_the_next_call_works(
    client: RpcClient, method: str, arguments: list[Any]
) -> None:
    refused, why = outcome(client, method, arguments)
    assert refused is Outcome.refused
    assert why
    assert outcome(client, "select", ["SiteStatus", {"Name": "LCG.Nowhere.xx"}], exactly([])) == RIGHT


def test_a_column_that_a_table_does_not_have_is_left_out_of_a_write_by_dirac(client: RpcClient) -> None:
    row = NEW | {"Name": "ce.unknown.xx", "NoSuchColumn": "ce1"}
    assert outcome(client, "insert", ["ResourceStatus", row]) == RIGHT
    asked = {"Name": "ce.unknown.xx", "Meta": {"columns": ["Name"]}}
    assert outcome(client, "select", ["ResourceStatus", asked], exactly([["ce.unknown.xx"]])) == RIGHT


def test_a_reason_as_long_as_its_column_comes_back_whole(client: RpcClient) -> None:
    row = NEW | {"Name": "ce.long.xx", "Reason": LONG_REASON}
    assert outcome(client, "insert", ["ResourceStatus", row]) == RIGHT
    asked = {"Name": "ce.long.xx", "Meta": {"columns": ["Reason"]}}
    assert outcome(client, "select", ["ResourceStatus", asked], exactly([[LONG_REASON]])) == RIGHT


def test_quotes_backslashes_and_other_alphabets_are_only_letters(client: RpcClient) -> None:
    assert outcome(client, "insert", ["ResourceStatus", NEW | {"Name": ODD_NAME, "Reason": ODD_NAME}]) == RIGHT
    asked = {"Name": ODD_NAME, "Meta": {"columns": ["Name", "Reason"]}}
    assert outcome(client, "select", ["ResourceStatus", asked], exactly([[ODD_NAME, ODD_NAME]])) == RIGHT


def test_ten_thousand_names_are_asked_for_at_once(stack: Stack, client: RpcClient) -> None:
    known = sorted({row.Name for row in read_catalogue(stack.catalogue_file).resource_status})
    names = [*known, *(f"nowhere-{number}.example" for number in range(10_000 - len(known)))]
    asked = {"Name": names, "Meta": {"columns": ["Name"]}, "StatusType": "all"}

    def check(value: Any) -> str | None:
        return None if {name for (name,) in value} <= set(known) and value else f"{len(value)} rows"

    assert outcome(client, "select", ["ResourceStatus", asked], check) == RIGHT


def test_a_service_killed_in_mid_run_costs_what_was_under_way_and_nothing_else(
    build: BuildEnvironment, stack_root: Path, tmp_path: Path
) -> None:
    """Every arrival is one sample, every acknowledged write is in the database, and the trial ends in time."""
    load = replace(DEFAULT_LOAD, throughput_per_s=30.0, ramp_up_s=0.0, hold_for_s=3.0, arrivals="constant")
    with dips_stack(build, stack_root) as stack:
        weights = {"ResourceStatus.insert history": 1.0, "ResourceManagement.select policy results": 1.0}
        plan = plan_trial(stack, "production_mix", load, tmp_path, seed=3, weights=weights, request_timeout_s=2.0)
        trial = TrialRun(stack, plan, criteria=())
        try:
            trial.start()
            time.sleep(1.5)
            os.kill(stack.pids["service"][0], signal.SIGKILL)
            begin_s = time.monotonic()
            while not trial.poll():
                time.sleep(0.05)
            assert time.monotonic() - begin_s < 1.5 + plan.request_timeout_s + plan.drain_timeout_s
        finally:
            result = trial.finish(interrupted=None)
        files = read_trial(tmp_path)
        audit = audit_writes(tmp_path, read_catalogue(stack.catalogue_file), stack.database.url)
    assert len(files.samples) == len(list(arrivals_s(plan)))
    assert result.status == "failed"
    of_operation = {one.operation: one for one in result.operations}
    writes = of_operation["ResourceStatus.insert history"]
    assert [error.outcome for error in writes.errors] == ["connection"]
    assert re.match("ConnectionRefused|ConnectionReset|BrokenAnswer", writes.errors[0].first_message)
    assert writes.ok + writes.errors[0].count == writes.requests
    assert writes.errors[0].count >= 10, "half of 15 writes per second for 1.5 s"
    assert of_operation["ResourceManagement.select policy results"].errors == (), "the other service lives"
    assert (audit.acknowledged, audit.lost) == (writes.ok, 0)
    assert Counter(files.samples["outcome"].tolist())[Outcome.connection] == writes.errors[0].count
