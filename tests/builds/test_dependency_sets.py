from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from harness.builds.dependency_sets import end_of_day, kept_today, packages_before
from harness.errors import SettingsError

TODAY = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def instant(dependency_set: str, own: datetime = NOW) -> datetime:
    return packages_before(dependency_set, today=TODAY, own_day=lambda: own, now=NOW)


def test_today_is_the_kept_instant() -> None:
    assert instant("today") == TODAY


def test_released_is_the_end_of_the_builds_own_day_in_universal_time() -> None:
    own = datetime.fromisoformat("2022-11-14T00:30:00+02:00")
    assert instant("released", own) == datetime(2022, 11, 14, tzinfo=UTC)


def test_a_date_is_the_end_of_that_day() -> None:
    assert instant("2025-03-01") == end_of_day(date(2025, 3, 1)) == datetime(2025, 3, 2, tzinfo=UTC)
    assert instant("2026-11-25") == datetime(2026, 11, 26, tzinfo=UTC)


def test_a_day_to_come_is_refused() -> None:
    with pytest.raises(SettingsError, match="2026-11-26: that day has not come yet"):
        instant("2026-11-26")


def test_what_today_means_is_kept_until_a_new_one_is_asked_for(tmp_path: Path) -> None:
    first = kept_today(tmp_path)
    (tmp_path / "today.json").write_text('{"before":"2026-11-20T12:30:00Z"}')
    assert kept_today(tmp_path) == TODAY
    assert first <= kept_today(tmp_path, refresh=True) <= datetime.now(UTC)


def test_a_broken_note_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "today.json").write_text('{"bef')
    made = kept_today(tmp_path)
    assert kept_today(tmp_path) == made
