from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from harness.builds.cache import CachedBuild, Pruned
from harness.builds.listing import builds_text, pruned_text, unused_time
from harness.errors import SettingsError

DAY = datetime(2026, 11, 25, 9, 5, tzinfo=UTC)
BUILD = CachedBuild("9.1.22:today", "9.1.22", "today", DAY, 300 * 2**20, DAY, "9.1.22-today-abc")

TEXT = """\
build         DIRAC   dependency set  packages before   size     last used         environment key
9.1.22:today  9.1.22  today           2026-11-25 09:05  300 MiB  2026-11-25 09:05  9.1.22-today-abc"""
MARKDOWN = """\
| build | DIRAC | dependency set | packages before | size | last used | environment key |
| --- | --- | --- | --- | --- | --- | --- |
| 9.1.22:today | 9.1.22 | today | 2026-11-25 09:05 | 300 MiB | 2026-11-25 09:05 | 9.1.22-today-abc |"""


def test_builds_are_listed_in_each_form() -> None:
    assert builds_text([BUILD], "text") == TEXT
    assert builds_text([BUILD], "markdown") == MARKDOWN
    (told,) = json.loads(builds_text([BUILD], "json"))
    assert told["size_bytes"] == 300 * 2**20
    assert told["last_used"] == "2026-11-25T09:05:00Z"
    assert builds_text([], "text") == "no build is installed"


def test_what_was_removed_is_told_in_each_form() -> None:
    pruned = Pruned(["a"], ["b"])
    assert pruned_text(pruned, "text") == "removed a\nb is in use and stays"
    assert pruned_text(pruned, "markdown") == "- removed a\n- b is in use and stays"
    assert json.loads(pruned_text(pruned, "json")) == {"removed": ["a"], "kept_in_use": ["b"]}
    assert pruned_text(Pruned([], []), "text") == "nothing to remove"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("30d", timedelta(days=30)),
        ("12h", timedelta(hours=12)),
        ("0m", timedelta()),
        ("2w", timedelta(days=14)),
    ],
)
def test_a_time_is_a_number_with_its_unit(text: str, time: timedelta) -> None:
    assert unused_time(text) == time


@pytest.mark.parametrize("text", ["", "30", "d", "-1d", "1.5d", "30 d", "1y"])
def test_another_time_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"--unused-for: .* is not allowed; allowed: .*30d"):
        unused_time(text)
