"""The common base's ``select``, as the services call it."""

import pytest
import releases


def _selected(benchmark, database, table, condition):
    """What the database answers; every call gets a dictionary of its own, which ``select`` changes."""
    answer = benchmark(lambda: database.select(table, {**condition, "Meta": dict(condition.get("Meta", {}))}))
    assert answer["OK"], answer["Message"]
    return answer["Value"]


def _names(database, table, limit=None):
    meta = {"columns": ["Name"], "order": "Name", **({"limit": limit} if limit else {})}
    return [name for (name,) in database.select(table, {"Meta": meta})["Value"]]


@pytest.mark.parametrize("table", ["SiteStatus", "ResourceStatus"])
def bench_by_name(benchmark, status_database, table):
    name = _names(status_database, table, 1)[0]
    rows = _selected(benchmark, status_database, table, {"Name": name})
    assert {row[0] for row in rows} == {name}


def bench_downtimes_of_an_element(benchmark, management_database):
    name = _names(management_database, "DowntimeCache", 1)[0]
    assert _selected(benchmark, management_database, "DowntimeCache", {"Name": name})


@pytest.mark.parametrize("names", [1, 10, 100, 1000])
def bench_by_list_of_names(benchmark, status_database, names):
    """What is asked for grows, what is found does not: names that no row has fill the list."""
    asked = [_names(status_database, "ResourceStatus", 1)[0], *(f"no-such-{number}" for number in range(1, names))]
    assert _selected(benchmark, status_database, "ResourceStatus", {"Name": asked})


@pytest.mark.parametrize("rows", [1, 50, 700])
def bench_whole_rows(benchmark, status_database, rows):
    if (there := len(status_database.select("ResourceLog", {"Meta": {"limit": rows}})["Value"])) < rows:
        pytest.skip(f"the data set has only {there} rows in ResourceLog")
    assert len(_selected(benchmark, status_database, "ResourceLog", {"Meta": {"limit": rows}})) == rows


def bench_all_statuses_for_the_cache(benchmark, status_database):
    """What a client's cache asks for when it is filled."""
    columns = releases.cache_columns()
    rows = _selected(benchmark, status_database, "ResourceStatus", {"VO": "all", "Meta": {"columns": columns}})
    assert {len(row) for row in rows} == {len(columns)}


def bench_latest_of_history(benchmark, status_database):
    """What the summary of the log asks for each element: the latest change, of a table without an index for it."""
    names = _names(status_database, "ResourceHistory", 1)
    if not names:
        pytest.skip("the data set has no rows in ResourceHistory")
    meta = {"order": ["DateEffective", "desc"], "limit": 1}
    assert len(_selected(benchmark, status_database, "ResourceHistory", {"Name": names[0], "Meta": meta})) == 1
