"""A script of ``dirac_side`` that stays in the build's environment and answers one order after the other."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.errors import RssbenchError, StackError
from harness.stack.service import DIRAC_SIDE, dirac_environment

_END_TIMEOUT_S = 5.0


class DiracSession:
    """Entered, the process runs; it ends with the context, and with the stack that ``mark`` belongs to.

    ``directory`` is made, for secrets and whatever the script writes, and removed at the end. ``log_file`` gets
    what DIRAC prints; it stays.
    """

    def __init__(self, build: BuildEnvironment, directory: Path, log_file: Path, mark: str) -> None:
        self._build = build
        self._directory = directory
        self._log_file = log_file
        self._mark = mark
        self._ends = ExitStack()
        self._name = ""
        self.process: command.Process

    def start(self, script: str, cfg: str, orders: Mapping[str, Any]) -> Self:
        """Start ``script``. Its argument is a JSON file of ``orders`` together with ``cfg``, the path of a
        dirac.cfg with this text, ``folder``, where it may write, and ``channel``, a descriptor for its orders.

        StackError when it cannot be executed, or there is no room for what it needs; nothing is left then.
        """
        try:
            self._start(script, cfg, orders)
        except (RssbenchError, OSError) as error:
            self._ends.close()
            raise StackError(f"{self._name}: {error}") from error
        return self

    def _start(self, script: str, cfg: str, orders: Mapping[str, Any]) -> None:
        self._name = f"{script} of {self._build.identity.name}"
        self._directory.mkdir(mode=0o700)
        self._ends.callback(shutil.rmtree, self._directory, ignore_errors=True)
        cfg_file, orders_file = self._directory / "dirac.cfg", self._directory / "orders.json"
        ours, theirs = socket.socketpair()
        self._ends.enter_context(ours)
        with theirs:
            told = {**orders, "cfg": str(cfg_file), "folder": str(self._directory), "channel": theirs.fileno()}
            for file, text in ((cfg_file, cfg), (orders_file, json.dumps(told))):
                file.touch(mode=0o600)
                file.write_text(text)
            self.process = command.start(
                [self._build.python, DIRAC_SIDE / script, orders_file],
                log_file=self._log_file,
                mark=self._mark,
                environment=dirac_environment(self._build, self._directory),
                directory=self._directory,
                descriptors=[theirs.fileno()],
            )
        self._ends.callback(self._end_process)
        self._channel, self._answers = ours, self._ends.enter_context(ours.makefile())

    def ask(self, order: str, *, timeout_s: float, **arguments: object) -> Any:  # noqa: ANN401
        """What the script answers to one order. StackError with the last lines of its log when it fails, ends, or
        takes longer; it is of no use then."""
        self._channel.settimeout(timeout_s)
        try:
            self._channel.sendall(json.dumps({"order": order, **arguments}).encode() + b"\n")
            line = self._answers.readline()
        except TimeoutError as error:
            raise StackError(f"{order}: no answer from {self._name} within {timeout_s:g} s") from error
        except OSError:
            line = ""
        if not line:
            raise StackError(f"{order}: {self._name} has ended; its log ends with\n{self._last_words()}")
        answer = json.loads(line)
        if "error" in answer:
            raise StackError(f"{order}: {self._name}: {answer['error']}")
        return answer["value"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.close()

    def _end_process(self) -> None:
        """It ends by itself when its channel is closed, unless it is at work."""
        self.process.terminate()
        try:
            self.process.wait(_END_TIMEOUT_S)
        except command.Expired:
            self.process.kill()
            self.process.wait()

    def _last_words(self) -> str:
        with contextlib.suppress(command.Expired):
            self.process.wait(_END_TIMEOUT_S)
        return command.last_lines(self._log_file, 8)
