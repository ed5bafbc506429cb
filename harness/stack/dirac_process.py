"""Scripts of ``dirac_side`` that run once in the build's environment, with orders and a result."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.errors import RssbenchError, StackError
from harness.stack.service import DIRAC_SIDE, dirac_environment


@dataclass(frozen=True)
class DiracProcess:
    """``directory`` is made at the first run; what a run leaves in it is removed with it, secrets included.
    ``mark``: that of the stack, whose end is the end of what runs here."""

    build: BuildEnvironment
    directory: Path
    mark: str

    def run(self, script: str, cfg: str, orders: Mapping[str, Any], *, timeout_s: float) -> Any:  # noqa: ANN401
        """What ``script`` prints as its last line, JSON. Its argument is a JSON file of ``orders`` together with
        ``cfg``, the path of a dirac.cfg with this text, and ``folder``, where it may write.

        StackError with the last lines of its output when it fails or takes longer.
        """
        self.directory.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.directory) as folder:
            cfg_file, orders_file = Path(folder, "dirac.cfg"), Path(folder, "orders.json")
            cfg_file.write_text(cfg)
            orders_file.write_text(json.dumps({**orders, "cfg": str(cfg_file), "folder": folder}))
            try:
                ended = command.run(
                    [self.build.python, DIRAC_SIDE / script, orders_file],
                    timeout_s=timeout_s,
                    environment=dirac_environment(self.build, self.directory) | {command.MARK_VARIABLE: self.mark},
                    directory=self.directory,
                )
            except RssbenchError as error:
                raise StackError(f"{script} of {self.build.identity.name}: {error}") from error
        if ended.returncode != 0:
            last = os.linesep.join((ended.stdout + ended.stderr).strip().splitlines()[-8:])
            raise StackError(
                f"{script} of {self.build.identity.name} ended with exit code {ended.returncode}:\n{last}"
            )
        return msgspec.json.decode(ended.stdout.strip().splitlines()[-1])
