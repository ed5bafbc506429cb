"""When a stack is ready: selects over each front door are answered with exactly the rows that were loaded."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from harness import command
from harness.errors import StackError
from scenarios.catalogue import Catalogue, StatusRow
from scenarios.encoding import decode_answer
from scenarios.rpc import CallFailedError, RpcClient
from scenarios.samples import Outcome

START_TIMEOUT_S = 60.0
_POLL_S = 0.02
_COLUMNS = ["Name", "StatusType", "VO", "Status", "ElementType", "TokenOwner"]


@dataclass(frozen=True)
class RpcCall:
    """One call of a service of the RSS; ``arguments`` as DIRAC's JSON has them."""

    service: str
    method: str
    arguments: Sequence[Any]


#: Makes calls over a front door and returns their values; StackError with what was answered instead.
CallAll = Callable[[Sequence[RpcCall]], list[Any]]

#: A cheap call of each service. Behind Tornado DIRAC connects to a database and makes its tables at a service's
#: first call, behind DISET before it listens.
_FIRST_CALLS = (
    RpcCall("ResourceStatus", "select", ["SiteStatus", {"Name": "none"}]),
    RpcCall("ResourceManagement", "select", ["DowntimeCache", {"Name": "none"}]),
    RpcCall("Publisher", "getElementStatuses", ["Site", "none", None, None, None, None]),
)


def make_tables(client: RpcClient, check: Callable[[], None]) -> None:
    """Wait until the services behind https answer, and call each once. ``check`` raises when a process has died.

    StackError when a service takes longer than START_TIMEOUT_S or answers with an error.
    """

    def connected() -> str | None:
        try:
            client.connect()
        except CallFailedError as error:
            return str(error)
        return None

    _wait(connected, check)
    rpc_values(client, _FIRST_CALLS)


def wait_until_listening(
    listening_ports: Callable[[], set[int]], ports: Collection[int], check: Callable[[], None]
) -> None:
    """Until all of these ports are listened on: DISET services are ready then, and their tables made.

    Nothing is sent: a connection without a handshake would be an error in a service's log. StackError as above.
    """

    def listening() -> str | None:
        missing = sorted(set(ports) - listening_ports())
        return f"nobody listens on {missing}" if missing else None

    _wait(listening, check)


def check_rows(call_all: CallAll, catalogue: Catalogue) -> None:
    """StackError unless all services answer, and both status tables as they were loaded, no row more or less."""
    tables = {"SiteStatus": catalogue.site_status, "ResourceStatus": catalogue.resource_status}
    meta = {"columns": _COLUMNS}
    selects = [RpcCall("ResourceStatus", "select", [table, {"VO": "all", "Meta": meta}]) for table in tables]
    values = call_all([*_FIRST_CALLS, *selects])[len(_FIRST_CALLS) :]
    for (table, loaded), answered in zip(tables.items(), values, strict=True):
        if Counter(tuple(row) for row in answered) != Counter(_of(row) for row in loaded):
            raise StackError(
                f"the services answer {len(answered)} rows of {table} that are not the {len(loaded)} rows loaded"
            )


def rpc_values(client: RpcClient, calls: Sequence[RpcCall]) -> list[Any]:
    """The values of calls; StackError with what was answered instead."""
    return [_rpc_value(client, one) for one in calls]


def _rpc_value(client: RpcClient, one: RpcCall) -> Any:  # noqa: ANN401
    what = f"{one.service}.{one.method}"
    try:
        answer = client.call(one.service, one.method, one.arguments)
    except CallFailedError as error:
        why = "no answer in time" if error.outcome is Outcome.timeout else str(error)
        raise StackError(f"{what}: {why}") from error
    if answer.status != 200:
        raise StackError(f"{what}: HTTP status {answer.status}, {answer.body[:300]!r}")
    return value_of(what, decode_answer(answer.body))


def value_of(what: str, answer: dict[str, Any]) -> Any:  # noqa: ANN401
    """The value of DIRAC's answer to ``what``; StackError with its message when it is an error."""
    if not answer["OK"]:
        raise StackError(f"{what}: {answer.get('Message')}")
    return answer.get("Value")


def _wait(problem: Callable[[], str | None], check: Callable[[], None]) -> None:
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while True:
        check()
        if (why_not := problem()) is None:
            return
        if time.monotonic() > deadline_s:
            raise StackError(f"the services did not answer within {START_TIMEOUT_S:.0f} s: {why_not}")
        command.wait_seconds(_POLL_S)


def _of(row: StatusRow) -> tuple[str, ...]:
    return tuple(getattr(row, column) for column in _COLUMNS)
