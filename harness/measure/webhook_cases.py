"""What a webhook does to an evaluation: fast, slow, failing, hanging; as Slack's and as Mattermost's."""

from __future__ import annotations

import dataclasses
import itertools

from harness.measure.evaluations import rows_written
from harness.measure.policy_bench import PolicyBench
from harness.measure.statement_log import StatementLog
from harness.policy_costs import WebhookCase
from harness.stack.policy_agent import PolicyAgent
from harness.stack.webhook import MODES, Mode, Use

#: SlackAction behind all other actions, and before them.
_CHOICES = ("all", "slack-first")


def webhook_cases(bench: PolicyBench) -> list[WebhookCase]:
    """A site evaluated once in every mode, with SlackAction last and first; and once for Mattermost.

    StackError when a part of the stack has died.
    """
    with StatementLog(bench.stack.database.url("performance_schema")) as log:
        cases = [_case(bench, log, "Slack", mode, choice) for mode, choice in itertools.product(MODES, _CHOICES)]
        bench.webhook.mode = "fast"
        with PolicyAgent(bench.build, bench.stack, bench.webhook.url("Mattermost"), "agent-mattermost") as agent:
            cases.append(_case(dataclasses.replace(bench, agent=agent), log, "Mattermost", "fast", "all"))
    return cases


def _case(bench: PolicyBench, log: StatementLog, use: Use, mode: Mode, choice: str) -> WebhookCase:
    (site,) = (element for element in bench.elements if element.element == "Site")
    bench.webhook.mode = mode
    bench.make_ready(site)
    log.clear()
    answer = bench.agent.evaluate(choice)
    return WebhookCase(
        use=use,
        mode=mode,
        actions=choice,
        posts=len(bench.webhook.take()),
        wall_s=answer.wall_ns / 1e9,
        status=answer.status,
        problem=answer.problem,
        rows_written=rows_written(log.executed()),
    )
