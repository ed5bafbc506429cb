"""The client's cache: a hit at several sizes, and what filling it costs beside the call that brings the rows."""

import pytest
import releases
from DIRAC.ResourceStatusSystem.Utilities.RSSCacheNoThread import RSSCache

_ACCESS = ["ReadAccess", "WriteAccess", "CheckAccess", "RemoveAccess"]
#: Nothing runs out while it is measured.
_LIFETIME_S = 86_400


def _rows(keys):
    """Rows as a service answers them, of storage elements with four ways of access each."""
    values = {"ElementType": "StorageElement", "Status": "Active", "VO": "all"}
    return [
        tuple(
            {**values, "Name": f"SITE{key // 4:04d}-DISK", "StatusType": _ACCESS[key % 4]}[column]
            for column in releases.cache_columns()
        )
        for key in range(keys)
    ]


def _filled(rows):
    cache = RSSCache(_LIFETIME_S, lambda: {"OK": True, "Value": releases.cached_statuses(rows)})
    assert cache.refreshCache()["OK"]
    return cache


@pytest.mark.parametrize("keys", [40, 400, 1000, 4000])
def bench_hit(benchmark, keys):
    cache = _filled(_rows(keys))
    found = benchmark(releases.match, cache, "SITE0007-DISK", "StorageElement", _ACCESS)
    assert found["OK"], found["Message"]
    assert found["Value"] == {"SITE0007-DISK": dict.fromkeys(_ACCESS, "Active")}


@pytest.mark.parametrize("keys", [40, 400, 1000, 4000])
def bench_fill(benchmark, keys):
    """From rows that are there to a filled cache, by the client's own functions."""
    cache = _filled(_rows(keys))
    assert len(benchmark(cache.refreshCache)["Value"]) == keys


def bench_fill_from_the_database(benchmark, status_database):
    """All statuses selected in this process, and the cache filled with them: a refresh without its transport."""

    def statuses():
        found = status_database.select(
            "ResourceStatus", {"VO": "all", "Meta": {"columns": releases.cache_columns()}}
        )
        return {"OK": True, "Value": releases.cached_statuses(found["Value"])} if found["OK"] else found

    cache = RSSCache(_LIFETIME_S, statuses)
    filled = benchmark(cache.refreshCache)
    assert filled["OK"], filled["Message"]
    assert filled["Value"]
