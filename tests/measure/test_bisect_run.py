"""A bisection from the comparison of both ends to the first bad build, with builds that are made up."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from harness.bisection import BisectResult, RangeBuild, Symptom
from harness.builds.environment import BuildEnvironment
from harness.comparison import ComparisonResult, CounterChange
from harness.errors import BuildError, NotComparableError, RssbenchError, StackError
from harness.measure.bisect_record import ENDS_FOLDER, BisectRecord
from harness.measure.bisect_run import BisectRun
from harness.measure.symptom_lane import Enough, SymptomLane, SymptomSeen
from harness.provenance import describe_environment
from harness.store import BISECTION, COMPARISON
from tests.measure.pairs import comparison_settings
from tests.measure.ranges import bisect_settings, commits
from tests.reports.synthetic_comparison import NAMES, build, calm, comparison, counted, slower

MORE_SQL = comparison(
    "regression",
    exact=(counted(NAMES[0], verdict="regression", counters=(CounterChange("statements", 4, 5),)),),
)
MORE_CPU = comparison("regression", judgements=(slower(NAMES[0], effect_ratio=1.05),))

#: What a build of the range shows: its count or its true log-ratio, or why it cannot be looked at.
World = Callable[[int], "float | Exception"]


class MadeUp:
    """Stands for the stacks: ``world`` says what each build shows, ``looked_at`` which ones were asked."""

    def __init__(self, ends: ComparisonResult, world: World, builds: tuple[RangeBuild, ...]) -> None:
        self.ends, self.world = ends, world
        self.positions = {one.name: place for place, one in enumerate(builds)}
        self.looked_at: list[int] = []
        self.kept: dict[str, SymptomSeen] = {}
        self.alone: ComparisonResult = ends
        self._draws = np.random.default_rng(3)

    def prepare(self, name: str) -> BuildEnvironment:
        shown = self.world(self.positions[name])
        if isinstance(shown, BuildError):
            raise shown
        return BuildEnvironment(Path("python"), build(name))

    def look(
        self,
        lane: SymptomLane,
        one: BuildEnvironment,
        directory: Path,
        *,
        position: int,
        budget_s: float,
        enough: Enough | None,
    ) -> SymptomSeen:
        assert budget_s > 0
        assert position == self.positions[one.identity.name]
        self.looked_at.append(position)
        shown = self.world(position)
        if isinstance(shown, Exception):
            raise shown
        directory.mkdir(parents=True, exist_ok=True)
        COMPARISON.write(self.alone, directory)
        seen = self._seen(lane.symptom, shown, enough)
        self.kept[directory.name] = seen
        return seen

    def _seen(self, symptom: Symptom, shown: float, enough: Enough | None) -> SymptomSeen:
        if symptom.lane == "exact":
            return SymptomSeen(is_bad=shown > symptom.good_value, count=round(shown))
        pairs: tuple[float, ...] = ()
        while len(pairs) < 11 if enough is None else not enough(pairs):
            pairs = (*pairs, shown + float(self._draws.normal(0.0, 0.01)))
        return SymptomSeen(log_ratios=pairs, control=(0.001,))


@pytest.fixture
def bisected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[BisectRun, MadeUp]]:
    """``bisected(ends, world, number)``: a run over that many commits after the good end."""

    def make(
        ends: ComparisonResult, world: World, number: int, record: BisectRecord | None = None, **settings: Any
    ) -> tuple[BisectRun, MadeUp]:
        builds = commits(number)
        ends = replace(ends, environment=describe_environment(""))
        made_up = MadeUp(ends, world, builds)

        def look(lane: SymptomLane, *what: Any, **options: Any) -> SymptomSeen:
            return made_up.look(lane, *what, **options)

        monkeypatch.setattr(SymptomLane, "look", look)
        monkeypatch.setattr(SymptomLane, "kept", lambda _lane, directory: made_up.kept[directory.name])
        record = record or BisectRecord.new(
            tmp_path, command="rssbench bisect", settings=bisect_settings(**settings), builds=builds
        )
        (tmp_path / ENDS_FOLDER).mkdir(exist_ok=True)
        COMPARISON.write(ends, tmp_path / ENDS_FOLDER)
        both = [BuildEnvironment(Path("python"), build(one.name)) for one in (builds[0], builds[-1])]
        run = BisectRun(
            record,
            (both[0], both[1]),
            comparison_settings(),
            prepare=made_up.prepare,
            stack_root=tmp_path,
            progress=print,
        )
        return run, made_up

    return make


def counts(first_bad: int) -> World:
    return lambda position: 5.0 if position >= first_bad else 4.0


def effects(first_bad: int) -> World:
    return lambda position: math.log(1.05) if position >= first_bad else 0.0


Bisected = Callable[..., tuple[BisectRun, MadeUp]]


def test_a_counter_is_searched_by_halves(bisected: Bisected, tmp_path: Path) -> None:
    run, made_up = bisected(MORE_SQL, counts(11), 16)
    result = run.run()
    assert (result.status, result.outcome, result.suspects, result.probability) == (
        "complete",
        "found",
        (11,),
        1.0,
    )
    assert made_up.looked_at == [8, 12, 10, 11]
    assert result.symptom == Symptom("exact", "statements", NAMES[0], 4.0, 5.0)
    assert [(one.position, one.value, one.bad_probability) for one in result.tried] == [
        (8, 4, 0.0),
        (10, 4, 0.0),
        (11, 5, 1.0),
        (12, 5, 1.0),
        (16, 5, 1.0),
    ]
    assert result.last_good == 10
    assert BISECTION.read(tmp_path) == result


def test_what_was_measured_is_searched_with_pairs(bisected: Bisected) -> None:
    run, made_up = bisected(MORE_CPU, effects(77), 128)
    result = run.run()
    assert (result.outcome, result.suspects) == ("found", (77,))
    assert result.probability is not None
    assert result.probability > 0.95
    assert made_up.looked_at[0] == 128  # of the operation alone
    assert len(set(made_up.looked_at)) <= 9
    tried = {one.position: one for one in result.tried}
    for place, ratio in ((76, 1.0), (77, 1.05)):
        assert tried[place].pairs >= 6
        assert tried[place].ratio == pytest.approx(ratio, abs=0.015)
        assert tried[place].interval_ratio is not None


def test_without_a_regression_nothing_is_searched(bisected: Bisected) -> None:
    for verdict, outcome in (
        ("same", "no regression"),
        ("improvement", "no regression"),
        ("inconclusive", "inconclusive"),
    ):
        run, made_up = bisected(comparison(verdict, judgements=calm()), counts(1), 4)
        result = run.run()
        assert (result.status, result.outcome, result.verdict) == ("complete", outcome, verdict)
        assert made_up.looked_at == []
        assert result.symptom is None
        assert result.suspects == ()


def test_a_regression_that_does_not_show_alone_is_not_searched(bisected: Bisected) -> None:
    run, made_up = bisected(MORE_CPU, effects(2), 4)
    made_up.alone = comparison("same", judgements=calm())
    result = run.run()
    assert (result.status, result.outcome, result.suspects) == ("complete", "inconclusive", ())
    assert made_up.looked_at == [4]
    assert [one.position for one in result.tried] == [4]


@pytest.mark.parametrize(
    "error",
    [
        BuildError("step 'build DIRAC' failed"),
        NotComparableError("contender does not start: SyntaxError"),
        StackError("service of the contender was killed by SIGSEGV"),
    ],
)
def test_a_build_that_cannot_be_looked_at_is_skipped_and_named(bisected: Bisected, error: RssbenchError) -> None:
    world = counts(5)
    run, _ = bisected(MORE_SQL, lambda position: error if position == 4 else world(position), 8)
    result = run.run()
    assert [(one.position, one.reason) for one in result.skipped] == [(4, str(error))]
    assert (result.outcome, result.suspects) == ("found", (4, 5))
    assert result.last_good == 3


def test_a_skipped_build_away_from_the_first_bad_one_costs_nothing(bisected: Bisected) -> None:
    run, _ = bisected(MORE_SQL, lambda position: BuildError("no") if position == 4 else counts(7)(position), 8)
    assert run.run().suspects == (7,)


def test_a_range_of_one_build_is_known_from_its_ends(bisected: Bisected) -> None:
    run, made_up = bisected(MORE_SQL, counts(1), 1)
    assert run.run().suspects == (1,)
    assert made_up.looked_at == []


def test_a_failure_of_the_harness_ends_it_and_keeps_what_is_known(bisected: Bisected, tmp_path: Path) -> None:
    world = counts(11)
    run, _ = bisected(
        MORE_SQL, lambda position: RssbenchError("disk full") if position == 10 else world(position), 16
    )
    with pytest.raises(RssbenchError, match="disk full"):
        run.run()
    ended = BISECTION.read(tmp_path)
    assert (ended.status, ended.problems, ended.outcome) == ("incomplete", ("disk full",), "inconclusive")
    assert ended.suspects == (9, 10, 11, 12)
    assert [one.position for one in ended.tried] == [8, 12, 16]


def test_an_interrupted_search_goes_on_where_it_was(bisected: Bisected, tmp_path: Path) -> None:
    def interrupted(position: int) -> float:
        if position == 10:
            raise KeyboardInterrupt
        return 5.0 if position >= 11 else 4.0

    run, before = bisected(MORE_SQL, interrupted, 16)
    with pytest.raises(KeyboardInterrupt):
        run.run()
    record = BisectRecord.continued(tmp_path, budget_s=600.0)
    again, after = bisected(MORE_SQL, counts(11), 16, record)
    after.kept = before.kept
    result = again.run()
    assert (result.status, result.problems, result.suspects) == ("complete", (), (11,))
    assert after.looked_at == [10, 11]
    assert result.settings.budget_s == 600.0


def test_a_search_whose_time_is_over_says_what_is_left(
    bisected: Bisected, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, made_up = bisected(MORE_SQL, counts(11), 16)
    monkeypatch.setattr(BisectRun, "_left_s", lambda _run: 1.0 if len(made_up.looked_at) < 2 else 0.0)
    result: BisectResult = run.run()
    assert (result.status, result.outcome, result.suspects) == ("complete", "inconclusive", (9, 10, 11, 12))
    assert result.probability == pytest.approx(1.0)


def test_no_time_for_a_pair_is_no_reason_to_skip(bisected: Bisected, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = bisected(MORE_CPU, effects(3), 8)
    look = SymptomLane.look

    def nothing_seen(lane: SymptomLane, one: BuildEnvironment, directory: Path, **options: Any) -> SymptomSeen:
        return look(lane, one, directory, **options) if options["enough"] is None else SymptomSeen()

    monkeypatch.setattr(SymptomLane, "look", nothing_seen)
    result = run.run()
    assert (result.outcome, result.skipped) == ("inconclusive", ())
    assert len(result.suspects) == 8


def test_a_search_is_continued_on_its_machine_only(bisected: Bisected, tmp_path: Path) -> None:
    run, _ = bisected(MORE_SQL, counts(2), 4)
    run.run()
    result = BISECTION.read(tmp_path)
    elsewhere = replace(result, environment=replace(result.environment, hostname="elsewhere"))
    BISECTION.write(elsewhere, tmp_path)
    with pytest.raises(RssbenchError, match=r"the machine was elsewhere \("):
        BisectRecord.continued(tmp_path, budget_s=60.0)
