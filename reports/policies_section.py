"""The policy chain on a page: evaluations, inspectors, webhook, mail; and the statements of each evaluation."""

from __future__ import annotations

from harness.policy_costs import PoliciesResult, PolicyCosts
from harness.store import POLICIES
from reports.plain_tables import Table
from reports.policy_tables import folded_tables, short_tables
from reports.section import Section, statement_table
from reports.units import plural

GLOSSARY = {
    "evaluation": "one element judged by the policy chain: policies with their commands, status decided, actions",
    "Active": "the actions of a round in which nothing changes",
    "harness": "CPU of the agent's process on top of DIRAC's own, for recording and orders of this suite",
}


def policies_section(result: PoliciesResult) -> Section:
    return Section(
        anchor="policies",
        title="The policy chain",
        line=policies_line(result),
        acts=_acts(result),
        file=POLICIES.file,
        result=result,
        builds=[one.build for one in result.builds],
        tables=short_tables(result),
        folded=folded_tables(result),
        statements=[table for costs in result.builds for table in _statements(costs)],
        data_sets=[one.data_set for one in result.builds[:1]],
        glossary=GLOSSARY,
    )


def policies_line(result: PoliciesResult) -> str:
    """What one evaluation with all actions makes the build do; of two builds, how they differ."""
    if result.change is not None:
        names = " -> ".join(one.build.name for one in result.builds)
        verdicts = [one.verdict for one in result.change.exact]
        counted = ", ".join(f"{verdicts.count(one)} {one}" for one in dict.fromkeys(verdicts)) or "none"
        return f"DIRAC {names}: counters of {plural(len(verdicts), 'evaluation')}: {counted}"
    if not result.builds:
        return "nothing was measured"
    (costs,) = result.builds
    told = [
        f"{one.element_type} {plural(len(one.counted.nested_calls or ()), 'call')}, "
        f"{plural(len(one.counted.statements), 'statement')}"
        for one in costs.evaluations
        if one.actions == "all"
    ]
    return f"DIRAC {costs.build.name}, one evaluation with all actions: {'; '.join(told) or 'not counted'}"


def _acts(result: PoliciesResult) -> bool:
    """A counter that rose, an evaluation that fails, or rows that the agent that mails loses."""
    exact = result.change.exact if result.change else ()
    changed = any(one.verdict not in ("same", "improvement") for one in exact)
    failed = any(one.counted.problem for costs in result.builds for one in costs.evaluations)
    return changed or failed or any(one.rows_lost for costs in result.builds for one in costs.mail)


def _statements(costs: PolicyCosts) -> list[Table]:
    return [
        statement_table(
            f"{costs.build.name}, {one.counted.operation}: {plural(len(one.counted.statements), 'statement')}",
            one.counted.statements,
            POLICIES.file,
        )
        for one in costs.evaluations
        if one.counted.statements
    ]
