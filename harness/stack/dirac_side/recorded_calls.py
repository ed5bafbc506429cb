"""The calls that DIRAC's clients make in this process; runs in the build's environment."""

import time
from contextlib import contextmanager

from DIRAC.Core.Base.Client import Client


class RecordedCalls(list):
    """``<service>.<method>`` of each call; ``cost_ns``: the CPU time that writing them down took."""

    cost_ns = 0


class _RecordedRpc:
    """Writes down the method that is asked for."""

    def __init__(self, rpc, service, calls):
        self._rpc, self._service, self._calls = rpc, service, calls

    def __getattr__(self, method):
        began_ns = time.thread_time_ns()
        self._calls.append(f"{self._service}.{method}")
        self._calls.cost_ns += time.thread_time_ns() - began_ns
        return getattr(self._rpc, method)


@contextmanager
def recorded_calls():
    """Those of every client, of all threads, in order."""
    calls = RecordedCalls()
    get_rpc = Client._getRPC

    def recorded(client, *arguments, **options):
        rpc = get_rpc(client, *arguments, **options)
        began_ns = time.thread_time_ns()
        service = client.getServer().rpartition("/")[2].removeprefix("Tornado")
        wrapped = _RecordedRpc(rpc, service, calls)
        calls.cost_ns += time.thread_time_ns() - began_ns
        return wrapped

    Client._getRPC = recorded
    try:
        yield calls
    finally:
        Client._getRPC = get_rpc
