"""What came of blocks of messages: each by itself, and all of a setting together (pure)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from harness.email_cache import Block, Setting, SettingResult
from harness.model import ErrorCount
from harness.stats.quantiles import percentile_interval

#: What makes two messages of one kind of failure different: addresses in memory and numbers of connections.
_ADDRESS = re.compile(r"0x[0-9a-f]+|(?<=port=)\d+")


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one writer reports."""

    latency_ns: list[int]
    in_time: int
    failed: list[tuple[int, str]]


class EndedBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the process that ran a block reports; see dirac_side/email_cache.py."""

    cpu_s: dict[str, float]
    writers: list[_Written]


@dataclass(frozen=True)
class PlannedBlock:
    """A block to be run. Its messages begin with ``prefix``; ``file`` is that of SQLite."""

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


def reason_of(message: str) -> str:
    """The kind of a failure: its first line, without what differs from one failure to the next."""
    return _ADDRESS.sub("...", message.strip().partition("\n")[0])


def block_of(planned: PlannedBlock, ended: EndedBlock, block_s: float, rows: Sequence[str]) -> Block:
    sent: set[str] = set()
    failed: dict[str, str] = {}
    for number, writer in enumerate(ended.writers):
        name = f"{planned.prefix}-{number}-{{}}".format
        sent |= {name(message) for message in range(len(writer.latency_ns))}
        failed |= {name(message): why for message, why in writer.failed}
    found = Counter(rows)
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


def together(setting: Setting, blocks: Sequence[Block], ended: Sequence[EndedBlock]) -> SettingResult:
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
