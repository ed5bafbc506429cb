"""How each kind of measurement is shown: as text, Markdown and JSON, and as a section of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import RssbenchError
from harness.measurement import Measurement
from harness.policy_costs import PoliciesResult
from harness.store import (
    CYCLES,
    EMAIL_CACHE,
    GROWTH,
    MEASUREMENTS,
    MICRO,
    MICRO_COMPARISON,
    POLICIES,
    ResultKind,
)
from reports.cycles_section import cycles_section
from reports.cycles_text import cycles_text
from reports.email_cache_section import email_cache_section
from reports.email_cache_text import email_cache_text
from reports.growth_formats import growth_markdown, growth_text
from reports.growth_section import growth_section
from reports.micro_formats import build_markdown, build_text, micro_markdown, micro_text
from reports.micro_section import micro_comparison_section, micro_section
from reports.plain_tables import markdown_tables, text_tables
from reports.policies_section import policies_section
from reports.policy_tables import policy_tables
from reports.section import Section


@dataclass(frozen=True)
class _Shown:
    """``tells_problems``: whether text and Markdown say themselves what an incomplete one lacks."""

    text: Callable[[Any], str]
    markdown: Callable[[Any], str]
    section: Callable[[Any], Section]
    tells_problems: bool = False


def _policies_text(result: PoliciesResult) -> str:
    return text_tables(policy_tables(result))


def _policies_markdown(result: PoliciesResult) -> str:
    return markdown_tables(policy_tables(result))


_SHOWN: Mapping[str, _Shown] = {
    GROWTH.name: _Shown(growth_text, growth_markdown, growth_section),
    POLICIES.name: _Shown(_policies_text, _policies_markdown, policies_section),
    CYCLES.name: _Shown(
        lambda result: cycles_text(result, markdown=False),
        lambda result: cycles_text(result, markdown=True),
        cycles_section,
    ),
    EMAIL_CACHE.name: _Shown(
        lambda result: email_cache_text(result, markdown=False),
        lambda result: email_cache_text(result, markdown=True),
        email_cache_section,
    ),
    MICRO.name: _Shown(build_text, build_markdown, micro_section),
    MICRO_COMPARISON.name: _Shown(micro_text, micro_markdown, micro_comparison_section, tells_problems=True),
}


def measurement_text(kind: ResultKind[Any], result: Measurement, form: str) -> str:
    """``form``: text, markdown or json, which is what the file holds."""
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(result), indent=2).decode()
    shown = _SHOWN[kind.name]
    text = shown.markdown(result) if form == "markdown" else shown.text(result)
    if result.status == "complete" or shown.tells_problems:
        return text
    return "\n".join([f"INCOMPLETE: {' '.join(problem.split())}" for problem in result.problems] + ["", text])


def sections_in(directory: Path) -> tuple[list[Section], dict[str, str]]:
    """A section for each measurement that stands in this folder; and of those that cannot be read, why."""
    sections: list[Section] = []
    unreadable: dict[str, str] = {}
    for kind in MEASUREMENTS:
        if kind.stands_in(directory):
            try:
                sections.append(_SHOWN[kind.name].section(kind.read(directory)))
            except RssbenchError as error:
                unreadable[kind.name] = str(error)
    return sections, unreadable
