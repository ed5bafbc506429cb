"""Which packages a build gets beside DIRAC: the newest ones that the index had before some instant.

``today`` is one instant per cache: set when it is first needed, kept until the user asks for a new one. So all
builds measured with it, the two of a comparison above all, have their packages from the same day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from harness.builds import locks
from harness.builds.spec import RELEASED, TODAY
from harness.errors import SettingsError

_FILE = "today.json"


class Today(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``before``: packages uploaded until then."""

    before: datetime


def end_of_day(day: date) -> datetime:
    """The midnight (UTC) that ends ``day``: parts of one release are uploaded minutes apart."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def kept_today(cache_directory: Path, *, refresh: bool = False) -> datetime:
    """What ``today`` means in this cache; with ``refresh``, or when nothing is kept, now."""
    file = cache_directory / _FILE
    with locks.changing(file.with_suffix(".lock"), lambda: None):
        if not refresh and file.exists():
            try:
                return msgspec.json.decode(file.read_bytes(), type=Today).before
            except msgspec.DecodeError:
                pass  # a broken note: made anew
        before = datetime.now(UTC).replace(microsecond=0)
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_bytes(msgspec.json.encode(Today(before)))
        unfinished.rename(file)
        return before


def packages_before(
    dependency_set: str, *, today: datetime, own_day: Callable[[], datetime], now: datetime
) -> datetime:
    """The instant that a dependency set stands for. SettingsError for a day that has not come."""
    if dependency_set == TODAY:
        return today
    if dependency_set == RELEASED:
        return end_of_day(own_day().astimezone(UTC).date())
    day = date.fromisoformat(dependency_set)
    if day > now.date():
        raise SettingsError([f"dependency set {dependency_set}: that day has not come yet; allowed: {TODAY}"])
    return end_of_day(day)
