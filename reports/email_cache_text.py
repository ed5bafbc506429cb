"""What the e-mail cache costs, as a table for a terminal or, as Markdown, for a pull request."""

from __future__ import annotations

import statistics

from harness.email_cache import EmailCacheResult, Setting, SettingResult
from harness.model import Interval
from reports.escaping import markdown_text, one_line
from reports.plain_tables import plain_table
from reports.units import MISSING, count, plural, rate, time_text

HEADINGS = (
    "cache",
    "writers",
    "messages/s",
    "range",
    "p50",
    "p99",
    "slowest",
    "writer CPU",
    "service",
    "database",
    "errors",
    "lost",
)
NAMES = {"service": "service", "database": "database", "sqlite": "SQLite file"}


def email_cache_text(result: EmailCacheResult, *, markdown: bool) -> str:
    """One row per cache and number of writers, then the reasons of all errors, then how it was measured."""
    rows = setting_rows(result)
    notes = [*failures(result), *circumstances(result)]
    return "\n".join(
        [
            plain_table(HEADINGS, rows, markdown=markdown, texts=2),
            "",
            *(f"- {markdown_text(note)}" if markdown else note for note in notes),
        ]
    )


def setting_rows(result: EmailCacheResult) -> list[tuple[str, ...]]:
    """One per cache and number of writers, below HEADINGS."""
    return [_cells(one) for one in result.settings]


def _cells(one: SettingResult) -> tuple[str, ...]:
    cpu_s = one.cpu_per_message_s
    setting = one.setting
    return (
        NAMES[setting.cache],
        _writers(setting),
        rate(statistics.median(one.rates_per_s)),
        f"{rate(min(one.rates_per_s))} to {rate(max(one.rates_per_s))}",
        _percentile(one.p50_s),
        _percentile(one.p99_s),
        time_text(one.slowest_s),
        time_text(cpu_s["writers"]),
        time_text(cpu_s["service"]) if setting.cache == "service" else MISSING,
        MISSING if setting.cache == "sqlite" else time_text(cpu_s["database"]),
        count(sum(error.count for error in one.errors)),
        count(one.lost),
    )


def _writers(setting: Setting) -> str:
    return "1" if setting.writers == 1 else f"{setting.writers} {setting.kind}"


def _percentile(interval: Interval | None) -> str:
    return time_text(None if interval is None else interval.value)


def failures(result: EmailCacheResult) -> list[str]:
    """Every kind of failure with its number, and what the audit found."""
    found: list[str] = []
    for one in result.settings:
        where = f"{NAMES[one.setting.cache]}, writers: {_writers(one.setting)}"
        found += [f"{where}: {error.count} x {one_line(error.outcome)}" for error in one.errors]
        if one.lost:
            found.append(f"{where}: {one.lost} acknowledged messages are not in the cache")
        if one.unasked:
            found.append(
                f"{where}: {one.unasked} messages are in the cache although their writer was told they failed"
            )
        if one.twice:
            found.append(f"{where}: {one.twice} rows are there twice")
    return found


def circumstances(result: EmailCacheResult) -> list[str]:
    """How it was measured."""
    blocks = plural(result.repetitions, "block")
    settings = ", ".join(f"{name} = {value}" for name, value in sorted((result.durability or {}).items()))
    return [
        f"{blocks} of {result.block_s:g} s per row, in random order (seed {result.seed})",
        "messages/s: median block and range; times and CPU per message, a percentile only where it is supported",
        "all messages are written by DIRAC's own EmailAction, only what it writes to differs:",
        f"service: DIRAC {result.build.name}, client and service over {result.front_door}, as in production",
        "database: DIRAC's database class in the writer's own process",
        "SQLite file: this suite's reference for what DIRAC did until 2019",
        f"MariaDB {result.environment.database_version}: {settings}",
    ]
