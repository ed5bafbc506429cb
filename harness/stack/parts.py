"""The processes of a stack: how they are found, how they ended, how they are ended."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

from harness import command


@dataclass(frozen=True)
class Part:
    """A process of the stack and where it writes."""

    name: str
    process: command.Process
    log_file: Path

    def death(self, owner: str = "") -> str | None:
        """How the process ended, with the last lines of its log; None while it lives. ``owner``: whose."""
        code = self.process.poll()
        if code is None:
            return None
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        last = command.last_lines(self.log_file)
        who = f"the {self.name} of the {owner}" if owner else f"the {self.name}"
        return f"{who} (pid {self.process.pid}) {how}; {self.log_file} ends with\n{last}"


class Parts(dict[str, Part]):
    """Part of a stack by name: ``database``, and ``service`` (https) or ``service-<its name>`` for each (dips).

    ``owner``: whose stack it is, where several run side by side.
    """

    owner = ""

    @property
    def pids(self) -> dict[str, tuple[int, ...]]:
        """Of the ``database``, and of the ``service``: one process behind https, one per service over dips."""
        found: dict[str, tuple[int, ...]] = {}
        for name, part in self.items():
            group = name.partition("-")[0]
            found[group] = (*found.get(group, ()), part.process.pid)
        return found

    def death(self) -> str | None:
        """Which process has ended, and how; None while all live."""
        return next(filter(None, (part.death(self.owner) for part in self.values())), None)

    def kill(self, *, spared: str = "") -> None:
        """End the processes at once, whatever they are doing, but for the part named ``spared``."""
        for name, part in self.items():
            if name != spared:
                part.process.kill()
                part.process.wait()

    def wait(self) -> None:
        """Until all have ended."""
        for part in self.values():
            part.process.wait()
