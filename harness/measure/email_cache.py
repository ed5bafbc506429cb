"""Blocks of DIRAC's EmailAction on each e-mail cache, in random order, every message looked up afterwards."""

from __future__ import annotations

import random
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from harness.email_cache import CACHES, Block, EmailCacheResult, Setting, SettingResult
from harness.measure.message_lookup import database_messages, durability, sqlite_messages
from harness.model import ErrorCount
from harness.provenance import describe_environment
from harness.stack.configuration import dirac_cfg
from harness.stack.lifecycle import Stack
from harness.stats.quantiles import percentile_interval

#: What a block may take beyond its time: start of its processes and end of its last messages.
_BLOCK_GRACE_S = 60.0
_START_S = 120.0

#: What makes two messages of one kind of failure different: addresses in memory and numbers of connections.
_ADDRESS = re.compile(r"0x[0-9a-f]+|(?<=port=)\d+")


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one writer reports."""

    latency_ns: list[int]
    in_time: int
    failed: list[tuple[int, str]]


class _Ended(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the process that ran a block reports; see dirac_side/email_cache.py."""

    cpu_s: dict[str, float]
    writers: list[_Written]


@dataclass(frozen=True)
class _Planned:
    setting: Setting
    prefix: str
    file: Path

    def orders(self, block_s: float) -> dict[str, Any]:
        processes, threads = (1, self.setting.writers)
        if self.setting.kind == "processes":
            processes, threads = threads, processes
        return {
            "cache": self.setting.cache,
            "processes": processes,
            "threads": threads,
            "seconds": block_s,
            "prefix": self.prefix,
            "file": str(self.file),
        }


def settings_of(writers: Sequence[int]) -> tuple[Setting, ...]:
    """Each cache with each number of writers, as threads and, where that is not the same, as processes."""
    return tuple(
        Setting(cache, number, kind)
        for cache in CACHES
        for number in writers
        for kind in (("threads", "processes") if number > 1 else ("threads",))
    )


@dataclass(frozen=True)
class Blocks:
    """Each setting gets ``repetitions`` blocks of ``seconds``. In each repetition the order is drawn anew, so that
    what changes on the machine meanwhile falls on all alike."""

    seconds: float
    repetitions: int
    seed: int

    def order(self, settings: Sequence[Setting]) -> list[Setting]:
        drawn: list[Setting] = []
        for number in range(self.repetitions):
            drawn += random.Random(f"{self.seed} {number}").sample(settings, len(settings))
        return drawn


def measure_email_cache(
    stack: Stack, settings: Sequence[Setting], blocks: Blocks, sqlite_folder: Path | None = None
) -> EmailCacheResult:
    """All blocks in one process of the build's environment, which has every block in fresh processes of its own.

    ``sqlite_folder``: where the files of SQLite are, without it beside the data of MariaDB. A part of the stack
    that dies is named in the result; StackError when the writers fail, or the database cannot be asked.
    """
    ((front_door, services),) = stack.settings.items()
    folder = sqlite_folder or stack.directory / "email-cache"
    if sqlite_folder is None:
        folder.mkdir(mode=0o700, exist_ok=True)
    mine = secrets.token_hex(3)  # others may have written to the same folder
    plan = [
        _Planned(one, f"mail-{mine}-{number}", folder / f"block-{number}.sqlite")
        for number, one in enumerate(blocks.order(settings))
    ]
    made = [one.file for one in plan if not one.file.exists()]
    ended = msgspec.convert(
        stack.dirac.run(
            "email_cache.py",
            dirac_cfg(services),
            {"pids": stack.pids, "blocks": [one.orders(blocks.seconds) for one in plan]},
            timeout_s=_START_S + len(plan) * (blocks.seconds + _BLOCK_GRACE_S),
        ),
        list[_Ended],
    )
    in_database = database_messages(stack.database)
    done = [
        _block(
            one, end, blocks.seconds, sqlite_messages(one.file) if one.setting.cache == "sqlite" else in_database
        )
        for one, end in zip(plan, ended, strict=True)
    ]
    for file in made:
        if file.exists():  # a disk that takes no file does not let go of one either
            file.unlink()
    return EmailCacheResult(
        build=stack.dirac.build.identity,
        environment=describe_environment(stack.database_version),
        front_door=front_door,
        durability=durability(stack.database),
        block_s=blocks.seconds,
        repetitions=blocks.repetitions,
        seed=blocks.seed,
        settings=tuple(_together(one, done, ended) for one in settings),
        blocks=tuple(done),
        died=stack.death(),
    )


def reason_of(message: str) -> str:
    """The kind of a failure: its first line, without what differs from one failure to the next."""
    return _ADDRESS.sub("...", message.strip().partition("\n")[0])


def _block(planned: _Planned, ended: _Ended, block_s: float, rows: Sequence[str]) -> Block:
    sent: set[str] = set()
    failed: dict[str, str] = {}
    for number, writer in enumerate(ended.writers):
        name = f"{planned.prefix}-{number}-{{}}".format
        sent |= {name(message) for message in range(len(writer.latency_ns))}
        failed |= {name(message): why for message, why in writer.failed}
    found = Counter(row for row in rows if row.startswith(f"{planned.prefix}-"))
    acknowledged = sent - failed.keys()
    return Block(
        setting=planned.setting,
        messages=len(sent),
        acknowledged=len(acknowledged),
        rate_per_s=sum(writer.in_time for writer in ended.writers) / block_s,
        cpu_s=ended.cpu_s,
        errors=_counted(failed.values()),
        lost=len(acknowledged - found.keys()),
        unasked=len(found.keys() - acknowledged),
        twice=found.total() - len(found),
    )


def _counted(messages: Iterable[str]) -> tuple[ErrorCount, ...]:
    return _summed(ErrorCount(reason_of(message), 1, message) for message in messages)


def _summed(errors: Iterable[ErrorCount]) -> tuple[ErrorCount, ...]:
    """One of each kind, the most frequent first."""
    first: dict[str, str] = {}
    counts = Counter[str]()
    for error in errors:
        counts[error.outcome] += error.count
        first.setdefault(error.outcome, error.first_message)
    return tuple(ErrorCount(reason, count, first[reason]) for reason, count in counts.most_common())


def _together(setting: Setting, blocks: Sequence[Block], ended: Sequence[_Ended]) -> SettingResult:
    own = [(block, one) for block, one in zip(blocks, ended, strict=True) if block.setting == setting]
    times_s = np.array([t for _, one in own for writer in one.writers for t in writer.latency_ns]) / 1e9
    messages = sum(block.messages for block, _ in own)
    return SettingResult(
        setting=setting,
        messages=messages,
        rates_per_s=tuple(block.rate_per_s for block, _ in own),
        p50_s=percentile_interval(times_s, 0.50),
        p99_s=percentile_interval(times_s, 0.99),
        slowest_s=float(times_s.max()) if messages else None,
        cpu_per_message_s={
            group: sum(block.cpu_s[group] for block, _ in own) / max(1, messages) for group in own[0][0].cpu_s
        },
        errors=_summed(error for block, _ in own for error in block.errors),
        lost=sum(block.lost for block, _ in own),
        unasked=sum(block.unasked for block, _ in own),
        twice=sum(block.twice for block, _ in own),
    )
