"""``addOrModify`` and ``addIfNotThere``: of a row that is there, and of a new one."""

import pytest
from rows import name_column, row

_STATUS = ["SiteStatus", "ResourceStatus"]
_MANAGEMENT = [
    "AccountingCache",
    "DowntimeCache",
    "GGUSTicketsCache",
    "JobCache",
    "PilotCache",
    "PolicyResult",
    "SpaceTokenOccupancyCache",
    "TransferCache",
]


def _log_of(table):
    return f"{table.removesuffix('Status')}Log"


@pytest.fixture
def writable(database_of, cleaned):
    """``writable(table)``: its database; what is written to it, and to its log, is removed at the end."""

    def found(table):
        database = database_of(table)
        cleaned(database, table, name_column(table))
        if table in _STATUS:
            cleaned(database, _log_of(table), "Name")
        return database

    return found


def _right(answer):
    assert answer["OK"], answer["Message"]


@pytest.mark.parametrize("table", _STATUS + _MANAGEMENT)
def bench_modify(benchmark, writable, new_name, table):
    """The same row again and again, as agents write it; of a status with its line in the log."""
    database, name = writable(table), new_name()
    _right(database.insert(table, row(database, table, name)))
    _right(benchmark(lambda: database.addOrModify(table, row(database, table, name))))
    assert len(database.select(table, {name_column(table): name})["Value"]) == 1


@pytest.mark.parametrize("table", ["ResourceStatus", "PilotCache", "PolicyResult"])
def bench_add(benchmark, writable, new_name, table):
    database = writable(table)
    _right(benchmark(lambda: database.addOrModify(table, row(database, table, new_name()))))


@pytest.mark.parametrize("table", _STATUS)
def bench_is_there(benchmark, writable, new_name, table):
    database, name = writable(table), new_name()
    _right(database.insert(table, row(database, table, name)))
    _right(benchmark(lambda: database.addIfNotThere(table, row(database, table, name))))
    assert len(database.select(table, {"Name": name})["Value"]) == 1


@pytest.mark.parametrize("table", _STATUS)
def bench_is_not_there(benchmark, writable, new_name, table):
    database = writable(table)
    _right(benchmark(lambda: database.addIfNotThere(table, row(database, table, new_name()))))
