"""How a history goes from build to build, and what it does on bad days; nothing real is started here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.comparison import ComparisonResult
from harness.errors import RssbenchError, StackError
from harness.history import HistoryBuild, HistoryResult
from harness.measure import history_run
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.history_record import HistoryRecord
from harness.measure.history_run import LOOK_UP_SHARE, HistoryRun
from harness.model import DataSet
from harness.store import COMPARISON, HISTORY
from tests.reports.synthetic_comparison import build, counted
from tests.reports.synthetic_history import READ, WRITE, evaluation, history, look_up, reference_build, timed

NAMES = ("7.3.38", "8.0.86", "9.1.22")


class World:
    """What happens in place of the real thing: ``fails`` is part and build to what goes wrong there."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.fails: dict[tuple[str, str], BaseException] = {}
        self.done: list[tuple[str, str]] = []
        self.budgets_s: dict[str, float] = {}

    def happens(self, part: str, name: str) -> None:
        self.done.append((part, name))
        if (part, name) in self.fails:
            raise self.fails[part, name]

    @contextmanager
    def start_stack(self, environment: BuildEnvironment, **_options: object) -> Iterator[SimpleNamespace]:
        self.happens("start", environment.identity.name)
        yield SimpleNamespace(
            name=environment.identity.name, data_set=DataSet("S", 1, {}, 0.1), database_version="10.11"
        )

    @contextmanager
    def bench_on(self, _environment: BuildEnvironment, stack: SimpleNamespace) -> Iterator[str]:
        yield stack.name

    def count_evaluations(self, name: str, _choices: object) -> tuple[Any, ...]:
        self.happens("evaluations", name)
        return (evaluation("all", {"ResourceStatus": 1}),)

    def look_ups(self, builds: Any, folder: Path, budget_s: float) -> Any:
        name = builds[1].identity.name
        self.happens("look-ups", name)
        assert folder.is_dir()
        self.budgets_s[name] = budget_s
        return SimpleNamespace(judgements=(look_up(1.0, None), look_up(1.0, 40)), absent=())

    def comparison(self, builds: Any, record: ComparisonRecord, **options: Any) -> SimpleNamespace:
        assert not options["enough"](None), "all the time is used"
        return SimpleNamespace(run=lambda: self.compare(builds[1].identity.name, record))

    def compare(self, name: str, record: ComparisonRecord) -> ComparisonResult:
        try:
            self.happens("comparison", name)
        except BaseException as error:
            record.update(judgements=(timed(1.0, None),), problems=(str(error),))
            raise
        record.update(status="complete", problems=(), judgements=(timed(1.0, None),), exact=(counted(READ),))
        return record.result

    def run(self, record: HistoryRecord | None = None, **settings: Any) -> HistoryResult:
        environments = {name: BuildEnvironment(Path("python"), build(name)) for name in NAMES}
        if record is None:
            values = {"budget_s": 1000.0} | settings
            builds = [HistoryBuild(name, identity=build(name)) for name in NAMES]
            asked = replace(history(reference_build()).settings, **values)
            record = HistoryRecord.new(self.directory, command="rssbench", settings=asked, builds=builds)
        return HistoryRun(
            environments, record, self.look_ups, stack_root=self.directory, progress=lambda _line: None
        ).run()

    def resume(self) -> HistoryResult:
        builds = [HistoryBuild(name, identity=build(name)) for name in NAMES]
        return self.run(HistoryRecord.continued(self.directory, budget_s=1000.0, builds=builds))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(tmp_path)
    for name in ("start_stack", "bench_on", "count_evaluations"):
        monkeypatch.setattr(history_run, name, getattr(world, name))
    monkeypatch.setattr(history_run, "ComparisonRun", world.comparison)
    return world


def test_the_reference_is_counted_and_every_other_build_is_measured_beside_it(world: World) -> None:
    result = world.run()
    assert (result.status, result.problems) == ("complete", ())
    assert [part for part, name in world.done if name == "9.1.22"] == ["start", "evaluations"]
    assert [part for part, name in world.done if name == "7.3.38"] == [
        "start",
        "evaluations",
        "look-ups",
        "comparison",
    ]
    assert all(one.finished and one.counted and one.evaluations for one in result.builds)
    assert result.builds[0].parts == ("look-ups/001-7.3.38", "comparisons/001-7.3.38")
    compared = COMPARISON.read(world.directory / "comparisons/001-7.3.38")
    assert (compared.settings.lanes, compared.settings.operations) == (("exact", "paired"), (READ, WRITE))
    assert HISTORY.read(world.directory) == result


def test_builds_share_the_time_alike(world: World) -> None:
    world.run(budget_s=1000.0)
    assert world.budgets_s["7.3.38"] == pytest.approx(500.0 * LOOK_UP_SHARE, rel=0.01)
    # here the first one took no time
    assert world.budgets_s["8.0.86"] == pytest.approx(1000.0 * LOOK_UP_SHARE, rel=0.01)


@pytest.mark.parametrize("part", ["operations", "evaluations", "look-ups"])
def test_only_the_parts_that_are_asked_for_are_measured(world: World, part: str) -> None:
    result = world.run(parts=(part,))
    works = {"operations": ["comparison"], "evaluations": ["start", "evaluations"], "look-ups": ["look-ups"]}[part]
    assert [work for work, name in world.done if name == "8.0.86"] == works
    assert all(one.finished and not one.missing for one in result.builds if one.name != "9.1.22")


def test_a_build_in_the_middle_that_does_not_start_is_named_and_the_others_go_on(world: World) -> None:
    world.fails["start", "8.0.86"] = StackError("no licence")
    result = world.run()
    assert result.status == "complete"
    assert result.builds[1].problems == ("does not start: no licence",)
    assert result.builds[1].missing
    assert result.builds[0].finished


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("evaluations", "evaluations were not counted: died"),
        ("look-ups", "look-ups in the client's cache were not measured: died"),
        ("comparison", "died"),
    ],
)
def test_a_part_that_fails_is_noted_and_leaves_the_others_alone(world: World, part: str, said: str) -> None:
    world.fails[part, "8.0.86"] = StackError("died")
    result = world.run()
    one = result.builds[1]
    assert one.problems == (said,)
    assert [bool(one.evaluations), bool(one.look_ups), bool(one.counted)] == [
        part != "evaluations",
        part != "look-ups",
        part != "comparison",
    ]
    assert one.judgements, "pairs before the end count"
    assert one.finished == (part != "comparison")


def test_a_reference_that_does_not_start_ends_it(world: World) -> None:
    world.fails["start", "9.1.22"] = StackError("no licence")
    with pytest.raises(RssbenchError, match=r"the reference 9\.1\.22 does not start, .*: no licence"):
        world.run()
    assert HISTORY.read(world.directory).status == "incomplete"


def test_an_interrupted_history_goes_on_where_it_was(world: World) -> None:
    world.fails["comparison", "8.0.86"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        world.run()
    ended = HISTORY.read(world.directory)
    assert (ended.status, ended.problems) == ("incomplete", ("interrupted",))
    assert [one.finished for one in ended.builds] == [True, False, True]
    assert ended.builds[1].judgements, "its pairs are kept"

    world.fails.clear()
    world.done.clear()
    result = world.resume()
    assert world.done == [("comparison", "8.0.86")]
    assert result.status == "complete"
    assert all(one.finished for one in result.builds)
    assert result.builds[1].parts == ("look-ups/002-8.0.86", "comparisons/002-8.0.86")


def test_a_history_that_came_to_its_end_goes_on_with_more_pairs(world: World) -> None:
    world.run()
    world.done.clear()
    result = world.resume()
    assert world.done == [("comparison", "7.3.38"), ("comparison", "8.0.86")]
    assert all(one.finished for one in result.builds)


def test_a_build_that_did_not_start_is_tried_again(world: World) -> None:
    world.fails["start", "8.0.86"] = StackError("no room")
    world.run()
    world.fails.clear()
    assert world.resume().builds[1].problems == ()
