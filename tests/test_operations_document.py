"""docs/operations.md is about the operations that there are; whether they work is seen on real stacks."""

from __future__ import annotations

from harness.stack.releases import series_of
from scenarios.operations import OPERATIONS
from tests.documented_operations import DOCUMENT, documented_operations

FACTS = ("kind", "method", "timed")


def test_the_table_has_every_operation_as_it_is() -> None:
    table = documented_operations()
    assert list(table) == [operation.name for operation in OPERATIONS]
    assert {name: [cells[fact] for fact in FACTS] for name, cells in table.items()} == {
        one.name: [one.kind, f"{one.service}.{one.method}", one.timed] for one in OPERATIONS
    }


def test_a_cell_is_the_front_doors_of_its_release_or_why_not() -> None:
    for name, cells in documented_operations().items():
        for release in cells.keys() - set(FACTS):
            assert cells[release] in (" ".join(series_of(release).front_doors), "broken", "absent"), (
                name,
                release,
            )


def test_why_something_does_not_work_is_told_in_diracs_words() -> None:
    reasons = [line for line in DOCUMENT.read_text().splitlines() if line.startswith(("- broken: ", "- absent: "))]
    for name, cells in documented_operations().items():
        for state in {"broken", "absent"} & set(cells.values()):
            assert any(line.startswith(f"- {state}: {name} over ") for line in reasons), (state, name)
