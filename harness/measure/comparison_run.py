"""A comparison of two builds from their environments to the verdict: the lanes, cheapest first, on one record."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from harness.builds.environment import BuildEnvironment
from harness.compare.exact_lane import absent_operations, compare_exact
from harness.compare.stopping import decided
from harness.comparison import ComparisonResult, TimedLane
from harness.counted import ExactOperation
from harness.dataset.profiles import PROFILES
from harness.errors import NotComparableError, RssbenchError
from harness.measure.comparison_record import ComparisonRecord
from harness.measure.exact import count_operations
from harness.measure.exact_counts import merge_counts, without_bytes
from harness.measure.judging import Measured, judge_timed, judged, wrong_answers
from harness.measure.load_lane import LoadLane
from harness.measure.observations import Observations
from harness.measure.pair_store import PairStore
from harness.measure.paired_lane import PairedLane
from harness.measure.window_store import WindowStore
from harness.stack.fresh import Origin, Placement, fresh_stacks
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from harness.stack.tables import table_definitions
from scenarios.catalogue import read_catalogue
from scenarios.operations import OPERATIONS

Progress = Callable[[str], None]
#: Of the time that is left, what the load lane gets when the paired lane is asked for too.
LOAD_SHARE = 0.3

Counts = tuple[ExactOperation, ...]


class ComparisonRun:
    """``builds``: baseline and contender. ``record`` may hold what an earlier, interrupted run measured."""

    def __init__(  # noqa: PLR0913  what is compared, where, and what may end it
        self,
        builds: tuple[BuildEnvironment, BuildEnvironment],
        record: ComparisonRecord,
        *,
        stack_root: Path,
        progress: Progress,
        check: Callable[[], None] = lambda: None,
        enough: Callable[[Measured], bool] | None = None,
    ) -> None:
        """``check`` is called between pairs, and raises when the run is to end. ``enough``: when more pairs are of
        no use, for one who does not ask for the verdict."""
        self._builds = builds
        self._record = record
        self._settings = record.result.settings
        self._stack_root = stack_root
        self._progress = progress
        self._check = check
        self._enough = enough
        self._operations = [one for one in OPERATIONS if one.name in self._settings.operations]
        self._logs = record.directory / "stack"
        self._measured = Measured(Observations([]), Observations([]), ())

    def run(self) -> ComparisonResult:
        """Measure and judge. What was measured is on record however this ends; StackError when a stack failed,
        NotComparableError when it is the contender that cannot be compared."""
        deadline_s = time.monotonic() + self._settings.budget_s
        with self._record:
            try:
                with self._origins() as origins:
                    self._measure(origins, deadline_s)
            finally:
                self._judge()
        return self._record.result

    @contextmanager
    def _origins(self) -> Iterator[tuple[Origin, Origin]]:
        """Frozen stacks of both builds, with the exact lane counted on their way."""
        with ExitStack() as ends:
            stacks = self._start(ends)
            first = self._count(stacks) if self._wants_exact() else None
            if first:
                _both(Stack.reload_data_set, stacks)
            same_tables = table_definitions(stacks[0].database) == table_definitions(stacks[1].database)
            _both(Stack.freeze, stacks)
            # on equal tables both builds work on one copy of the data: its layout favours neither
            one_copy = same_tables and len(set(self._settings.runtimes)) == 1
            frozen = (stacks[0], stacks[0] if one_copy else stacks[1])
            origins = (
                Origin("baseline", frozen[0], self._builds[0], self._settings.front_doors[0]),
                Origin("contender", frozen[1], self._builds[1], self._settings.front_doors[1]),
            )
            if first:
                self._compare_counts(first, self._count_again(origins))
            yield origins

    def _start(self, ends: ExitStack) -> tuple[Stack, Stack]:
        def start(side: int) -> Stack:
            return start_stack(
                self._builds[side],
                profile=PROFILES[self._settings.profile],
                seed=self._settings.seed,
                stack_root=self._stack_root,
                front_doors=(self._settings.front_doors[side],),
                runtime=self._settings.runtimes[side],
                log_directory=self._logs / ("baseline", "contender")[side],
                # a contender with wrong answers is a verdict, not a failure
                must_answer_rightly=side == 0,
            )

        with ThreadPoolExecutor(2) as pool:
            starting = [pool.submit(start, side) for side in (0, 1)]
            for future in starting:
                ends.callback(_stop_started, future)
            errors = [future.exception() for future in starting]
        for side, error in enumerate(errors):
            if error is not None:
                kind = NotComparableError if side else RssbenchError
                raise kind(f"{self._name(side)} does not start: {error}") from error
        stacks = (starting[0].result(), starting[1].result())
        self._check_data_sets(stacks)
        self._record.data_set_is_loaded(stacks[0].data_set, stacks[0].database_version)
        return stacks

    def _check_data_sets(self, stacks: tuple[Stack, Stack]) -> None:
        rows = [stack.data_set.rows for stack in stacks]
        differing = [table for table in rows[0].keys() & rows[1].keys() if rows[0][table] != rows[1][table]]
        if differing:
            raise NotComparableError(
                f"the data sets of both builds differ in {', '.join(sorted(differing))}: not compared"
            )

    def _name(self, side: int) -> str:
        return f"{('baseline', 'contender')[side]} {self._builds[side].identity.name}"

    # the exact lane

    def _wants_exact(self) -> bool:
        return "exact" in self._settings.lanes and not self._record.result.exact

    def _count(self, stacks: tuple[Stack, ...]) -> tuple[Counts, ...]:
        self._progress("exact lane: counting SQL statements and rows of every operation on both builds")
        catalogue = read_catalogue(stacks[0].catalogue_file)
        return _both(lambda stack: count_operations(stack, catalogue, self._operations), stacks)

    def _count_again(self, origins: tuple[Origin, Origin]) -> tuple[Counts, ...]:
        """In other processes with other hash seeds: what differs from the first count decides nothing."""
        draws = Random(f"exact {self._settings.seed}")
        placements = [Placement(hash_seed=draws.randrange(1 << 32)) for _origin in origins]
        with fresh_stacks(origins, placements, self._logs / "exact") as stacks:
            return self._count(tuple(stacks))

    def _compare_counts(self, first: tuple[Counts, ...], second: tuple[Counts, ...]) -> None:
        merged = [
            [merge_counts(one, other) for one, other in zip(*sides, strict=True)]
            for sides in zip(first, second, strict=True)
        ]
        if len(set(self._settings.front_doors)) > 1:
            merged = [list(map(without_bytes, side)) for side in merged]
        names = (self._builds[0].identity.name, self._builds[1].identity.name)
        self._record.update(
            exact=compare_exact(merged[0], merged[1]), absent=absent_operations(merged[0], merged[1], names)
        )

    # the lanes with pairs

    def _measure(self, origins: tuple[Origin, Origin], deadline_s: float) -> None:
        """The paired lane, then the load lane, which keeps its share of the time when both are asked for."""
        directory, seed = self._record.directory, self._settings.seed
        paired = PairedLane(
            origins,
            read_catalogue(origins[0].frozen.catalogue_file),
            self._operations,
            PairStore(directory),
            left_out=self._not_timed(),
            seed=seed,
            log_directory=self._logs,
        )
        load = LoadLane(
            origins, self._settings.scenarios, WindowStore(directory), seed=seed, directory=directory / "windows"
        )
        self._measured = Measured(paired.compared, paired.control, load.pairs)
        if "paired" in self._settings.lanes and self._not_timed() < {*self._settings.operations}:
            self._progress("paired lane: fresh process pairs, until the verdict is clear")
            share = LOAD_SHARE if "load" in self._settings.lanes else 0.0
            paired_end_s = deadline_s - share * (deadline_s - time.monotonic())
            paired.run(paired_end_s, lambda: self._decided("paired"), self._progress)
        if "load" in self._settings.lanes:
            self._progress("load lane: the same load on both builds, a window each, until the verdict is clear")
            load.run(deadline_s, lambda: self._decided("load"), self._progress)

    def _not_timed(self) -> set[str]:
        settings = self._settings
        only_counted = set() if settings.timed is None else {*settings.operations} - {*settings.timed}
        return only_counted | {one.operation for one in self._record.result.absent}

    def _decided(self, lane: TimedLane) -> bool:
        """Whether more pairs of the lane can change nothing: a wrong answer ends it as a clear figure does."""
        self._check()
        if self._enough is not None:
            return self._enough(self._measured)
        judgements = (*judge_timed(self._settings, self._measured), *wrong_answers(self._measured))
        return decided([one for one in judgements if one.lane == lane])

    def _judge(self) -> None:
        result = judged(self._record.result, self._measured)
        self._record.update(
            verdict=result.verdict, judgements=result.judgements, control=result.control, absent=result.absent
        )


def _stop_started(starting: Future[Stack]) -> None:
    """Whatever ended the wait for it: what could be started is stopped."""
    if starting.exception() is None:
        starting.result().stop()


def _both(work: Callable[[Stack], object], stacks: tuple[Stack, ...]) -> tuple:  # type: ignore[type-arg]
    with ThreadPoolExecutor(len(stacks)) as pool:
        return tuple(pool.map(work, stacks))
