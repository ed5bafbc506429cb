"""What evaluations cost, and how two builds differ, as tables: for a terminal, Markdown and the page alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from harness.counted import CounterName, ExactOperation, count_of
from harness.model import Interval
from harness.policy_costs import (
    CountedEvaluation,
    EvaluationCost,
    InspectorRate,
    MailRound,
    PoliciesResult,
    PolicyChange,
    PolicyCosts,
    WebhookCase,
)
from reports.exact_wording import diff_line, exact_text, short_diff, why
from reports.plain_tables import Table
from reports.units import MISSING, count, rate, time_text

_COUNTERS: tuple[CounterName, ...] = ("statements", "rows_examined", "rows_sent", "commits", "connections")
_COUNTED = ("element", "actions", "decided", "calls", *(counter.replace("_", " ") for counter in _COUNTERS))


def policy_tables(result: PoliciesResult) -> list[Table]:
    """All of them: how two builds differ, then what each costs; of what was not measured there is none."""
    tables = [] if result.change is None else _change_tables(result, result.change)
    tables += [table for costs in result.builds for table in _of_one(costs)]
    return [table for table in tables if table.rows]


def short_tables(result: PoliciesResult) -> list[Table]:
    """What a reader wants first: evaluations with all actions and in a usual round, inspectors, lost mail."""
    changes = [] if result.change is None else _change_tables(result, result.change)
    tables = list(changes)
    for costs in result.builds:
        name = _name(costs)
        tables += [
            _counted(name, [one for one in costs.evaluations if one.actions == "all"]),
            _costs(name, [one for one in costs.costs if one.actions == "Active"]),
            _rates(name, costs.rates),
            _mail(name, costs.mail),
        ]
    return [table for table in tables if table.rows]


def folded_tables(result: PoliciesResult) -> list[Table]:
    """The others."""
    tables = []
    for costs in result.builds:
        name = _name(costs)
        tables += [
            _counted(name, costs.evaluations),
            _calls(name, costs.evaluations),
            _costs(name, costs.costs),
            _webhooks(name, costs.webhooks),
        ]
    return [table for table in tables if table.rows]


def _of_one(costs: PolicyCosts) -> list[Table]:
    name = _name(costs)
    return [
        _counted(name, costs.evaluations),
        _calls(name, costs.evaluations),
        _costs(name, costs.costs),
        _rates(name, costs.rates),
        _webhooks(name, costs.webhooks),
        _mail(name, costs.mail),
    ]


def _name(costs: PolicyCosts) -> str:
    return f"{costs.build.name} over {costs.front_door}, data set {costs.data_set.profile}"


def _counted(name: str, evaluations: Sequence[CountedEvaluation]) -> Table:
    rows = [
        (
            one.element_type,
            one.actions,
            one.status or "failed",
            *_numbers(one.counted),
            _written(one.rows_written),
            count(one.posts),
        )
        for one in evaluations
    ]
    varying = [
        f"{one.counted.operation}: {', '.join(one.counted.varying)}" for one in evaluations if one.counted.varying
    ]
    failed = [
        f"{one.counted.operation} failed: {one.counted.problem}" for one in evaluations if one.counted.problem
    ]
    notes = [*failed, *(f"not the same each time: {text}" for text in varying)]
    return Table(f"{name}: one evaluation", (*_COUNTED, "rows written", "posts"), rows, notes)


def _numbers(counted: ExactOperation) -> tuple[str, ...]:
    return tuple(count(count_of(counted, counter)) for counter in ("nested_calls", *_COUNTERS))


def _written(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{table} {count(number)}" for table, number in rows.items()) or MISSING


def _calls(name: str, evaluations: Sequence[CountedEvaluation]) -> Table:
    """The calls in order, of the evaluations with all actions."""
    lines = []
    for one in evaluations:
        if one.actions == "all" and one.counted.nested_calls:
            calls = ((call, len(list(group))) for call, group in groupby(one.counted.nested_calls))
            text = ", ".join(f"{call} {number} times" if number > 1 else call for call, number in calls)
            lines.append((one.element_type, text))
    return Table(f"{name}: calls of one evaluation with all actions, in order", ("element", "calls"), lines)


def _costs(name: str, costs: Sequence[EvaluationCost]) -> Table:
    rows = [
        (
            one.element_type,
            one.actions,
            count(one.evaluations),
            *map(time_text, (one.agent_cpu_s, one.service_cpu_s, one.database_cpu_s, one.wall_s)),
            _share(one.harness_cpu_ratio),
        )
        for one in costs
    ]
    headings = ("element", "actions", "evaluations", "agent CPU", "service CPU", "database CPU", "time", "harness")
    note = "harness: CPU of the agent's process on top of DIRAC's, for recording and orders; 95 % interval"
    return Table(f"{name}: CPU and time of one evaluation", headings, rows, [note])


def _share(ratio: Interval | float) -> str:
    if isinstance(ratio, Interval):
        return f"{ratio.value:+.1%} ({ratio.low:+.1%} to {ratio.high:+.1%})"
    return f"{ratio:+.1%}"


def _rates(name: str, rates: Sequence[InspectorRate]) -> Table:
    rows = [
        (
            one.agent,
            count(one.threads),
            count(one.at_once),
            count(one.evaluations),
            count(one.failed),
            time_text(one.wall_s),
            rate(one.rate_per_s),
            *(f"{cpu_s / one.wall_s:.0%}" for cpu_s in (one.agent_cpu_s, one.service_cpu_s, one.database_cpu_s)),
            count(one.connections),
        )
        for one in rates
    ]
    headings = (
        "agent",
        "threads",
        "at once",
        "evaluations",
        "failed",
        "time",
        "evaluations/s",
        "agent CPU",
        "service CPU",
        "database CPU",
        "connections",
    )
    notes = [f"{one.agent}, {one.threads} threads: {one.first_problem}" for one in rates if one.first_problem]
    return Table(f"{name}: one cycle of the inspectors; CPU as share of one core", headings, rows, notes)


def _webhooks(name: str, cases: Sequence[WebhookCase]) -> Table:
    rows = [
        (
            one.use,
            one.mode,
            "first" if one.actions == "slack-first" else "last",
            count(one.posts),
            time_text(one.wall_s),
            one.status or one.problem or MISSING,
            _written(one.rows_written),
        )
        for one in cases
    ]
    headings = ("webhook", "mode", "SlackAction", "posts", "time", "decided, or the problem", "rows written")
    return Table(f"{name}: a site and its webhook", headings, rows)


def _mail(name: str, rounds: Sequence[MailRound]) -> Table:
    rows = [
        (
            one.mail_server,
            count(one.rows_before),
            count(one.mails),
            count(one.rows_during),
            count(one.rows_after),
            count(one.rows_lost),
            time_text(one.wall_s),
        )
        for one in rounds
    ]
    headings = ("mail server", "rows before", "mails", "rows meanwhile", "rows after", "rows lost", "time")
    return Table(f"{name}: one cycle of EmailAgent", headings, rows)


def _change_tables(result: PoliciesResult, change: PolicyChange) -> list[Table]:
    """Of two builds."""
    names = " -> ".join(one.build.name for one in result.builds)
    return [_changes(names, change), _cpu_changes(names, change)]


def _changes(names: str, change: PolicyChange) -> Table:
    rows: list[tuple[str, ...]] = []
    notes: list[str] = []
    for exact in change.exact:
        rows.append((exact.operation, exact.verdict, exact_text(exact)))
        lines = [*map(diff_line, short_diff(exact)), *why(exact)]
        if lines:
            notes += ["", exact.operation, *(f"  {line}" for line in lines)]
    rows += [(one.operation, "not compared", f"{one.build}: {one.reason}") for one in change.absent]
    return Table(f"{names}: what one evaluation does", ("element, actions", "verdict", "counters"), rows, notes)


def _cpu_changes(names: str, change: PolicyChange) -> Table:
    rows = [
        (
            one.element_type,
            one.part,
            count(one.rounds),
            f"{one.effect_ratio - 1:+.1%}",
            MISSING
            if one.interval_ratio is None
            else " to ".join(f"{bound - 1:+.1%}" for bound in one.interval_ratio),
        )
        for one in change.cpu
    ]
    note = "rounds of one pair of processes, in turns: an estimate, no verdict"
    headings = ("element", "CPU of", "rounds", "change", "95 % interval")
    return Table(f"{names}: CPU of one evaluation", headings, rows, [note])
