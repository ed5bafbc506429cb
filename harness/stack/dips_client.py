"""Calls over DISET through DIRAC's own client, in a process of the build's environment: to see whether services
work, not to measure them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from harness.stack.configuration import ServiceSettings, client_cfg, group_of, service_url
from harness.stack.dirac_process import DiracProcess
from harness.stack.readiness import RpcCall

_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class DipsClient:
    settings: ServiceSettings
    process: DiracProcess

    def answers(self, identity: str, calls: Sequence[RpcCall]) -> list[dict[str, Any]]:
        """What DIRAC's client returns for each call: ``OK`` with ``Value`` or ``Message``. One process does all.

        StackError when the process fails: a refused connection is an answer, not a failure.
        """
        who = self.settings.certificates.identities[identity]
        orders = {
            "certificate": str(who.certificate_file),
            "key": str(who.key_file),
            "group": group_of(identity),
            "calls": [
                (service_url("dips", one.service, self.settings.ports[one.service]), one.method, one.arguments)
                for one in calls
            ],
        }
        answers = self.process.run("rpc_calls.py", client_cfg(self.settings), orders, timeout_s=_TIMEOUT_S)
        return msgspec.convert(answers, list[dict[str, Any]])
