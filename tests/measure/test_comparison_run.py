"""Whole comparisons of real builds: a slower one, one that dies, one that does not start, one that goes on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest
from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.comparison import ComparisonResult, ComparisonSettings, LoadScenario
from harness.errors import RssbenchError
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.comparison_run import ComparisonRun
from harness.measure.judging import read_measured
from harness.measure.load_lane import DEFAULT_LOAD
from harness.model import DataSet
from harness.stack.lifecycle import Stack
from harness.store import COMPARISON
from reports.comparison_verdict import verdict_line
from tests.compare.changed_build import Changes, changed_build

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

READ = "ResourceStatus.select by name"
DATABASE_CLASS = "DIRAC/Core/Base/SQLAlchemyDB.py"
SERVER = "DIRAC/Core/Tornado/scripts/tornado_start_all.py"
SELECT = "            # setting up the select query\n"
#: The same SQL, more CPU.
SLOWER: Changes = {DATABASE_CLASS: [(SELECT, f"            sum(range(400_000))\n{SELECT}")]}
SCENARIO = LoadScenario(
    "select_mix", "select_mix", replace(DEFAULT_LOAD, ramp_up_s=0.5, hold_for_s=2.0), {READ: 1.0}
)

Compare = Callable[..., ComparisonRun]


@pytest.fixture
def comparison(build: BuildEnvironment, bzt_stack_root: Path, tmp_path: Path) -> Compare:
    """``comparison(changes, **settings)``: the build against itself with these changes, of one read."""

    def make(changes: Changes, record: ComparisonRecord | None = None, **settings: Any) -> ComparisonRun:
        folder = tmp_path / "changed"
        contender = changed_build(build, folder, changes) if not folder.exists() else None
        builds = (build, contender or BuildEnvironment(folder / "bin" / "python", build.identity))
        values = {"lanes": ("paired",), "operations": (READ,), "profile": "S", "seed": 5, "budget_s": 240.0}
        record = record or ComparisonRecord.new(
            tmp_path / "run",
            command="rssbench compare",
            settings=ComparisonSettings(**values | settings),
            builds=(builds[0].identity, builds[1].identity),
        )
        return ComparisonRun(builds, record, stack_root=bzt_stack_root, progress=print)

    (tmp_path / "run").mkdir()
    return make


def leftovers(root: Path) -> list[str]:
    return [path.name for path in root.iterdir() if path.is_dir() and path.name.startswith("stack-")]


def test_more_cpu_on_the_same_sql_is_found_by_the_paired_lane_alone(
    comparison: Compare, bzt_stack_root: Path, tmp_path: Path
) -> None:
    result = comparison(SLOWER, lanes=("exact", "paired")).run()
    assert (result.status, result.verdict) == ("complete", "regression")
    assert [(one.operation, one.verdict, one.counters) for one in result.exact] == [(READ, "same", ())]
    of_metric = {one.metric: one for one in result.judgements}
    assert of_metric["service_cpu"].verdict == "regression"
    assert of_metric["service_cpu"].effect_ratio > 1.5
    assert of_metric["database_cpu"].verdict != "regression"
    assert {one.verdict for one in result.control} <= {"same", "inconclusive"}
    assert COMPARISON.read(tmp_path / "run") == result
    assert read_measured(tmp_path / "run", (READ,)).compared.pairs == of_metric["service_cpu"].pairs
    assert not leftovers(bzt_stack_root)


@pytest.mark.parametrize(
    "contender", [{"SiteStatus": 15, "PolicyResult": 136}, {"SiteStatus": 14, "PolicyResult": 136}]
)
def test_data_sets_that_differ_are_refused_and_a_table_less_is_none(
    comparison: Compare, contender: dict[str, int]
) -> None:
    """A release may lack a table; what both have must be the same."""
    rows = ({"SiteStatus": 15, "PolicyResult": 136, "JobCache": 15}, contender)
    stacks = tuple(SimpleNamespace(data_set=DataSet("S", 5, of_side, 0.4)) for of_side in rows)
    check = comparison({})._check_data_sets
    if contender["SiteStatus"] == 15:
        check(cast("tuple[Stack, Stack]", stacks))
        return
    with pytest.raises(RssbenchError, match="the data sets of both builds differ in SiteStatus: not compared"):
        check(cast("tuple[Stack, Stack]", stacks))


def test_an_answer_that_is_wrong_is_no_speed_up(comparison: Compare) -> None:
    nothing: Changes = {DATABASE_CLASS: [(SELECT, f"            return S_OK([])\n{SELECT}")]}
    result = comparison(nothing, budget_s=30.0).run()
    assert result.verdict == "wrong"
    assert [one.verdict for one in result.judgements if one.operation == READ] == ["wrong"]


def test_windows_of_load_are_measured_on_both_builds(comparison: Compare, tmp_path: Path) -> None:
    result = comparison(SLOWER, lanes=("load",), scenarios=(SCENARIO,), budget_s=25.0).run()
    (pair, *_) = read_measured(tmp_path / "run", (READ,)).windows
    baseline, contender = pair.windows
    assert baseline.requests == contender.requests > 20
    assert baseline.errors == contender.errors == 0
    assert contender.latency_p50_s > baseline.latency_p50_s > 0
    assert {one.operation for one in result.judgements} == {"select_mix"}
    assert result.verdict == "inconclusive"  # a window pair or two decide nothing


def test_one_build_is_compared_with_itself_across_front_doors(comparison: Compare, tmp_path: Path) -> None:
    """https against dips on the same rows: the same SQL and nested calls, and no wrong answer."""
    nested = "Publisher.getElementHistory"
    run = comparison({}, lanes=("exact", "paired"), operations=(READ, nested), front_doors=("https", "dips"))

    def end_after_a_pair(line: str) -> None:
        if line.startswith("pair 1"):
            raise KeyboardInterrupt

    run._progress = end_after_a_pair
    with pytest.raises(KeyboardInterrupt):
        run.run()
    result = COMPARISON.read(tmp_path / "run")
    assert [(one.operation, one.verdict, one.counters) for one in result.exact] == [
        (READ, "same", ()),
        (nested, "same", ()),
    ]
    assert result.exact[1].contender.nested_calls == ("ResourceStatus.select",)
    assert {"request_bytes", "response_bytes"} <= set(result.exact[0].excluded)
    compared = read_measured(tmp_path / "run", (READ, nested)).compared
    assert compared.pairs == 1
    assert not any(compared.wrong)
    assert "https of the baseline, dips of the contender" in verdict_line(result)


def test_a_build_that_dies_on_the_way_is_named_and_the_pairs_before_go_on_later(
    comparison: Compare, bzt_stack_root: Path, tmp_path: Path
) -> None:
    run = comparison(SLOWER)
    timers = []

    def kill_in_third_pair(line: str) -> None:
        if line.startswith("pair 2"):
            timers.append(threading.Timer(2.5, kill_a_service))
            timers[0].start()

    run._progress = kill_in_third_pair
    with pytest.raises(
        RssbenchError, match=r"(?s)service of the (baseline|contender) 9\.1\.22 .*killed by SIGKILL"
    ):
        run.run()
    timers[0].join()
    ended = COMPARISON.read(tmp_path / "run")
    measured = read_measured(tmp_path / "run", (READ,)).compared.pairs
    assert ended.status == "incomplete"
    assert "SIGKILL" in ended.problems[0]
    assert not leftovers(bzt_stack_root)

    record = ComparisonRecord.continued(
        tmp_path / "run",
        settings=replace(ended.settings, budget_s=14.0),
        builds=(ended.baseline, ended.contender),
    )
    result = comparison(SLOWER, record).run()
    assert result.status == "complete"
    assert result.judgements[0].pairs > measured > 0
    assert result.judgements[0].effect_ratio > 1.5


def test_a_build_that_does_not_start_is_named_with_its_last_words(
    comparison: Compare, bzt_stack_root: Path, tmp_path: Path
) -> None:
    broken: Changes = {SERVER: [("def main():\n", "def main():\n    raise SystemExit('no licence')\n")]}
    with pytest.raises(RssbenchError, match=r"(?s)contender 9\.1\.22 does not start.*no licence"):
        comparison(broken).run()
    assert COMPARISON.read(tmp_path / "run").status == "incomplete"
    assert not leftovers(bzt_stack_root)


def test_an_interrupted_comparison_keeps_its_pairs_and_says_so(
    comparison: Compare, bzt_stack_root: Path, tmp_path: Path
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background ignores it
    run = comparison({})

    def interrupt_after_two(line: str) -> None:
        if line.startswith("pair 2"):
            os.kill(os.getpid(), signal.SIGINT)

    run._progress = interrupt_after_two
    with pytest.raises(KeyboardInterrupt):
        run.run()
    ended: ComparisonResult = COMPARISON.read(tmp_path / "run")
    assert (ended.status, ended.problems) == ("incomplete", ("interrupted",))
    assert read_measured(tmp_path / "run", (READ,)).compared.pairs == 2
    assert {one.pairs for one in ended.judgements} == {2}
    assert not leftovers(bzt_stack_root)


def kill_a_service() -> None:
    """Of the pair that runs, or of the next one; other tests have stacks of their own."""
    while True:
        for process in psutil.Process().children():
            with suppress(psutil.Error):  # one that ends while it is looked at
                if any("/fresh-" in of_it and of_it.endswith("dirac.cfg") for of_it in process.cmdline()):
                    process.kill()
                    return
        time.sleep(0.05)
