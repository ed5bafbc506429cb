"""Blocks of DIRAC's EmailAction on each e-mail cache, in random order, every message looked up afterwards."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.email_cache import CACHES, Block, EmailCacheResult, Setting
from harness.measure.email_cache_blocks import EndedBlock, PlannedBlock, block_of, together
from harness.measure.measurement_record import MeasurementRecord, Place
from harness.measure.message_lookup import database_messages, durability, sqlite_messages
from harness.model import FrontDoor
from harness.stack.configuration import dirac_cfg
from harness.stack.dirac_session import DiracSession
from harness.stack.lifecycle import Stack
from harness.stack.starting import start_stack
from harness.store import EMAIL_CACHE

#: What a block may take beyond its time: start of its processes and end of its last messages.
_BLOCK_GRACE_S = 60.0
_START_S = 120.0


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


def measure_email_cache(  # noqa: PLR0913  what is measured, how, and where
    build: BuildEnvironment,
    settings: Sequence[Setting],
    blocks: Blocks,
    place: Place,
    *,
    front_door: FrontDoor | None,
    sqlite_folder: Path | None,
) -> EmailCacheResult:
    """On a stack of its own. ``front_door``: None for that of the release; ``sqlite_folder``: where the files of
    SQLite are, without it beside the data of MariaDB.

    StackError when the stack does not start, a part of it dies or writers fail; what was measured until then is
    kept.
    """
    record = MeasurementRecord(
        EMAIL_CACHE,
        place,
        build=build.identity,
        front_door=None,
        durability=None,
        block_s=blocks.seconds,
        repetitions=blocks.repetitions,
        seed=blocks.seed,
        settings=(),
        blocks=(),
    )
    with (
        record,
        start_stack(
            build,
            profile=PROFILES["S"],
            seed=blocks.seed,
            stack_root=place.stack_root,
            log_directory=None,
            front_doors=front_door and [front_door],
            progress=place.progress,
        ) as stack,
    ):
        record.update(front_door=stack.front_door, durability=durability(stack.database))
        record.keep_database_version(stack.database_version)
        measure_blocks(stack, settings, blocks, record.update, sqlite_folder, place.progress)
    return record.result


def measure_blocks(  # noqa: PLR0913, PLR0917  what is measured, where, and who gets it
    stack: Stack,
    settings: Sequence[Setting],
    blocks: Blocks,
    keep: Callable[..., None],
    sqlite_folder: Path | None = None,
    progress: Callable[[str], None] = lambda _line: None,
) -> None:
    """All blocks by one process of the build's environment, which has every block in fresh processes of its own.

    ``keep`` gets ``settings`` and ``blocks`` as far as they are done, each time a block more. StackError when
    writers fail, the database cannot be asked or, at the end, when a part of the stack has died.
    """
    ((_, services),) = stack.settings.items()
    folder = sqlite_folder or stack.directory / "email-cache"
    if sqlite_folder is None:
        folder.mkdir(mode=0o700, exist_ok=True)
    mine = secrets.token_hex(3)  # others may have written to the same folder
    order = blocks.order(settings)
    done: list[Block] = []
    ended: list[EndedBlock] = []
    log_file = stack.log_directory / "writers.log"
    with DiracSession(stack.dirac.build, stack.directory / "writers", log_file, stack.mark) as writers:
        writers.start("email_cache.py", dirac_cfg(services), {"meters": stack.meters_told})
        for number, setting in enumerate(order):
            progress(f"block {number + 1} of {len(order)}: {setting.cache}, {setting.writers} {setting.kind}")
            planned = PlannedBlock(setting, f"mail-{mine}-{number}", folder / f"block-{number}.sqlite")
            made = not planned.file.exists()
            answer = writers.ask(
                "block", timeout_s=_START_S + blocks.seconds + _BLOCK_GRACE_S, **planned.orders(blocks.seconds)
            )
            ended.append(msgspec.convert(answer, EndedBlock))
            done.append(block_of(planned, ended[-1], blocks.seconds, _found(stack, planned)))
            if made and planned.file.exists():  # a disk that takes no file does not let go of one either
                planned.file.unlink()
            there = [one for one in settings if any(block.setting == one for block in done)]
            keep(settings=tuple(together(one, done, ended) for one in there), blocks=tuple(done))
    stack.check()


def _found(stack: Stack, planned: PlannedBlock) -> list[str]:
    """The messages of a block that are in its cache."""
    if planned.setting.cache == "sqlite":
        return sqlite_messages(planned.file, f"{planned.prefix}-")
    return database_messages(stack.database, f"{planned.prefix}-")
