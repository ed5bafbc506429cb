"""A self-test for a terminal, as Markdown for the documentation, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from harness.selftest_result import SelftestResult
from reports.escaping import markdown_text
from reports.plain_tables import markdown_tables, text_tables
from reports.selftest_tables import selftest_tables, verdict_line

#: What the words of the tables mean, for a reader who has nothing else.
EXPLANATIONS = (
    (
        "End to end: a trial is a whole comparison, measured from its first to its last process. Pool: pairs were "
        "recorded once, of equal builds and of each slow-down in turn; a trial is a comparison made of pairs "
        "drawn from them, judged by the same rule with a look after every pair."
    ),
    (
        "A slow-down is real code in a commit of a clone: after each request its thread spins for that share of "
        "the CPU that a request costs the service."
    ),
    (
        "Rates have 95 % intervals (Wilson). An aim is missed when the whole interval misses it, and open while "
        "there are too few trials to say."
    ),
)


def selftest_text(result: SelftestResult) -> str:
    lines = [verdict_line(result), *_left_out(result)]
    return "\n".join(lines) + "\n\n" + text_tables(selftest_tables(result))


def selftest_markdown(result: SelftestResult) -> str:
    """A page of its own."""
    environment, settings = result.environment, result.settings
    operations = (
        settings.operations[0] if len(settings.operations) == 1 else f"{len(settings.operations)} operations"
    )
    lines = [
        "# What the instrument does",
        markdown_text(verdict_line(result)),
        markdown_text(
            f"DIRAC {settings.release}, profile {settings.profile}, {operations}; {environment.cpu_count} CPUs "
            f"({environment.cpu_model}), rssbench {environment.suite_version}. Lanes of whole comparisons: "
            f"{', '.join(settings.lanes)}."
        ),
        *(markdown_text(text) for text in (*EXPLANATIONS, *_left_out(result))),
        "Measured by:",
        "\n".join(f"    {command}" for command in result.commands),
        markdown_tables(selftest_tables(result)),
    ]
    return "\n\n".join(lines)


def selftest_json(result: SelftestResult) -> str:
    return msgspec.json.format(msgspec.json.encode(result), indent=2).decode()


SELFTEST_FORMATS: Mapping[str, Callable[[SelftestResult], str]] = {
    "text": selftest_text,
    "markdown": selftest_markdown,
    "json": selftest_json,
}


def _left_out(result: SelftestResult) -> list[str]:
    return [f"left out: {one}" for one in result.left_out]
