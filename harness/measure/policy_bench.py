"""All that an evaluation needs: a stack, an agent beside it, a webhook, and rows as they have to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.builds.environment import BuildEnvironment
from harness.dataset.installation import Installation, installation_of
from harness.dataset.profiles import Profile
from harness.measure.evaluated_elements import ElementRows, EvaluatedElement, element_rows, evaluated_elements
from harness.model import FrontDoor
from harness.stack.lifecycle import Stack
from harness.stack.policy_agent import PolicyAgent
from harness.stack.starting import start_stack
from harness.stack.webhook import Webhook


@dataclass(frozen=True)
class PolicyBench:
    """``elements``: those that are evaluated, one of each type."""

    build: BuildEnvironment
    stack: Stack
    agent: PolicyAgent
    webhook: Webhook
    rows: ElementRows
    names: Installation
    elements: tuple[EvaluatedElement, ...]

    def make_ready(self, element: EvaluatedElement) -> None:
        """The next evaluation is of this element, whose rows are as they were before the first one."""
        self.rows.put_back(element)
        self.agent.read(element.element, element.name, element.status_type)
        self.webhook.take()


@contextmanager
def policy_bench(  # noqa: PLR0913  what to start, with which data, and where
    build: BuildEnvironment,
    *,
    profile: Profile,
    seed: int,
    stack_root: Path,
    front_doors: Sequence[FrontDoor] | None = None,
    hang_s: float = 2.0,
    progress: Callable[[str], None] = lambda _line: None,
) -> Iterator[PolicyBench]:
    """A stack of its own with the data set loaded. StackError says which part did not start."""
    with (
        start_stack(
            build,
            profile=profile,
            seed=seed,
            stack_root=stack_root,
            log_directory=None,
            front_doors=front_doors,
            progress=progress,
        ) as stack,
        bench_on(build, stack, hang_s=hang_s) as bench,
    ):
        yield bench


@contextmanager
def bench_on(build: BuildEnvironment, stack: Stack, *, hang_s: float = 2.0) -> Iterator[PolicyBench]:
    """On a stack of ``build`` that is there already."""
    names = installation_of(stack.profile)
    with (
        Webhook(hang_s=hang_s) as webhook,
        element_rows(stack.database) as rows,
        PolicyAgent(build, stack, webhook.url()) as agent,
    ):
        yield PolicyBench(build, stack, agent, webhook, rows, names, evaluated_elements(names))
