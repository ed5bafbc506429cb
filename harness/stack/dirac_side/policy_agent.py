"""Evaluates elements as the inspector agents do, by DIRAC's own classes; runs in the build's environment.

Argument: see session.py. The orders that it answers are the functions below with a name in ``main``.
"""

import time

import session

ORDERS = session.read_orders()

from DIRAC.Core.Base.Client import Client  # noqa: E402  with the configuration
from DIRAC.ResourceStatusSystem.Client.ResourceManagementClient import ResourceManagementClient  # noqa: E402
from DIRAC.ResourceStatusSystem.Client.ResourceStatusClient import ResourceStatusClient  # noqa: E402
from DIRAC.ResourceStatusSystem.PolicySystem.PEP import PEP  # noqa: E402

#: Those that an inspector agent keeps and shares between its threads.
_CLIENTS = {"ResourceStatusClient": ResourceStatusClient(), "ResourceManagementClient": ResourceManagementClient()}

_get_rpc = Client._getRPC


class _RecordedRpc:
    """Writes down the method that is asked for."""

    def __init__(self, rpc, service, calls):
        self._rpc, self._service, self._calls = rpc, service, calls

    def __getattr__(self, method):
        self._calls.append(f"{self._service}.{method}")
        return getattr(self._rpc, method)


def _record(calls):
    """From now on ``calls`` gets every call of every client of DIRAC; None: no longer."""

    def recorded(client, *arguments, **options):
        service = client.getServer().rpartition("/")[2]
        return _RecordedRpc(_get_rpc(client, *arguments, **options), service, calls)

    Client._getRPC = _get_rpc if calls is None else recorded


def read_element(element, name, status_type):
    """The row of an element as an inspector reads it, in the form that PEP takes."""
    read = _CLIENTS["ResourceStatusClient"].selectStatusElement(
        element, "Status", name=name, statusType=status_type, vO="all"
    )
    if not read["OK"]:
        raise RuntimeError(read["Message"])
    (row,) = read["Value"]
    parameters = {"element": element}
    for column, value in zip(read["Columns"], row, strict=True):
        if len(column) >= 2:
            parameters[column[0].lower() + column[1:]] = value
    return parameters


def main():
    elements = {}

    def read(element, name, status_type):
        elements[name] = read_element(element, name, status_type)

    def evaluate(name, active, recorded):
        calls = [] if recorded else None
        _record(calls)
        raised = None
        began_ns, cpu_began_ns = time.monotonic_ns(), time.process_time_ns()
        try:
            result = PEP(clients=_CLIENTS).enforce({**elements[name], "active": active})
        except Exception as error:  # noqa: BLE001  so does an inspector: it logs and goes on
            raised = f"{type(error).__name__}: {error}"
        cpu_ns, wall_ns = time.process_time_ns() - cpu_began_ns, time.monotonic_ns() - began_ns
        _record(None)
        problem = raised or (None if result["OK"] else result["Message"])
        return {
            "status": None if problem else result["Value"]["policyCombinedResult"]["Status"],
            "problem": problem,
            "calls": calls,
            "cpu_ns": cpu_ns,
            "wall_ns": wall_ns,
        }

    session.serve(ORDERS["channel"], {"read": read, "evaluate": evaluate})


if __name__ == "__main__":
    main()
