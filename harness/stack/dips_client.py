"""Calls over DISET through DIRAC's own client, in a process of the build's environment: to see whether services
work, not to measure them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.model import RssbenchError, StackError
from harness.stack.configuration import ServiceSettings, client_cfg, service_url
from harness.stack.readiness import RpcCall, value_of
from harness.stack.service import DIRAC_SIDE, dirac_environment

_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class DipsClient:
    """``directory`` is made at the first call and holds what the client needs, proxies included."""

    build: BuildEnvironment
    settings: ServiceSettings
    directory: Path

    def answers(self, identity: str, calls: Sequence[RpcCall]) -> list[dict[str, Any]]:
        """What DIRAC's client returns for each call: ``OK`` with ``Value`` or ``Message``. One process does all.

        StackError when the process fails: a refused connection is an answer, not a failure.
        """
        self.directory.mkdir(mode=0o700, exist_ok=True)
        who = self.settings.certificates.identities[identity]
        with tempfile.TemporaryDirectory(dir=self.directory) as folder:
            orders_file, cfg_file = Path(folder, "orders.json"), Path(folder, "dirac.cfg")
            cfg_file.write_text(client_cfg(self.settings))
            orders = {
                "cfg": str(cfg_file),
                "certificate": str(who.certificate_file),
                "key": str(who.key_file),
                "group": f"rss_{identity}",
                "proxy": str(Path(folder, "proxy.pem")),
                "calls": [
                    (service_url("dips", one.service, self.settings.ports[one.service]), one.method, one.arguments)
                    for one in calls
                ],
            }
            orders_file.write_text(json.dumps(orders))
            return self._run(orders_file)

    def values(self, calls: Sequence[RpcCall]) -> list[Any]:
        """The values of calls that the admin makes; StackError with what was answered instead."""
        answers = self.answers("admin", calls)
        return [
            value_of(f"{one.service}.{one.method}", answer) for one, answer in zip(calls, answers, strict=True)
        ]

    def _run(self, orders_file: Path) -> list[dict[str, Any]]:
        try:
            ended = command.run(
                [self.build.python, DIRAC_SIDE / "rpc_calls.py", orders_file],
                timeout_s=_TIMEOUT_S,
                environment=dirac_environment(self.build, self.directory),
                directory=self.directory,
            )
        except RssbenchError as error:
            raise StackError(f"DIRAC's client over dips: {error}") from error
        if ended.returncode != 0:
            last = os.linesep.join((ended.stdout + ended.stderr).strip().splitlines()[-8:])
            raise StackError(f"DIRAC's client over dips ended with exit code {ended.returncode}:\n{last}")
        return msgspec.json.decode(ended.stdout.strip().splitlines()[-1], type=list[dict[str, Any]])
