"""How every operation of a build, and every evaluation of an element, grows with its tables: the exact lane at
several sizes, and the indexes that are missing, made and tried on the largest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from harness.builds.environment import BuildEnvironment
from harness.compare.missing_index import missing_index, table_of
from harness.counted import ExactOperation, Statement
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.growth import EVALUATIONS, Counted, GrowthResult, MissingIndex, OperationGrowth, StatementGrowth
from harness.measure.evaluations import count_evaluations
from harness.measure.exact import count_operations
from harness.measure.index_trial import made_index, with_index
from harness.measure.measurement_record import MeasurementRecord, Place
from harness.measure.policy_bench import PolicyBench, bench_on
from harness.model import DataSet, FrontDoor
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from harness.stats.growth_law import Point, growth_law
from harness.store import GROWTH
from scenarios.catalogue import read_catalogue
from scenarios.operations import OPERATIONS

#: All actions that have to do with the database; the one that is left out fails for computing elements.
_ACTIONS = "stored"

_Counts = dict[str, ExactOperation]


@dataclass(frozen=True)
class GrowthSettings:
    """``profiles``: at least two, the smallest first. ``names``: of operations and of EVALUATIONS, empty for all.
    ``front_door``: None for that of the release."""

    profiles: tuple[str, ...]
    names: tuple[str, ...]
    seed: int
    front_door: FrontDoor | None


class GrowthRun:
    """One build, on a stack per profile, one after the other."""

    def __init__(self, build: BuildEnvironment, settings: GrowthSettings, place: Place) -> None:
        names = settings.names
        self._build, self._settings, self._place = build, settings, place
        self._operations = [one for one in OPERATIONS if not names or one.name in names]
        self._evaluations = [name for name in EVALUATIONS if not names or name in names]
        self._record = MeasurementRecord(
            GROWTH, place, build=build.identity, front_door=None, profiles=(), data_sets=(), operations=()
        )

    def run(self) -> GrowthResult:
        """Count at every size; StackError when a stack fails. What was counted at two sizes or more is kept."""
        counts: list[_Counts] = []
        data_sets: list[DataSet] = []
        with self._record, ExitStack() as ends:
            for number, profile in enumerate(self._settings.profiles, 1):
                ends.close()  # one stack at a time
                stack = ends.enter_context(self._start(profile))
                self._record.keep_database_version(stack.database_version)
                counts.append(self._count_all(stack))
                data_sets.append(stack.data_set)
                self._record.update(
                    front_door=stack.front_door,
                    profiles=self._settings.profiles[:number],
                    data_sets=tuple(data_sets),
                    operations=self._grown(counts, data_sets) if number > 1 else (),
                )
            self._try_indexes(stack)
        return self._record.result

    def _start(self, profile: str) -> Stack:
        return start_stack(
            self._build,
            profile=PROFILES[profile],
            seed=self._settings.seed,
            stack_root=self._place.stack_root,
            log_directory=None,
            front_doors=self._settings.front_door and [self._settings.front_door],
            progress=self._place.progress,
        )

    def _count_all(self, stack: Stack) -> _Counts:
        self._place.progress(
            f"counting {len(self._operations)} operations and {len(self._evaluations)} evaluations, "
            f"profile {stack.profile.name}"
        )
        counted = self._count(stack, None, [one.name for one in self._operations])
        if self._evaluations:
            stack.reload_data_set()
            try:
                with bench_on(self._build, stack) as bench:
                    counted |= self._count(stack, bench, self._evaluations)
            except StackError as error:
                stack.check()  # all is well but for what the release cannot do
                counted |= {name: _failed(name, str(error)) for name in self._evaluations}
        return counted

    def _count(self, stack: Stack, bench: PolicyBench | None, names: Collection[str]) -> _Counts:
        """``bench`` is needed for evaluations alone."""
        operations = [one for one in self._operations if one.name in names]
        counted = count_operations(stack, read_catalogue(stack.catalogue_file), operations) if operations else ()
        found = {one.operation: one for one in counted}
        if bench is not None:
            elements = [one for one in bench.elements if _name_of(one.element_type) in names]
            some = replace(bench, elements=tuple(elements))
            found |= {_name_of(one.element_type): one.counted for one in count_evaluations(some, (_ACTIONS,))}
        return found

    def _grown(self, counts: Sequence[_Counts], data_sets: Sequence[DataSet]) -> tuple[OperationGrowth, ...]:
        kinds: dict[str, Counted] = {one.name: one.kind for one in self._operations}
        kinds |= dict.fromkeys(self._evaluations, "evaluation")
        return tuple(grown(name, kind, [one[name] for one in counts], data_sets) for name, kind in kinds.items())

    def _try_indexes(self, stack: Stack) -> None:
        """With what each missing index is worth: made, counted by all that lack one there, dropped."""
        found = {one.operation: one for one in self._record.result.operations}
        lacking = {name: _missing(of_one) for name, of_one in found.items()}
        indexes = dict.fromkeys(index for of_one in lacking.values() for index in of_one)
        if not indexes:
            return
        stack.reload_data_set()
        with ExitStack() as ends:
            bench = None
            if any(lacking[name] for name in self._evaluations):
                bench = ends.enter_context(bench_on(self._build, stack))
            for index in indexes:
                self._place.progress(f"trying an index {index.table}({', '.join(index.columns)})")
                names = [name for name in lacking if any(one.table == index.table for one in lacking[name])]
                with made_index(stack, index):
                    counted = self._count(stack, bench, names)
                for name in names:
                    found[name] = with_index(found[name], index, counted[name])
                self._record.update(operations=tuple(found.values()))


def grown(
    name: str, kind: Counted, counted: Sequence[ExactOperation], data_sets: Sequence[DataSet]
) -> OperationGrowth:
    """One operation or evaluation from its counts at each size."""
    texts = {tuple(statement.text for statement in one.statements) for one in counted}
    problem = next((one.problem for one in reversed(counted) if one.problem), None)
    if problem is None and len(texts) > 1:
        steady = not any("statements" in one.varying for one in counted)
        problem = (
            "it sends other statements at other sizes" if steady else "its statements are not always the same"
        )
    statements = zip(*(one.statements for one in counted), strict=True) if problem is None else ()
    return OperationGrowth(
        operation=name,
        kind=kind,
        statements=tuple(_statement(sizes, data_sets) for sizes in statements),
        rows_examined=tuple(one.rows_examined for one in counted),
        commits=tuple(one.commits for one in counted),
        connections=tuple(one.connections for one in counted),
        nested_calls=counted[-1].nested_calls,
        problem=problem,
    )


def _name_of(element_type: str) -> str:
    return next(name for name, of_name in EVALUATIONS.items() if of_name == element_type)


def _failed(name: str, problem: str) -> ExactOperation:
    return ExactOperation(name, (), 0, 0, 0, 0, 0, problem=problem)


def _missing(one: OperationGrowth) -> list[MissingIndex]:
    return [statement.missing_index for statement in one.statements if statement.missing_index]


def _statement(sizes: Sequence[Statement], data_sets: Sequence[DataSet]) -> StatementGrowth:
    text = sizes[-1].text
    table = table_of(text)
    stored = tuple(data_set.rows.get(table, 0) if table else 0 for data_set in data_sets)
    examined = tuple(size.rows_examined for size in sizes)
    answered = tuple(size.rows_sent + size.rows_affected for size in sizes)
    law = growth_law([Point(*point) for point in zip(stored, examined, answered, strict=True)])
    return StatementGrowth(
        text=text,
        table=table,
        rows_stored=stored,
        rows_examined=examined,
        rows_answered=answered,
        full_scan=sizes[-1].full_scan,
        law=law,
        missing_index=missing_index(text) if sizes[-1].full_scan and law == "table" else None,
    )
