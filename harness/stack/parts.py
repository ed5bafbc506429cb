"""The parts of a stack: how they are found, how they ended, how they are ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness import command
from harness.stack.cpu_meter import Meter
from harness.stack.runtime import Running


@dataclass(frozen=True)
class Part:
    """A part of the stack and where it writes."""

    name: str
    running: Running
    log_file: Path

    def death(self, owner: str = "") -> str | None:
        """How it ended, with the last lines of its log; None while it lives. ``owner``: whose."""
        if (how := self.running.ending()) is None:
            return None
        last = command.last_lines(self.log_file)
        who = f"the {self.name} of the {owner}" if owner else f"the {self.name}"
        return f"{who} ({self.running.who}) {how}; {self.log_file} ends with\n{last}"


class Parts(dict[str, Part]):
    """Part of a stack by name: ``database``, and ``service`` (https) or ``service-<its name>`` for each (dips).

    ``owner``: whose stack it is, where several run side by side.
    """

    owner = ""

    @property
    def pids(self) -> dict[str, tuple[int, ...]]:
        """Of the ``database``, and of the ``service``: one process behind https, one per service over dips."""
        return {
            group: tuple(pid for part in parts for pid in part.running.pids)
            for group, parts in self._groups().items()
        }

    @property
    def meters(self) -> dict[str, tuple[Meter, ...]]:
        """What the CPU time of the same groups is read from."""
        return {group: tuple(part.running.meter for part in parts) for group, parts in self._groups().items()}

    def listening_ports(self, group: str) -> set[int]:
        """Where a group listens now."""
        return {port for part in self._groups()[group] for port in part.running.listening_ports()}

    def _groups(self) -> dict[str, list[Part]]:
        found: dict[str, list[Part]] = {}
        for name, part in self.items():
            found.setdefault(name.partition("-")[0], []).append(part)
        return found

    def death(self) -> str | None:
        """Which part has ended, and how; None while all live."""
        return next(filter(None, (part.death(self.owner) for part in self.values())), None)

    def kill(self, *, spared: str = "") -> None:
        """End the parts at once, whatever they are doing, but for the one named ``spared``. The last comes first:
        Podman removes no container whose network another one shares."""
        for name, part in reversed(self.items()):
            if name != spared:
                part.running.kill()

    def wait(self) -> None:
        """Until all have ended."""
        for part in self.values():
            part.running.wait()
