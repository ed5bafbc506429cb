"""The e-mail cache on a page."""

from __future__ import annotations

import statistics

from harness.email_cache import CACHES, EmailCacheResult
from harness.store import EMAIL_CACHE
from reports.email_cache_text import HEADINGS, NAMES, circumstances, failures, setting_rows
from reports.plain_tables import Table
from reports.section import Section
from reports.units import plural, rate

GLOSSARY = {
    "e-mail cache": "where DIRAC's EmailAction leaves what the e-mail agent will send",
    "lost": "of the e-mail cache: acknowledged messages that are not there",
}


def email_cache_section(result: EmailCacheResult) -> Section:
    found = failures(result)
    return Section(
        anchor="email-cache",
        title="The e-mail cache",
        line=email_cache_line(result),
        acts=bool(found),
        file=EMAIL_CACHE.file,
        result=result,
        builds=(result.build,),
        tables=[Table("Each cache", HEADINGS, setting_rows(result), [*found, *circumstances(result)])],
        glossary=GLOSSARY,
    )


def email_cache_line(result: EmailCacheResult) -> str:
    """The rates that each cache reached, and how many messages failed."""
    reached = []
    for cache in CACHES:
        rates = [statistics.median(one.rates_per_s) for one in result.settings if one.setting.cache == cache]
        if rates:
            reached.append(f"{NAMES[cache]} {rate(min(rates))} to {rate(max(rates))}")
    errors = sum(error.count for one in result.settings for error in one.errors)
    lost = sum(one.lost for one in result.settings)
    return (
        f"DIRAC {result.build.name}, messages/s: {', '.join(reached) or 'none measured'}; "
        f"{plural(errors, 'error')}, {lost} lost"
    )
