"""What is removed from an RSS that others use is what the suite has made there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from harness.errors import StackError
from harness.external.asking import Asking
from harness.external.own_elements import make_own_elements, new_run_name, own_catalogue, remove_own_elements
from scenarios.own_elements import OWN_PREFIX

Asked = list[tuple[str, str, Sequence[Any]]]


class FakeAsking:
    def __init__(self, **answers: Any) -> None:
        self.asked: Asked = []
        self.answers = answers

    def ask(self, service: str, method: str, arguments: Sequence[Any]) -> Any:
        self.asked.append((service, method, arguments))
        answer = self.answers.get(method, [])
        if isinstance(answer, Exception):
            raise answer
        return answer


def remove(asking: FakeAsking, names: list[str], *, with_management: bool = True) -> None:
    remove_own_elements(cast("Asking", asking), names, with_management=with_management)


def test_every_row_that_is_made_has_a_name_of_this_run() -> None:
    asking, run = FakeAsking(), new_run_name()
    make_own_elements(cast("Asking", asking), own_catalogue(run))
    assert {method for _service, method, _arguments in asking.asked} == {"addOrModify"}
    for _service, _method, (_table, values) in asking.asked:
        names = [values[key] for key in ("Name", "Site", "CE", "DowntimeID") if key in values]
        assert names
        assert all(name.startswith(f"{OWN_PREFIX}{run}-") for name in names)


def test_removing_asks_for_the_names_in_every_table_and_looks_again() -> None:
    asking = FakeAsking(delete=3, select=[])
    remove(asking, ["rssbench-b", "rssbench-a"])
    deleted = [arguments for _service, method, arguments in asking.asked if method == "delete"]
    assert len({table for table, _filters in deleted}) == 9
    assert all(list(filters.values()) == [["rssbench-a", "rssbench-b"]] for _table, filters in deleted)


@pytest.mark.parametrize("names", [[], ["rssbench-a", "LCG.CERN.ch"]])
def test_nothing_is_ever_removed_without_a_name_of_ours(names: list[str]) -> None:
    """DIRAC's delete takes an empty list for no condition, and removes the whole table."""
    asking = FakeAsking()
    with pytest.raises(ValueError, match="not all of these are the suite's own"):
        remove(asking, names)
    assert asking.asked == []


@pytest.mark.parametrize("answers", [{"delete": 0, "select": [["rssbench-a"]]}, {"delete": StackError("no")}])
def test_what_could_not_be_removed_is_listed(answers: dict[str, Any]) -> None:
    with pytest.raises(StackError, match=r"could not all be removed: .* Their names: rssbench-a"):
        remove(FakeAsking(**answers), ["rssbench-a"])
