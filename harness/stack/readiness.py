"""When a stack is ready: a select over the front door is answered with exactly the rows that were loaded."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from harness import command
from harness.model import StackError
from scenarios.catalogue import Catalogue, StatusRow
from scenarios.https_client import CallFailedError, HttpsClient, decode_answer
from scenarios.samples import Outcome

START_TIMEOUT_S = 60.0
_POLL_S = 0.02
_COLUMNS = ["Name", "StatusType", "VO", "Status", "ElementType", "TokenOwner"]

#: A cheap call of each service. DIRAC connects to a database and makes its tables at a service's first call.
_FIRST_CALLS: tuple[tuple[str, str, list[Any]], ...] = (
    ("ResourceStatus", "select", ["SiteStatus", {"Name": "none"}]),
    ("ResourceManagement", "select", ["DowntimeCache", {"Name": "none"}]),
    ("Publisher", "getElementStatuses", ["Site", "none", None, None, None, None]),
)


def make_tables(client: HttpsClient, check: Callable[[], None]) -> None:
    """Wait until the services answer, and call each once. ``check`` raises when a process has died.

    StackError when a service takes longer than START_TIMEOUT_S or answers with an error.
    """
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while True:
        check()
        try:
            client.connect()
            break
        except CallFailedError as error:
            if time.monotonic() > deadline_s:
                raise StackError(f"the services did not answer within {START_TIMEOUT_S:.0f} s: {error}") from error
        command.wait_seconds(_POLL_S)
    for service, method, arguments in _FIRST_CALLS:
        call(client, service, method, arguments)


def check_rows(client: HttpsClient, catalogue: Catalogue) -> None:
    """StackError unless both status tables are answered as they were loaded, no row more or less."""
    for table, loaded in (("SiteStatus", catalogue.site_status), ("ResourceStatus", catalogue.resource_status)):
        answered = call(client, "ResourceStatus", "select", [table, {"VO": "all", "Meta": {"columns": _COLUMNS}}])
        if Counter(tuple(row) for row in answered) != Counter(_of(row) for row in loaded):
            raise StackError(
                f"the services answer {len(answered)} rows of {table} that are not the {len(loaded)} rows loaded"
            )


def call(client: HttpsClient, service: str, method: str, arguments: Sequence[Any]) -> Any:  # noqa: ANN401
    """The value of an RPC; StackError with what was answered instead."""
    try:
        answer = client.call(service, method, arguments)
    except CallFailedError as error:
        what = "no answer in time" if error.outcome is Outcome.timeout else str(error)
        raise StackError(f"{service}.{method}: {what}") from error
    if answer.status != 200:
        raise StackError(f"{service}.{method}: HTTP status {answer.status}, {answer.body[:300]!r}")
    result = decode_answer(answer.body)
    if not result["OK"]:
        raise StackError(f"{service}.{method}: {result.get('Message')}")
    return result["Value"]


def _of(row: StatusRow) -> tuple[str, ...]:
    return tuple(getattr(row, column) for column in _COLUMNS)
