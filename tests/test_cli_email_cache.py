"""`rssbench email-cache`: what it refuses, and how it ends."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from harness import cli, cli_email_cache
from harness.email_cache import EmailCacheResult, SettingResult
from harness.model import ErrorCount
from tests.reports.synthetic_email_cache import email_cache_result

LOCKED = (ErrorCount("database is locked", 3, "database is locked"),)


def email_cache(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["email-cache", *arguments])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--writers", "0"), "--writers: '0' is not allowed; allowed: numbers from 1 to 64, such as 1,4,15"),
        (("--writers", "many"), "--writers: 'many' is not allowed"),
        (("--writers", ""), "--writers: '' is not allowed"),
        (("--writers", "1,65"), "--writers: '1,65' is not allowed"),
        (("--seconds", "0"), "0 is not in the range"),
        (("--repetitions", "0"), "0 is not in the range"),
        (("7.3.38", "--front-door", "https"), "--front-door: DIRAC 7.3.38 has no front door https"),
        (("--sqlite-folder", "/nowhere"), "'/nowhere' does not exist"),
        (("nine",), "nine"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_starts(
    arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.stack.starting.start_stack", lambda *_a, **_k: pytest.fail("a stack was started"))
    refused = email_cache(*arguments)
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert refused.stdout == ""


def test_writers_are_read_once_each() -> None:
    assert cli_email_cache.writer_numbers("1, 4,4,15") == (1, 4, 15)


def changed(result: EmailCacheResult, cache: str, **changes: object) -> EmailCacheResult:
    def one(setting: SettingResult) -> SettingResult:
        return replace(setting, **changes) if setting.setting.cache == cache else setting

    return replace(result, settings=tuple(map(one, result.settings)))


def test_what_sqlite_does_wrong_is_a_finding_and_what_dirac_does_wrong_a_failure() -> None:
    right = email_cache_result()
    assert cli_email_cache.exit_code_of(right) == 0
    assert cli_email_cache.exit_code_of(changed(right, "sqlite", errors=LOCKED, lost=1)) == 0
    assert cli_email_cache.exit_code_of(changed(right, "service", errors=LOCKED)) == 1
    assert cli_email_cache.exit_code_of(changed(right, "database", lost=1)) == 1
    assert cli_email_cache.exit_code_of(changed(right, "service", twice=1)) == 1
