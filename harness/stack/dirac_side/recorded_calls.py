"""The calls that DIRAC's clients make in this process; runs in the build's environment."""

from contextlib import contextmanager

from DIRAC.Core.Base.Client import Client


class _RecordedRpc:
    """Writes down the method that is asked for."""

    def __init__(self, rpc, service, calls):
        self._rpc, self._service, self._calls = rpc, service, calls

    def __getattr__(self, method):
        self._calls.append(f"{self._service}.{method}")
        return getattr(self._rpc, method)


@contextmanager
def recorded_calls():
    """A list that gets ``<service>.<method>`` of every call of every client, of all threads, in order."""
    calls = []
    get_rpc = Client._getRPC

    def recorded(client, *arguments, **options):
        service = client.getServer().rpartition("/")[2].removeprefix("Tornado")
        return _RecordedRpc(get_rpc(client, *arguments, **options), service, calls)

    Client._getRPC = recorded
    try:
        yield calls
    finally:
        Client._getRPC = get_rpc
