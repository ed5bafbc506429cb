"""What a measurement of the e-mail cache is made of, as it stands in ``email-cache.json``. Words:
docs/glossary.md."""

from __future__ import annotations

from typing import Literal

import msgspec

from harness.measurement import Measurement
from harness.model import BuildIdentity, ErrorCount, Interval

#: Version of the layout of ``email-cache.json``; raised when a field changes its meaning or goes away.
EMAIL_CACHE_SCHEMA_VERSION = 1

#: ``service``: DIRAC's client, service and database, as in production. ``database``: DIRAC's database class in the
#: writer's own process. ``sqlite``: a file, this suite's reference for what DIRAC did until 2019.
Cache = Literal["service", "database", "sqlite"]
CACHES: tuple[Cache, ...] = ("service", "database", "sqlite")

#: Whether writers are the threads of one process, as in an agent, or processes of one thread, as several agents.
WriterKind = Literal["threads", "processes"]


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is compared: ``writers`` write to ``cache`` at the same time, back to back."""

    cache: Cache
    writers: int
    kind: WriterKind


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One setting for some seconds, with processes and rows of its own.

    ``rate_per_s``: acknowledged messages that ended before the time was over. The audit looked all messages up
    afterwards: ``lost`` were acknowledged and are not there, ``unasked`` are there although their writer was told
    that they failed, ``twice`` are rows beyond the first of a message.
    """

    setting: Setting
    messages: int
    acknowledged: int
    rate_per_s: float
    cpu_s: dict[str, float]
    errors: tuple[ErrorCount, ...]
    lost: int
    unasked: int
    twice: int


class SettingResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All blocks of a setting. Times are from the call of the cache's action until its answer, failures included;
    ``cpu_per_message_s``: by ``writers``, ``service`` and ``database``."""

    setting: Setting
    messages: int
    rates_per_s: tuple[float, ...]
    p50_s: Interval | None
    p99_s: Interval | None
    slowest_s: float | None
    cpu_per_message_s: dict[str, float]
    errors: tuple[ErrorCount, ...]
    lost: int
    unasked: int
    twice: int


class EmailCacheResult(Measurement, frozen=True, forbid_unknown_fields=True):
    """Everything ``email-cache.json`` holds. ``blocks`` are in the order in which they ran, ``settings`` those
    that have one. ``durability``: how much a commit of MariaDB waits for the disk."""

    build: BuildIdentity
    #: None until the stack was ready, as the next
    front_door: str | None
    durability: dict[str, str] | None
    block_s: float
    repetitions: int
    seed: int
    settings: tuple[SettingResult, ...]
    blocks: tuple[Block, ...]
