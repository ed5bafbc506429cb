from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

import pytest

from harness.errors import StackError
from harness.stack import readiness
from harness.stack.readiness import RpcCall, check_rows, value_of, wait_until_listening
from scenarios.catalogue import Catalogue, StatusRow

ROWS = {
    table: StatusRow(name, "all", "all", "Active", "none", "t0", "t1", element_type, "t2", "rs_svc")
    for table, name, element_type in (
        ("SiteStatus", "LCG.One.xx", "Site"),
        ("ResourceStatus", "ce1", "ComputingElement"),
    )
}
CATALOGUE = Catalogue(
    profile="S",
    seed=1,
    sites=(),
    computing_elements=(),
    storage_elements=(),
    fts_servers=(),
    vos=(),
    elements_of_site={},
    resource_status=(ROWS["ResourceStatus"],),
    site_status=(ROWS["SiteStatus"],),
    downtimes=(),
    pilots=(),
    policy_results=(),
    history_of=(),
    rows={},
)


def in_order() -> None:
    """No process of the stack has died."""


def services(**tables: list[list[str]]) -> readiness.CallAll:
    """Services that answer a select with columns from ``tables``, and anything else with no rows."""

    def call_all(calls: Sequence[RpcCall]) -> list[Any]:
        return [
            tables[one.arguments[0]] if one.method == "select" and "Meta" in one.arguments[1] else []
            for one in calls
        ]

    return call_all


def answered(table: str) -> list[str]:
    row = ROWS[table]
    return [row.Name, row.StatusType, row.VO, row.Status, row.ElementType, row.TokenOwner]


def test_the_loaded_rows_are_right() -> None:
    check_rows(
        services(SiteStatus=[answered("SiteStatus")], ResourceStatus=[answered("ResourceStatus")]), CATALOGUE
    )


@pytest.mark.parametrize("rows", [0, 2])
def test_a_row_less_or_more_is_wrong(rows: int) -> None:
    call_all = services(SiteStatus=[answered("SiteStatus")], ResourceStatus=[answered("ResourceStatus")] * rows)
    with pytest.raises(StackError, match=f"answer {rows} rows of ResourceStatus that are not the 1 rows loaded"):
        check_rows(call_all, CATALOGUE)


def test_every_service_is_called() -> None:
    called: list[str] = []

    def call_all(calls: Sequence[RpcCall]) -> list[Any]:
        called.extend(one.service for one in calls)
        return services(SiteStatus=[answered("SiteStatus")], ResourceStatus=[answered("ResourceStatus")])(calls)

    check_rows(call_all, CATALOGUE)
    assert set(called) == {"ResourceStatus", "ResourceManagement", "Publisher"}


def test_an_error_of_dirac_is_an_error_of_the_stack() -> None:
    assert value_of("Publisher.getSites", {"OK": True}) is None
    with pytest.raises(StackError, match=r"^Publisher\.getSites: Unauthorized query$"):
        value_of("Publisher.getSites", {"OK": False, "Message": "Unauthorized query"})


def test_services_listen_when_all_their_ports_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "START_TIMEOUT_S", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as first, socket.socket() as second:
        second.bind(("127.0.0.1", 0))  # reserved, and nobody listens
        open_port, closed_port = first.getsockname()[1], second.getsockname()[1]
        wait_until_listening(lambda: {open_port}, [open_port], in_order)
        with pytest.raises(StackError, match=rf"did not answer within 0 s: nobody listens on \[{closed_port}\]"):
            wait_until_listening(lambda: {open_port}, [open_port, closed_port], in_order)


def test_a_dead_process_ends_the_waiting() -> None:
    def died() -> None:
        raise StackError("the service-Publisher was killed")

    with pytest.raises(StackError, match="the service-Publisher was killed"):
        wait_until_listening(set, [1], died)
