"""A part of a stack that is a container, held by the engine's own client."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from harness import command
from harness.errors import StackError
from harness.stack.cpu_meter import group_meter
from harness.stack.engine import Engine

_START_TIMEOUT_S = 60.0
_POLL_S = 0.05

#: Exit codes of the engine's client that are not the program's: it cannot hold the container, or start it.
_ENGINE_FAILED = (125, 126, 127)
#: State of a listening socket in /proc/net/tcp.
_LISTENING = "0A"


class Container:
    """``client``: the engine's client that is attached to it."""

    def __init__(self, engine: Engine, name: str, client: command.Process) -> None:
        self.name = name
        self._engine = engine
        self._client = client
        self._pid = 0

    @property
    def who(self) -> str:
        return f"container {self.name}"

    @property
    def pids(self) -> tuple[int, ...]:
        return (self.wait_until_it_runs(),)

    @property
    def meter(self) -> Path:
        """StackError when its control group cannot be seen from here."""
        try:
            meter = group_meter(self.wait_until_it_runs())
        except ProcessLookupError as error:
            raise StackError(f"{self.who}: {error}") from error
        if meter is None:
            raise StackError(
                f"the control group of {self.who} cannot be seen in /sys/fs/cgroup: its CPU time is not known"
            )
        return meter

    def wait_until_it_runs(self) -> int:
        """The pid of its first process. StackError when it has ended before, or takes too long."""
        deadline_s = time.monotonic() + _START_TIMEOUT_S
        while not self._pid:
            self._pid = self._engine.first_pid(self.name)
            if not self._pid and (how := self.ending()) is not None:
                raise StackError(f"{self.who} {how} before it ran")
            if time.monotonic() > deadline_s:
                raise StackError(f"{self.who} did not start within {_START_TIMEOUT_S:.0f} s")
            if not self._pid:
                command.wait_seconds(_POLL_S)
        return self._pid

    def ending(self) -> str | None:
        code = self._client.poll()
        if code is None:
            return None
        if code < 0:
            return f"lost the engine's client, which was killed by {signal.Signals(-code).name}"
        if code in _ENGINE_FAILED:
            return f"was not started, or was lost, by {self._engine.name} (exit code {code})"
        if code > 128 and code - 128 in set(signal.Signals):
            return f"was killed by {signal.Signals(code - 128).name}"
        return f"ended with exit code {code}"

    def listening_ports(self) -> set[int]:
        """Seen in its own network: at a published port the engine listens from the start."""
        if not self._pid and self._client.poll() is not None:
            return set()
        found = set()
        for table in ("tcp", "tcp6"):
            try:
                lines = Path(f"/proc/{self.wait_until_it_runs()}/net/{table}").read_text().splitlines()[1:]
            except OSError:
                continue  # it has ended, which whoever waits for it will say
            rows = (line.split() for line in lines)
            found |= {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == _LISTENING}
        return found

    def kill(self) -> None:
        """When the engine does not answer, its client is ended, and the container is removed with the stack."""
        try:
            self._engine.remove_container(self.name)
        except StackError:
            self._client.kill()
        self._client.wait()

    def wait(self, timeout_s: float | None = None) -> None:
        self._client.wait(timeout_s)
