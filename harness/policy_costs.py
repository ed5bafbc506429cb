"""What the policy chain of a build costs, as it stands in ``policies.json``. Words: docs/glossary.md.

A value that does not exist is ``None``, never zero.
"""

from __future__ import annotations

import msgspec

from harness.comparison import AbsentOperation, ExactComparison
from harness.counted import ExactOperation
from harness.measurement import Measurement
from harness.model import BuildIdentity, DataSet, Interval

#: Version of the layout of ``policies.json``; raised when a field changes its meaning or goes away.
POLICIES_SCHEMA_VERSION = 1

#: What the counter of rows written to a table is called where it varies, and in a history.
ROWS_WRITTEN = "rows written to {}"


class CountedEvaluation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One evaluation of an element, counted alone on a quiet stack.

    ``counted``: as an operation of the exact lane; its nested calls are those of the agent, its answer is the
    status decided. ``rows_written``: by table; ``posts``: to the webhook.
    """

    element_type: str
    actions: str
    counted: ExactOperation
    status: str | None
    rows_written: dict[str, int]
    posts: int


class EvaluationCost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """CPU and time of one evaluation, each the mean of the middle half of ``evaluations``.

    ``agent_cpu_s``: of the agent without anything of ours. ``harness_cpu_ratio``: how much more its process used
    for what is ours, recording and orders: 0.02 is 2 %; with its 95 % interval, if there are enough evaluations.
    """

    element_type: str
    actions: str
    evaluations: int
    agent_cpu_s: float
    service_cpu_s: float
    database_cpu_s: float
    wall_s: float
    harness_cpu_ratio: Interval | float


class InspectorRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cycle of DIRAC's own inspector agent with so many threads. ``at_once``: the most evaluations that were
    under way together; ``failed``: of ``evaluations``, those that came to no end; ``connections``: opened to the
    database, by whomever."""

    agent: str
    threads: int
    at_once: int
    evaluations: int
    failed: int
    first_problem: str | None
    wall_s: float
    rate_per_s: float
    agent_cpu_s: float
    service_cpu_s: float
    database_cpu_s: float
    connections: int


class WebhookCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One evaluation with a webhook that behaves in one way. ``wall_s``: in all; ``problem``: what the evaluation
    ended with instead of a status. ``rows_written``: what the other actions came to write."""

    use: str
    mode: str
    actions: str
    posts: int
    wall_s: float
    status: str | None
    problem: str | None
    rows_written: dict[str, int]


class MailRound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cycle of EmailAgent. ``rows_before`` waited to be mailed, ``rows_during`` came while it mailed;
    ``rows_lost``: those that are neither in a mail nor, ``rows_after``, in the table."""

    mail_server: str
    rows_before: int
    mails: int
    rows_during: int
    rows_after: int
    rows_lost: int
    wall_s: float


class PolicyCosts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was measured of one build, part by part in this order but for ``costs``, which come first."""

    build: BuildIdentity
    front_door: str
    data_set: DataSet
    evaluations: tuple[CountedEvaluation, ...] = ()
    costs: tuple[EvaluationCost, ...] = ()
    rates: tuple[InspectorRate, ...] = ()
    webhooks: tuple[WebhookCase, ...] = ()
    mail: tuple[MailRound, ...] = ()


class CpuChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """CPU of one evaluation, contender over baseline, over rounds in which both evaluated, one after the other."""

    element_type: str
    part: str
    rounds: int
    effect_ratio: float
    interval_ratio: tuple[float, float] | None


class PolicyChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the contender differs from the baseline. ``exact`` and ``absent`` are there when both are counted."""

    cpu: tuple[CpuChange, ...]
    exact: tuple[ExactComparison, ...] = ()
    absent: tuple[AbsentOperation, ...] = ()


class PoliciesResult(Measurement, frozen=True, forbid_unknown_fields=True):
    """Everything ``policies.json`` holds. ``builds``: the one, or baseline and contender, as far as their stacks
    were ready."""

    profile: str
    seed: int
    rounds: int
    builds: tuple[PolicyCosts, ...]
    change: PolicyChange | None
