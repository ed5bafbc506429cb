"""How long the index takes: runs put in one by one, brought up to date, listed, asked for a figure, and drawn.

    python benchmarks/index_speed.py [--runs COUNT] [--folder FOLDER]

Each run has the trials that taurus.yml gives, every tenth is a comparison. The index is a file beside them, or
where the variable RSSBENCH_INDEX or RSSBENCH_INDEX_FILE says: rows are added there, and stay.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import sqlalchemy

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the runs that the tests make up

from harness.index.address import index_url, shown
from harness.index.courses import stored_figures
from harness.index.database import Index, opened_index
from harness.index.indexing import index_run, update_index
from harness.index.listing import list_runs
from harness.index.tables import FigureRow
from harness.store import COMPARISON, RUN
from reports.stored_page import write_stored_page
from scenarios.operations import OPERATIONS
from scenarios.workloads import WORKLOADS
from tests.index.results import comparison, judgement
from tests.reports.synthetic_run import exact_operation, operation_result, run_result, trial_result

SCENARIOS = ("select_mix", "insert_mix", "update_mix", "production_mix", "burst", "stampede")
BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
METRIC, ASKED = "latency_p50", "ResourceStatus.select by name"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000, help="how many (default: %(default)s)")
    parser.add_argument("--folder", help="where they are stored meanwhile (default: that of temporary files)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        results = Path(folder)
        url = index_url(None, os.environ, results)
        directories = [store(results, number) for number in range(options.runs)]
        print(f"{options.runs} runs, {size_bytes(results) / 1e6:.0f} MB of JSON, index {url.get_backend_name()}")
        print(f"index: {shown(url)}", file=sys.stderr)
        timed("indexed when they end, one by one", lambda: [index_run(one, url) for one in directories])
        with opened_index(url) as index:
            timed("an update that finds nothing new", lambda: update_index(index, results))
            timed("all indexed again (rebuild)", lambda: update_index(index, results, again=True))
            timed("the newest 20 listed", lambda: list_runs(index, limit=20))
            timed("all listed", lambda: list_runs(index, limit=options.runs))
            timed(
                f"one figure of {options.runs} runs loaded",
                lambda: stored_figures(index, METRIC, limit=options.runs, operation=ASKED),
            )
            timed("the same of every operation", lambda: stored_figures(index, METRIC, limit=options.runs))
            timed("the same loaded and drawn", lambda: draw(index, options.runs, results))
            print(f"{figures(index):,} figures")


def timed(what: str, work: Callable[[], object]) -> None:
    started_s = time.perf_counter()
    work()
    print(f"{what:40} {time.perf_counter() - started_s:8.3f} s", flush=True)


def store(results: Path, number: int) -> Path:
    directory = results / f"run-{number:05}"
    directory.mkdir()
    started_at = (BEGIN + dt.timedelta(hours=number)).isoformat()
    if number % 10 == 9:
        judgements = tuple(judgement(operation=operation.name) for operation in OPERATIONS)
        result = comparison(run_id=directory.name, judgements=judgements, control=judgements)
        COMPARISON.write(msgspec.structs.replace(result, started_at=started_at), directory)
        return directory
    trials = [
        trial_result(f"{place + 1}-{name}", *map(operation_result, WORKLOADS[name].operations))
        for place, name in enumerate(SCENARIOS)
    ]
    exact = tuple(exact_operation(operation.name) for operation in OPERATIONS)
    RUN.write(run_result(*trials, exact=exact, run_id=directory.name, started_at=started_at), directory)
    return directory


def draw(index: Index, runs: int, results: Path) -> Path:
    return write_stored_page(stored_figures(index, METRIC, limit=runs), METRIC, results / "drawn.html")


def figures(index: Index) -> int:
    with index.reading() as connection:
        return connection.execute(sqlalchemy.select(sqlalchemy.func.count()).select_from(FigureRow)).scalar_one()


def size_bytes(results: Path) -> int:
    return sum(file.stat().st_size for file in results.rglob("*.json"))


if __name__ == "__main__":
    main()
