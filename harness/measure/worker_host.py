"""The other end of a distributed load: processes of this machine that work for a master somewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness import command
from harness.errors import RssbenchError
from harness.stack.ownership import OwnedDirectory, prepare_stack_root, remove_leftovers
from scenarios.remote.orders import EXIT_AGAIN, EXIT_OVER, WorkerOrders

#: How long the others may go on when one cannot.
FAREWELL_S = 15.0

_POLL_S = 0.1

Progress = Callable[[str], None]


@dataclass
class _Seat:
    """One worker: a fresh process for each trial, as on the master's machine."""

    orders: WorkerOrders
    log_file: Path
    process: command.Process | None = None


def work(orders: Sequence[WorkerOrders], stack_root: Path, progress: Progress) -> None:
    """Work for the master, trial after trial, until it says that no other comes. ``directory`` of the orders is
    filled in here. RssbenchError when a worker cannot go on. Nothing is left however this ends.
    """
    prepare_stack_root(stack_root)
    remove_leftovers(stack_root, progress)
    owned = OwnedDirectory(stack_root)
    try:
        private = owned.path / "work"
        private.mkdir(mode=0o700)
        seats = [_Seat(one, private / f"worker-{number}.log") for number, one in enumerate(orders)]
        _work(seats, private, owned.mark, progress)
    finally:
        owned.remove()


def _work(seats: list[_Seat], private: Path, mark: str, progress: Progress) -> None:
    failures: list[str] = []
    deadline_s = None
    while seats and (deadline_s is None or time.monotonic() < deadline_s):
        for seat in seats:
            if seat.process is None:
                seat.process = _start(seat, private / seat.log_file.stem, mark)
        command.wait_seconds(_POLL_S)
        seats = [seat for seat in seats if _goes_on(seat, failures, progress)]
        if failures and deadline_s is None:
            # the master finds out which one it has lost, and sends the others home with that reason
            deadline_s = time.monotonic() + FAREWELL_S
        if failures:
            seats = [seat for seat in seats if seat.process]
    if failures:
        raise RssbenchError("\n".join(failures))


def _start(seat: _Seat, directory: Path, mark: str) -> command.Process:
    directory.mkdir(exist_ok=True)
    orders_file = directory / "orders.json"
    orders_file.write_bytes(msgspec.json.encode(msgspec.structs.replace(seat.orders, directory=str(directory))))
    arguments: list[str | Path] = [sys.executable, "-m", "scenarios.remote.worker", orders_file]
    return command.start(arguments, log_file=seat.log_file, mark=mark)


def _goes_on(seat: _Seat, failures: list[str], progress: Progress) -> bool:
    """Whether this worker has or will have a trial."""
    assert seat.process
    code = seat.process.poll()
    if code is None:
        return True
    name = seat.orders.name
    seat.process = None
    if code == EXIT_AGAIN:
        progress(f"{name}: a trial is over, waiting for the next")
        return True
    if code == EXIT_OVER:
        progress(f"{name}: the run is over")
    else:
        failures.append(f"{name} ended with code {code}: {command.last_lines(seat.log_file, 3)}")
    return False
