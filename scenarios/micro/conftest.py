"""Fixtures and the course of a session: order, turns, and what could not be measured and why."""

import datetime as dt
import gc
import itertools
import json
import random
from pathlib import Path

import pytest
import releases
import timing
from orders import ORDERS
from turns import Turns

releases.load_configuration(ORDERS["cfg"])

_turns = Turns(ORDERS["turns"], ORDERS["side"]) if ORDERS["turns"] else None

#: Nodeid to the reason why there is no figure: what this release lacks, and what it did wrongly.
_absent, _failed = {}, {}

#: Begins every name that a benchmark writes, so that it can be found and removed.
PREFIX = "rssbench-micro-"


def pytest_collection_modifyitems(items):
    if ORDERS["order_seed"] is not None:
        random.Random(ORDERS["order_seed"]).shuffle(items)


def pytest_collection_finish():
    # what was imported is never garbage: collections look at what the benchmarks make
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    if _turns:
        _turns.wait_for(item.nodeid)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped:
        _absent[item.nodeid] = report.longrepr[2].removeprefix("Skipped: ")
    elif report.failed:
        _failed[item.nodeid] = call.excinfo.exconly().partition("\n")[0]
    return report


def pytest_benchmark_generate_machine_info():
    """Asking the processor takes a second, which pairs do not have; None lets pytest-benchmark do it."""
    return {} if _turns else None


def pytest_benchmark_update_json(output_json):
    output_json["benchmarks"] = [one for one in output_json["benchmarks"] if one["fullname"] not in _failed]
    output_json["rssbench"] = _without_figures()


def pytest_unconfigure(config):
    """pytest-benchmark writes no file when it has no figure; the reasons are worth one."""
    json_file = Path(config.getoption("benchmark_json"))
    if (_absent or _failed) and not json_file.exists():
        now = dt.datetime.now(dt.UTC).isoformat()
        json_file.write_text(json.dumps({"benchmarks": [], "datetime": now, "rssbench": _without_figures()}))


def _without_figures():
    return {"dirac_version": releases.version(), "absent": _absent, "failed": _failed}


@pytest.fixture
def benchmark(benchmark):
    """pytest-benchmark's, whose rounds are run in turns where there is another side."""
    if _turns:
        make_runner = benchmark._make_runner
        benchmark._make_runner = lambda *arguments: _turns.in_turns(make_runner(*arguments))
    return benchmark


@pytest.fixture(autouse=True)
def _wall_time(benchmark):
    timing.forget()
    yield
    if benchmark.stats:
        metadata = benchmark.stats
        benchmark.extra_info["wall_s"] = timing.wall_s(len(metadata.stats.data)) / metadata.iterations


@pytest.fixture(scope="session")
def status_database():
    return releases.status_database()


@pytest.fixture(scope="session")
def management_database():
    return releases.management_database()


@pytest.fixture
def database_of(request):
    """``database_of(table)``: what holds it. Skips when this release has no such table."""

    def found(table):
        for name in ("status_database", "management_database"):
            database = request.getfixturevalue(name)
            if releases.columns(database, table) is not None:
                return database
        return pytest.skip(f"DIRAC {releases.version()} has no table {table}")

    return found


@pytest.fixture
def new_name():
    """``new_name()``: a name that no row has."""
    return map((PREFIX + "{:06d}").format, itertools.count()).__next__


@pytest.fixture
def rounds(request):
    """How many rounds a benchmark with a preparation of each round takes."""
    return max(5, round(float(request.config.getoption("benchmark_max_time")) / 0.002))


@pytest.fixture
def cleaned():
    """``cleaned(database, table, column)``: rows whose column begins with PREFIX are removed at the end."""
    written = []
    yield lambda *place: written.append(place)
    for database, table, column in written:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM `{table}` WHERE `{column}` LIKE '{PREFIX}%%'")  # noqa: S608
