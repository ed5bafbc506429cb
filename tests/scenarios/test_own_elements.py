"""At an RSS that others use, a write goes to the suite's own elements or nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from harness.dataset.content import catalogue_of
from harness.dataset.profiles import PROFILES
from harness.external.own_elements import own_catalogue
from scenarios.answers import nothing
from scenarios.operation import Call, Request
from scenarios.operations import OPERATIONS
from scenarios.own_elements import OWN_PREFIX, OWN_WRITES, check_own

WRITES = [one for one in OPERATIONS if one.kind == "write"]


def call_of(*arguments: Any) -> Call:
    return Call(list(arguments), nothing)


@pytest.mark.parametrize("name", sorted(OWN_WRITES))
def test_each_permitted_write_keeps_to_the_own_elements(name: str) -> None:
    (operation,) = (one for one in WRITES if one.name == name)
    own = own_catalogue("abc")
    for position in range(40):
        call = operation.call(own, Request(position, f"t-0-{position}"))
        check_own(call)
        assert f"{OWN_PREFIX}abc-" in str(call.arguments)


@pytest.mark.parametrize("name", sorted(OWN_WRITES))
def test_with_the_names_of_others_each_is_stopped(name: str) -> None:
    (operation,) = (one for one in WRITES if one.name == name)
    rows = dict.fromkeys(("SiteStatus", "ResourceStatus", "PilotCache", "PolicyResult", "DowntimeCache"), 8)
    others = catalogue_of(PROFILES["S"], 1, rows)
    with pytest.raises(ValueError, match=r"is not allowed: none of the suite's own"):
        check_own(operation.call(others, Request(0, "t-0-0")))


@pytest.mark.parametrize(
    "call",
    [
        call_of("ResourceStatus", {"Name": "LCG.CERN.ch"}),
        call_of("PilotCache", {"Site": "rssbench-a", "CE": "ce01.cern.ch"}),
        call_of("ResourceStatus", {"Name": ["rssbench-a", "ce01.cern.ch"]}),
        call_of("ResourceLog", {"Meta": {"older": ["ID", 7]}}),
        call_of("ResourceStatusCache", {}),
        call_of("rssbench-a"),
    ],
)
def test_what_may_touch_rows_of_others_is_stopped(call: Call) -> None:
    with pytest.raises(ValueError, match="is not allowed"):
        check_own(call)
