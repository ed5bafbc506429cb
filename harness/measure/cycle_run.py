"""Measures cycles of DIRAC's agents on a running stack: times, CPU of each side, calls, statements, rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.cycles import BuildCycles, CycleMeasurement, CycleResult, StatementTotal
from harness.errors import StackError
from harness.measure.cycle_catalogue import Cycle
from harness.measure.statement_totals import StatementTotals
from harness.provenance import describe_environment
from harness.stack.agent_configuration import agent_cfg
from harness.stack.dirac_session import DiracSession
from harness.stack.lifecycle import Stack
from harness.stack.pilot_database import make_pilot_database

#: Where a chat message would go: nobody listens there, and no action of a cycle sends one.
_NO_WEBHOOK = "http://127.0.0.1:9/"
_PREPARE_TIMEOUT_S = 120.0
#: A client has its answer a moment before the server has counted the statements of it.
_COUNTED_AFTER_S = 0.05


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See dirac_side/agent_cycles.py."""

    wall_s: float
    cpu_s: dict[str, float]
    calls: dict[str, int]
    errors: list[tuple[str, int]]
    problem: str | None


class CycleRun:
    """The cycles of one build. Its stack is started when it is needed: again after a part of it has died."""

    def __init__(
        self, build: BuildEnvironment, start: Callable[[], Stack], progress: Callable[[str], None]
    ) -> None:
        """``start``: a ready stack of the build, with one front door."""
        self._build, self._start, self._progress = build, start, progress
        self._stack: Stack | None = None

    def measure(self, cycles: Sequence[Cycle], repetitions: int, keep: Callable[[BuildCycles], None]) -> None:
        """All of them, one after the other; ``keep`` gets those that are done, each time one more. What a release
        does not have, or does wrong, is among them with DIRAC's words and does not keep the others from being
        measured. StackError when no stack can be started."""
        results: list[CycleResult] = []
        try:
            for cycle in cycles:
                stack = self._running()
                self._progress(f"{self._build.identity.name}: {cycle.name}")
                results.append(measure_cycle(stack, cycle, repetitions))
                keep(
                    BuildCycles(
                        build=self._build.identity,
                        front_door=next(iter(stack.settings)),
                        environment=describe_environment(stack.database_version),
                        cycles=tuple(results),
                    )
                )
        finally:
            self._stop()

    def _running(self) -> Stack:
        if self._stack is not None and self._stack.death() is not None:
            self._stop()
        self._stack = self._stack or self._start()
        return self._stack

    def _stop(self) -> None:
        if self._stack is not None:
            self._stack.stop()
        self._stack = None


def measure_cycle(stack: Stack, cycle: Cycle, repetitions: int) -> CycleResult:
    """``repetitions`` of a cycle in one process, each from the same state of the tables."""
    done: list[CycleMeasurement] = []
    try:
        cycle.state.first(stack)
        with (
            _agent(stack, cycle) as agent,
            StatementTotals(stack.database, stack.server.dirac.user) as totals,
        ):
            for number in range(repetitions):
                if number:
                    cycle.state.again(stack)
                done.append(_measured(stack, cycle, agent, totals))
    except (StackError, SQLAlchemyError) as error:
        return CycleResult(cycle.name, tuple(done), stack.death() or str(error))
    return CycleResult(cycle.name, tuple(done))


def _agent(stack: Stack, cycle: Cycle) -> DiracSession:
    """A process of the build's environment that acts as the host, like an agent in production."""
    settings = next(iter(stack.settings.values()))
    make_pilot_database(stack.database, settings.database)
    if cycle.installation is not None:
        settings = replace(settings, installation=cycle.installation(settings.installation))
    session = DiracSession(
        stack.dirac.build, stack.directory / "agent", stack.log_directory / "agent.log", stack.mark
    )
    return session.start("agent_cycles.py", agent_cfg(settings, _NO_WEBHOOK), {"meters": stack.meters_told})


def _measured(stack: Stack, cycle: Cycle, agent: DiracSession, totals: StatementTotals) -> CycleMeasurement:
    agent.ask("prepare", timeout_s=_PREPARE_TIMEOUT_S, cycle=cycle.order, options=cycle.options(stack))
    if cycle.settled:
        _run(agent, cycle)
    totals.clear()
    answer = _run(agent, cycle)
    stack.check()
    return CycleMeasurement(
        wall_s=answer.wall_s,
        cpu_s=answer.cpu_s,
        calls=answer.calls,
        statements=_settled(totals),
        connections=totals.connected(),
        errors=dict(answer.errors),
    )


def _run(agent: DiracSession, cycle: Cycle) -> _Answer:
    """StackError with what the cycle returned or raised, when it did not do its work."""
    answer = msgspec.convert(agent.ask("run", timeout_s=cycle.timeout_s), _Answer)
    if answer.problem is not None:
        raise StackError(f"{cycle.name}: {answer.problem}")
    return answer


def _settled(totals: StatementTotals) -> tuple[StatementTotal, ...]:
    """When nothing is added any more."""
    executed = totals.executed()
    while True:
        command.wait_seconds(_COUNTED_AFTER_S)
        if (again := totals.executed()) == executed:
            return executed
        executed = again
