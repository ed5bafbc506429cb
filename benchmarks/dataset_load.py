"""How fast and in how much memory every profile is loaded, and what streaming gains over many-row INSERTs.

    python benchmarks/dataset_load.py [--profile NAME ...] [--repeat COUNT]

Starts a stack for its database, so that the tables are those that DIRAC makes. Every load runs in a process of its
own: its peak resident memory is the largest the process ever had, and says beside it what it had before loading.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import ParamSpec, TypeVar

import sqlalchemy

from harness.builds.environment import prepare_build
from harness.dataset.bulk_insert import bulk_engine, bulk_insert
from harness.dataset.content import table_contents
from harness.dataset.loading import load_data_set
from harness.dataset.profiles import PROFILES
from harness.dataset.table_content import TableContent
from harness.settings import cache_folder, stack_folder
from harness.stack.database import DatabaseAddress
from harness.stack.filling import empty_tables
from harness.stack.starting import start_stack

SEED = 1
BUILD = "9.1.22"
BATCH_ROWS = 5_000

P = ParamSpec("P")
Result = TypeVar("Result")
Insert = Callable[[sqlalchemy.Connection, TableContent], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--profile", dest="profiles", action="append", choices=PROFILES, help="once or more (default: all)"
    )
    parser.add_argument("--repeat", type=int, default=3, help="loads per profile (default: %(default)s)")
    options = parser.parse_args()

    cache = cache_folder()
    root = stack_folder()
    build = prepare_build(BUILD, cache, report_progress)
    with (
        tempfile.TemporaryDirectory() as logs,
        start_stack(build, profile=PROFILES["S"], seed=SEED, stack_root=root, log_directory=Path(logs)) as stack,
    ):
        print_loads(stack.database, options.profiles or list(PROFILES), options.repeat)
        print_ways(stack.database, options.repeat)


def report_progress(line: str) -> None:
    print(line, file=sys.stderr)


def print_loads(database: DatabaseAddress, profiles: list[str], repeat: int) -> None:
    print("profile       rows  fastest s  slowest s     rows/s  peak MB  before MB")
    for name in profiles:
        loads_s, peaks_mb = [], []
        for _ in range(repeat):
            empty_tables(database)
            rows, load_s, peak_mb, before_mb = in_a_process_of_its_own(load, database, name)
            loads_s.append(load_s)
            peaks_mb.append(peak_mb)
        fastest_s = min(loads_s)
        print(
            f"{name:7} {rows:10,d} {fastest_s:10.2f} {max(loads_s):10.2f} {rows / fastest_s:10,.0f} "
            f"{max(peaks_mb):8.0f} {before_mb:10.0f}",
            flush=True,
        )


def in_a_process_of_its_own(work: Callable[P, Result], *arguments: P.args, **named: P.kwargs) -> Result:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *arguments, **named).result()


def load(database: DatabaseAddress, profile: str) -> tuple[int, float, float, float]:
    """Rows, seconds, and megabytes at most and before."""
    before_mb = peak_memory_mb()
    loaded = load_data_set(database.url, PROFILES[profile], SEED)
    return sum(loaded.rows.values()), loaded.load_s, peak_memory_mb(), before_mb


def peak_memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_ways(database: DatabaseAddress, repeat: int) -> None:
    """Both ways in turn, so that a busy moment of the machine hits both."""
    streamed_s, inserted_s = [], []
    for _ in range(repeat):
        streamed_s.append(history_load_s(database, insert_streamed))
        inserted_s.append(history_load_s(database, insert_statements))
    print("\nResourceHistory of profile L, 70,000 rows, fastest of each:")
    print(f"streamed            {min(streamed_s):6.2f} s")
    print(f"many-row INSERTs    {min(inserted_s):6.2f} s   {min(inserted_s) / min(streamed_s):.1f} times as long")


def history_load_s(database: DatabaseAddress, insert: Insert) -> float:
    empty_tables(database)
    content = next(c for c in table_contents(PROFILES["L"], SEED) if c.table == "ResourceHistory")
    engine = bulk_engine(database.url(content.database))
    with engine.connect() as connection:
        started_s = time.perf_counter()
        insert(connection, content)
        connection.commit()
        elapsed_s = time.perf_counter() - started_s
    engine.dispose()
    return elapsed_s


def insert_streamed(connection: sqlalchemy.Connection, content: TableContent) -> None:
    bulk_insert(connection, content.table, content.columns, content.rows())


def insert_statements(connection: sqlalchemy.Connection, content: TableContent) -> None:
    """As SQLAlchemy would send them, without its own cost per row: the tuples go straight to the driver."""
    marks = ", ".join(["%s"] * len(content.columns))
    statement = f"INSERT INTO {content.table} ({', '.join(content.columns)}) VALUES ({marks})"  # noqa: S608 - our own names
    rows = content.rows()
    while batch := list(islice(rows, BATCH_ROWS)):
        connection.exec_driver_sql(statement, batch)


if __name__ == "__main__":
    main()
