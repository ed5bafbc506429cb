"""An agent of the RSS beside a stack: evaluates elements, goes through the cycles of DIRAC's agents, on order."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import msgspec

from harness.builds.environment import BuildEnvironment
from harness.stack.agent_configuration import agent_cfg
from harness.stack.dirac_session import DiracSession
from harness.stack.lifecycle import Stack
from harness.stack.pilot_database import make_pilot_database

#: Longer than any evaluation with a webhook that hangs; a call of DIRAC's client would give up after 600 s.
_TIMEOUT_S = 120.0

#: Of a whole cycle.
_CYCLE_TIMEOUT_S = 1800.0


class EvaluationAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One evaluation as the agent saw it. ``status``: decided; None when ``problem`` says why there is none.
    ``calls``: in order, ``<service>.<method>``. ``cpu_ns``: of its process, without what recording them took."""

    status: str | None
    problem: str | None
    calls: tuple[str, ...]
    cpu_ns: int
    wall_ns: int


class InspectorAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cycle of an inspector agent. ``at_once``: the most evaluations that were under way together."""

    evaluations: int
    at_once: int
    failed: int
    first_problem: str | None
    cpu_ns: int
    wall_ns: int


class PolicyAgent:
    """Entered, its process runs; it uses the first front door of ``stack``, as the host, as agents do.

    ``name``: of its log and folder, where there are several.
    """

    def __init__(self, build: BuildEnvironment, stack: Stack, webhook_url: str, name: str = "agent") -> None:
        self._settings = next(iter(stack.settings.values()))
        self._stack = stack
        self._cfg = agent_cfg(self._settings, webhook_url)
        log_file = stack.log_directory / f"{name}.log"
        self._session = DiracSession(build, stack.directory / name, log_file, stack.mark)

    @property
    def pid(self) -> int:
        return self._session.process.pid

    def read(self, element: str, name: str, status_type: str) -> None:
        """Read the row of an element: the one that evaluations are of until the next one is read."""
        self._ask("read", element=element, name=name, status_type=status_type)

    def evaluate(self, choice: str, *, name: str | None = None) -> EvaluationAnswer:
        """Evaluate it with the actions of a choice; ``name``: as if it were called so."""
        answer = self._ask("evaluate", active=choice, name=name)
        return msgspec.convert(answer, EvaluationAnswer)

    def inspect(self, agent: str, threads: int) -> InspectorAnswer:
        """One cycle of ``ElementInspectorAgent`` or ``SiteInspectorAgent``: all elements that are due."""
        answer = self._ask("inspect", timeout_s=_CYCLE_TIMEOUT_S, agent=agent, threads=threads)
        return msgspec.convert(answer, InspectorAnswer)

    def mail(self, port: int) -> float:
        """One cycle of ``EmailAgent`` with the mail server on ``port``; how long it took, in seconds."""
        return float(self._ask("mail", port=port)["wall_ns"]) / 1e9

    def _ask(self, order: str, *, timeout_s: float = _TIMEOUT_S, **arguments: object) -> Any:  # noqa: ANN401
        """StackError naming the part of the stack that has died, if one has: an agent evaluates all the same then,
        and decides that whatever it could not ask is in error."""
        try:
            return self._session.ask(order, timeout_s=timeout_s, **arguments)
        finally:
            self._stack.check()

    def __enter__(self) -> Self:
        make_pilot_database(self._stack.database, self._settings.database)
        self._session.__enter__()
        self._session.start("policy_agent.py", self._cfg, {})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, error, trace)
