"""The table of the e-mail cache says what was measured, and every failure with its reason."""

from __future__ import annotations

from msgspec.structs import replace

from harness.model import ErrorCount
from reports.email_cache_text import email_cache_text
from reports.units import MISSING
from tests.reports.synthetic_email_cache import email_cache_result


def test_a_row_has_the_median_rate_its_range_and_the_times() -> None:
    rows = email_cache_text(email_cache_result(), markdown=False).splitlines()
    assert rows[1].split() == [
        *("service", "15", "threads", "25.0", "24.0", "to", "26.5", "40.0", "ms"),
        *(MISSING, "200", "ms", "30.0", "ms", "8.00", "ms", "600", "µs", "0", "0"),
    ]
    assert max(map(len, rows)) <= 120


def test_what_a_cache_does_not_use_has_no_cpu() -> None:
    database, sqlite = email_cache_text(email_cache_result(), markdown=True).splitlines()[3:5]
    assert [cell.strip() for cell in database.split("|")][8:11] == ["30.0 ms", MISSING, "600 µs"]
    assert [cell.strip() for cell in sqlite.split("|")][8:11] == ["30.0 ms", MISSING, MISSING]


def test_every_failure_is_told_with_its_number_and_reason() -> None:
    result = email_cache_result()
    *others, last = result.settings
    errors = (ErrorCount("database is locked", 7, "database is locked"),)
    last = replace(last, errors=errors, lost=2, unasked=3, twice=4)
    text = email_cache_text(replace(result, settings=(*others, last)), markdown=False)
    where = "SQLite file, writers: 15 threads: "
    assert f"{where}7 x database is locked" in text
    assert f"{where}2 acknowledged messages are not in the cache" in text
    assert f"{where}3 messages are in the cache although their writer was told they failed" in text
    assert f"{where}4 rows are there twice" in text
