"""Docker or Podman, by its command line: what a stack needs of it, and why it does not answer.

Everything that is made for a stack carries the label :data:`MARK_LABEL` with its mark, so that it is found and
removed whoever made it, and however that ended.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import command
from harness.errors import RssbenchError, StackError

#: Programs in the order in which they are tried.
PROGRAMS = ("docker", "podman")

#: Label of containers and networks: the mark of the stack.
MARK_LABEL = "rssbench.mark"

#: What gives Podman's networks names.
_NAME_PLUGINS = "aardvark-dns, or, of Debian 12, golang-github-containernetworking-plugin-dnsname"

_ASK_TIMEOUT_S = 20.0
_CALL_TIMEOUT_S = 60.0
_REMOVAL_TRIES = 20
_POLL_S = 0.1

_ADVICE = "start one (docker/engine.sh does, as root), or use the runtime processes"
#: What an engine's program says, and what that means. The first that matches counts.
_CAUSES = (
    (
        "permission denied while trying to connect",
        "this account may not use it: add it to the group of its socket, or run as root",
    ),
    ("cannot connect", "no engine runs"),
    ("is the docker daemon running", "no engine runs"),
    ("no space left on device", "the disk is full"),
    ("port is already allocated", "a port is in use; choose another one"),
    ("address already in use", "a port is in use; choose another one"),
    ("is already in use by container", "a container of that name exists"),
)


@dataclass(frozen=True)
class Engine:
    """``program``: its path. ``name`` and ``version``: what answers, not what it is called by."""

    program: str
    name: str
    version: str

    @property
    def is_podman(self) -> bool:
        return self.name == "podman"

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def call(self, *arguments: str | Path, timeout_s: float = _CALL_TIMEOUT_S) -> str:
        """What a command prints; StackError with what it said when it fails or takes longer."""
        try:
            ended = command.run([self.program, *arguments], timeout_s=timeout_s)
        except RssbenchError as error:
            raise StackError(f"{self.name} does not answer: {error}") from error
        if ended.returncode != 0:
            said = "\n".join(ended.stderr.strip().splitlines()[-8:])
            raise StackError(f"{self.name} {arguments[0]} failed{_meaning(said)}:\n{said}")
        return ended.stdout.strip()

    def has_image(self, image: str) -> bool:
        return bool(self.call("image", "ls", "--quiet", image))

    def make_network(self, name: str, mark: str) -> None:
        """A network of its own; StackError when it cannot be made."""
        self.call("network", "create", "--label", f"{MARK_LABEL}={mark}", name)
        names = ("network", "inspect", "--format", "{{.DNSEnabled}}", name)
        if self.is_podman and self.call(*names) == "false":
            raise StackError(f"containers of {self} cannot find one another by name: install {_NAME_PLUGINS}")

    def first_pid(self, container: str) -> int:
        """Of a container, as this machine numbers processes; 0 when it does not run or is not there."""
        try:
            return int(self.call("inspect", "--type", "container", "--format", "{{.State.Pid}}", container))
        except StackError:
            return 0

    def remove_container(self, name: str) -> None:
        """End it at once and remove it, if it is there; StackError when that cannot be."""
        for _try in range(_REMOVAL_TRIES):
            if not (found := self._ids("ps", f"name=^{name}$")):
                return
            self._remove(found)
        raise StackError(f"{self.name} does not remove the container {name}")

    def remove_marked(self, mark: str) -> None:
        """Remove all containers and networks of a stack; StackError when the engine does not do so."""
        label = f"label={MARK_LABEL}={mark}"
        for _try in range(_REMOVAL_TRIES):
            if not (found := self._ids("ps", label)):
                break
            self._remove(found)
        else:
            raise StackError(f"{self.name} does not remove the containers {' '.join(found)} of {mark}")
        if networks := self.call("network", "ls", "--quiet", "--filter", label).split():
            self.call("network", "rm", *networks)

    def marked(self, mark: str) -> list[str]:
        """Names of the containers of a stack, whatever state they are in."""
        found = self.call("ps", "--all", "--format", "{{.Names}}", "--filter", f"label={MARK_LABEL}={mark}")
        return found.split()

    def _ids(self, what: str, condition: str) -> list[str]:
        return self.call(what, "--all", "--quiet", "--filter", condition).split()

    def _remove(self, ids: Sequence[str]) -> None:
        """It may be about to remove them itself, as it does when they have ended; whoever calls looks again."""
        try:
            # Podman would ask the program to end first, and wait ten seconds
            self.call("rm", "--force", "--volumes", *(["--time", "0"] if self.is_podman else []), *ids)
        except StackError:
            time.sleep(_POLL_S)


def find_engine(wanted: str | None = None) -> Engine:
    """The first engine that answers, or the one of that name or path. StackError says why none does."""
    reasons = []
    for name in (wanted,) if wanted else PROGRAMS:
        program = shutil.which(name)
        if program is None:
            reasons.append(f"{name} is not installed")
            continue
        found = _ask(program)
        if isinstance(found, Engine):
            return found
        reasons.append(f"{name}: {found}")
    raise StackError(f"no container engine: {'; '.join(reasons)}; {_ADVICE}")


def _ask(program: str) -> Engine | str:
    """What answers behind a program, or why nothing does."""
    try:
        client = command.run([program, "--version"], timeout_s=_ASK_TIMEOUT_S).stdout.lower()
        ended = command.run(
            [program, "version", "--format", "{{.Server.Version}}"],
            timeout_s=_ASK_TIMEOUT_S,
            environment=os.environ,
        )
    except RssbenchError as error:
        return str(error)
    name = "podman" if "podman" in client else "docker"
    if name == "podman" and ended.returncode != 0:  # without a service of its own it has no server
        ended = command.run([program, "version", "--format", "{{.Client.Version}}"], timeout_s=_ASK_TIMEOUT_S)
        if ended.returncode == 0:
            ended = command.run([program, "info", "--format", "{{.Version.Version}}"], timeout_s=_ASK_TIMEOUT_S)
    if ended.returncode != 0:
        said = (ended.stderr.strip() or ended.stdout.strip()).splitlines()
        return (_meaning(ended.stderr).removeprefix(": ") or "it fails") + (f" ({said[-1]})" if said else "")
    return Engine(program, name, ended.stdout.strip())


def _meaning(said: str) -> str:
    for words, meaning in _CAUSES:
        if words in said.lower():
            return f": {meaning}"
    return ""
