"""The common base's ``insert`` and ``delete``."""

import pytest
from rows import name_column, row

_TABLES = ["ResourceStatus", "ResourceLog", "ResourceHistory", "ResourceStatusCache", "PolicyResult", "PilotCache"]


def _right(answer):
    assert answer["OK"], answer["Message"]
    return answer.get("Value")


@pytest.mark.parametrize("table", _TABLES)
def bench_insert(benchmark, database_of, new_name, cleaned, table):
    database = database_of(table)
    cleaned(database, table, name_column(table))
    _right(benchmark(lambda: database.insert(table, row(database, table, new_name()))))


@pytest.mark.parametrize("table", ["ResourceStatus", "ResourceLog", "PolicyResult"])
@pytest.mark.parametrize("names", [1, 100])
def bench_delete(benchmark, database_of, new_name, cleaned, rounds, table, names):
    """One row is there each time, and removed; the other names are not there."""
    database = database_of(table)
    column = name_column(table)
    cleaned(database, table, column)
    missing = [f"no-such-{number}" for number in range(1, names)]

    def one_row():
        name = new_name()
        _right(database.insert(table, row(database, table, name)))
        return (table, {column: [name, *missing] if missing else name}), {}

    assert _right(benchmark.pedantic(database.delete, setup=one_row, rounds=rounds, warmup_rounds=2)) == 1
