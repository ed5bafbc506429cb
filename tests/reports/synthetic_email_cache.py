"""A made-up measurement of the e-mail cache, of known numbers."""

from __future__ import annotations

from harness.email_cache import Cache, EmailCacheResult, Setting, SettingResult
from harness.model import Interval
from harness.store import EMAIL_CACHE
from tests.reports.synthetic_measurement import beginning, identity


def email_cache_result() -> EmailCacheResult:
    return EmailCacheResult(
        **beginning(EMAIL_CACHE),
        build=identity(),
        front_door="https",
        durability={"innodb_flush_log_at_trx_commit": "1"},
        block_s=10.0,
        repetitions=3,
        seed=1,
        settings=(
            setting("service", 0.040),
            setting("database", 0.0008),
            setting("sqlite", 0.016),
        ),
        blocks=(),
    )


def setting(cache: Cache, p50_s: float) -> SettingResult:
    return SettingResult(
        setting=Setting(cache, 15, "threads"),
        messages=780,
        rates_per_s=(25.0, 26.5, 24.0),
        p50_s=Interval(p50_s, p50_s * 0.9, p50_s * 1.1),
        p99_s=None,
        slowest_s=0.2,
        cpu_per_message_s={"writers": 0.030, "service": 0.008, "database": 0.0006},
        errors=(),
        lost=0,
        unasked=0,
        twice=0,
    )
