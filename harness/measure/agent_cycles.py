"""Cycles of DIRAC's own agents: how fast inspectors evaluate, and what the agent that mails loses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from harness.measure.evaluated_elements import element_rows
from harness.measure.policy_bench import PolicyBench
from harness.policy_costs import InspectorRate, MailRound
from harness.stack.cpu_meter import cpu_ns
from harness.stack.mail_sink import MailSink
from harness.stack.ports import ReservedPort

Inspector = Literal["ElementInspectorAgent", "SiteInspectorAgent"]

#: DIRAC's own number of threads, and one to compare with.
THREADS = (1, 15)

#: Elements whose rows wait to be mailed, and one that is written while they are.
_EARLY, _LATE = tuple(f"early{number}.example" for number in range(3)), "late.example"


def inspector_rates(bench: PolicyBench, evaluations: int, threads: Sequence[int] = THREADS) -> list[InspectorRate]:
    """What each inspector reaches with so many elements due, after a first cycle with one that does not count.

    Elements are computing elements and storage elements as the profile mixes them, and sites.
    """
    storage = evaluations // 2 // 4  # each with four types of access, which all are due
    names = bench.names
    resources = [*names.computing_elements[: evaluations - 4 * storage], *names.storage_elements[:storage]]
    due: dict[Inspector, tuple[str, Sequence[str]]] = {
        "ElementInspectorAgent": ("ResourceStatus", resources),
        "SiteInspectorAgent": ("SiteStatus", names.sites[:evaluations]),
    }
    rates = []
    for agent, (table, elements) in due.items():
        bench.rows.make_due(table, elements[:1])
        bench.agent.inspect(agent, 1)
        for count in threads:
            bench.rows.make_due(table, elements)
            rates.append(_cycle(bench, agent, count))
    return rates


def mail_rounds(bench: PolicyBench) -> list[MailRound]:
    """A cycle with a mail server that answers, while a row is written during its first mail; one with none."""
    with element_rows(bench.stack.database) as rows:

        def write_one(number: int) -> None:
            if number == 1:
                rows.insert_cache_row(_LATE)

        with MailSink(write_one) as sink:
            answering = _mail(bench, "answers", sink.port, sink.mails)
    with ReservedPort() as closed:
        refusing = _mail(bench, "refuses", closed.number, [])
    return [answering, refusing]


def _cycle(bench: PolicyBench, agent: Inspector, threads: int) -> InspectorRate:
    meters = bench.stack.meters
    before = {group: sum(map(cpu_ns, members)) for group, members in meters.items()}
    connections = bench.rows.connections()
    answer = bench.agent.inspect(agent, threads)
    used = {group: sum(map(cpu_ns, members)) - before[group] for group, members in meters.items()}
    done, wall_s = answer.evaluations, answer.wall_ns / 1e9
    return InspectorRate(
        agent=agent,
        threads=threads,
        at_once=answer.at_once,
        evaluations=done,
        failed=answer.failed,
        first_problem=answer.first_problem,
        wall_s=wall_s,
        rate_per_s=done / wall_s,
        agent_cpu_s=answer.cpu_ns / 1e9,
        service_cpu_s=used["service"] / 1e9,
        database_cpu_s=used["database"] / 1e9,
        connections=bench.rows.connections() - connections,
    )


def _mail(bench: PolicyBench, mail_server: str, port: int, mails: list[bytes]) -> MailRound:
    bench.rows.clear_cache()
    for name in _EARLY:
        bench.rows.insert_cache_row(name)
    wall_s = bench.agent.mail(port)
    during = {_LATE} if mails else set()
    left = bench.rows.cache_rows()
    mailed = {name for name in (*_EARLY, _LATE) if any(name.encode() in mail for mail in mails)}
    return MailRound(
        mail_server=mail_server,
        rows_before=len(_EARLY),
        mails=len(mails),
        rows_during=len(during),
        rows_after=len(left),
        rows_lost=len({*_EARLY, *during} - left - mailed),
        wall_s=wall_s,
    )
