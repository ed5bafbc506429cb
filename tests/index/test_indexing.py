"""The index says what the files say, on every database; what is wrong with one run is told and hurts no other."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from pathlib import Path

import msgspec
import pytest
import sqlalchemy
from sqlalchemy import URL

from harness.errors import RssbenchError
from harness.index import INDEX_VARIABLE
from harness.index.database import opened_index
from harness.index.indexing import (
    Changes,
    index_finished_run,
    index_run,
    indexed_runs,
    rebuild_index,
    update_index,
)
from harness.index.listing import ListedBuild, ListedRun, list_runs
from harness.index.tables import BuildRow, FigureRow, RunRow
from harness.store import BISECTION, HISTORY, RUN
from tests.measure.ranges import bisection
from tests.reports.synthetic_comparison import build
from tests.reports.synthetic_history import history, history_build, reference_build

from .conftest import execute
from .results import ALL, SELECT, store_comparison, store_measurements, store_run


def listed(url: URL, build: str | None = None) -> list[ListedRun]:
    with opened_index(url) as index:
        return list_runs(index, limit=1000, build=build)


def ids(url: URL, build: str | None = None) -> list[str]:
    return [run.run_id for run in listed(url, build)]


def rows_of(url: URL, table: type[RunRow | BuildRow | FigureRow]) -> list[tuple[object, ...]]:
    """All rows in the order of their keys, without what another place of the files changes."""
    columns = [column for column in table.__table__.columns if column.name != "modified_ns"]
    with opened_index(url) as index, index.reading() as connection:
        query = sqlalchemy.select(*columns).order_by(*table.__table__.primary_key)
        return [tuple(row) for row in connection.execute(query)]


def contents(url: URL) -> list[list[tuple[object, ...]]]:
    return [rows_of(url, table) for table in (RunRow, BuildRow, FigureRow)]


def updated(url: URL, results: Path) -> Changes:
    with opened_index(url) as index:
        return update_index(index, results)


def test_measurements_are_listed_with_their_kind_build_and_data(url: URL, results: Path) -> None:
    index_run(store_measurements(results, "m1"), url)
    found = {run.kind: run for run in listed(url)}
    assert found.keys() == {kind.name for kind in ALL}
    for run in found.values():
        assert (run.run_id, run.status, run.verdict) == ("m1", "complete", None)
        assert [(build.role, build.dirac_version) for build in run.builds] == [("measured", "9.1.22")]
    assert (found["growth"].profile, found["growth"].seed) == ("S, L", 1)
    assert (found["policies"].profile, found["cycles"].profile, found["micro"].profile) == ("M", "M", "M")


def test_the_sections_of_a_run_belong_to_it(url: URL, results: Path) -> None:
    store_measurements(results, "r1")
    index_run(store_run(results, "r1"), url)
    assert [run.kind for run in listed(url)] == ["run"]
    assert updated(url, results).unchanged == 1


def test_a_bisection_and_a_history_are_listed_with_their_builds_and_verdict(url: URL, results: Path) -> None:
    for directory in (results / "b1", results / "h1"):
        directory.mkdir(parents=True)
    BISECTION.write(bisection(good=build("9.1.21"), bad=build("9.1.22")), results / "b1")
    HISTORY.write(history(history_build("9.0.28"), reference_build("9.1.22")), results / "h1")
    assert updated(url, results).indexed == 2
    found = {run.kind: run for run in listed(url)}
    bisected, told = found["bisection"], found["history"]
    assert (bisected.verdict, bisected.profile) == ("regression", "M")
    assert [(one.role, one.name) for one in bisected.builds] == [("good", "9.1.21"), ("bad", "9.1.22")]
    assert (told.verdict, told.profile) == ("same", "M")
    assert [(one.role, one.name) for one in told.builds] == [("measured", "9.0.28"), ("reference", "9.1.22")]


def test_a_run_and_a_comparison_are_listed_newest_first_with_their_builds(url: URL, results: Path) -> None:
    for directory in (store_run(results, "r1"), store_comparison(results, "c1")):
        index_run(directory, url)
    newest, oldest = listed(url)
    assert (newest.run_id, newest.kind, newest.status, newest.verdict) == (
        "c1",
        "comparison",
        "complete",
        "regression",
    )
    assert newest.builds == (
        ListedBuild("baseline", "9.1.22", "9.1.22", "newest on 2026-11-23", "https"),
        ListedBuild("contender", "/src/DIRAC@slow", "9.2.0a1", "newest on 2026-11-23", "https"),
    )
    assert oldest == ListedRun(
        run_id="r1",
        kind="run",
        started_at="2026-11-23T21:04:10+00:00",
        duration_s=160.2,
        status="passed",
        verdict=None,
        builds=(ListedBuild("measured", "9.1.22", "9.1.22", "newest on 2026-11-23", None),),
        profile="S",
        seed=1,
        measured_on="bench",
        directory=str(results / "r1"),
        files_gone=False,
    )


def test_runs_of_one_build_are_found_by_its_name_and_by_its_version(url: URL, results: Path) -> None:
    for directory in (store_run(results, "r1"), store_comparison(results, "c1")):
        index_run(directory, url)
    assert ids(url, "/src/DIRAC@slow") == ids(url, "9.2.0a1") == ["c1"]
    assert ids(url, "9.1.22") == ["c1", "r1"]
    assert ids(url, "9.1") == []


def test_the_list_ends_where_it_is_told_to(url: URL, results: Path) -> None:
    for hour in range(5):
        index_run(store_run(results, f"r{hour}", started_at=f"2026-11-24T0{hour}:00:00+00:00"), url)
    with opened_index(url) as index:
        assert [run.run_id for run in list_runs(index, limit=2)] == ["r4", "r3"]


def test_times_of_other_zones_are_ordered_as_instants(url: URL, results: Path) -> None:
    index_run(store_run(results, "later", started_at="2026-11-24T01:00:00+00:00"), url)
    index_run(store_run(results, "earlier", started_at="2026-11-24T02:30:00.6+02:00"), url)
    assert [(run.run_id, run.started_at) for run in listed(url)] == [
        ("later", "2026-11-24T01:00:00+00:00"),
        ("earlier", "2026-11-24T00:30:00+00:00"),
    ]


def test_figures_can_be_asked_for_without_opening_a_file(url: URL, results: Path) -> None:
    for directory in (store_run(results, "r1"), store_comparison(results, "c1")):
        index_run(directory, url)
        shutil.rmtree(directory)
    query = (
        sqlalchemy.select(RunRow.run_id, FigureRow.value, FigureRow.effect_ratio, FigureRow.pairs)
        .join(FigureRow, FigureRow.identity == RunRow.identity)
        .where(FigureRow.operation == SELECT, FigureRow.control.is_(False))
        .order_by(RunRow.started_at)
    )
    with opened_index(url) as index, index.reading() as connection:
        p95 = connection.execute(query.where(FigureRow.metric == "latency_p95")).all()
        cpu = connection.execute(query.where(FigureRow.metric == "service_cpu")).all()
    assert p95 == [("r1", 0.00402, None, None)]
    assert cpu == [("c1", 0.00208, 1.04, 14)]


def test_indexing_again_replaces_a_run_and_leaves_no_old_figure(url: URL, results: Path) -> None:
    directory = store_run(results, "r1", status="incomplete")
    index_run(directory, url)
    store_run(results, "r1", trials=(), exact=(), build=None, data_set=None)
    index_run(directory, url)
    [run] = listed(url)
    assert (run.status, run.builds, run.profile) == ("passed", (), None)
    assert rows_of(url, FigureRow) == []


def test_an_index_that_was_lost_is_made_again_from_the_files(url: URL, results: Path) -> None:
    for directory in (store_run(results, "r1"), store_run(results, "r2"), store_comparison(results, "c1")):
        index_run(directory, url)
    before = contents(url)
    if url.database == str(results / "index.sqlite"):
        for file in results.glob("index.sqlite*"):
            file.unlink()
    else:
        execute(url, *(f"DROP TABLE rssbench_{name}" for name in ("figures", "builds", "runs", "version")))
    assert rebuild_index(url, results) == Changes(indexed=3)
    assert contents(url) == before


def test_an_update_reads_only_what_is_new_or_changed(url: URL, results: Path) -> None:
    store_run(results, "r1")
    store_comparison(results, "c1")
    assert updated(url, results) == Changes(indexed=2)
    assert updated(url, results) == Changes(unchanged=2)
    store_run(results, "r1", status="failed")
    os.utime(results / "r1" / "run.json", ns=(1, 1))
    assert updated(url, results) == Changes(indexed=1, unchanged=1)
    assert {run.status for run in listed(url)} == {"failed", "complete"}


def test_a_run_whose_files_are_gone_is_marked_in_a_shared_index_and_dropped_from_a_local_one(
    url: URL, results: Path
) -> None:
    store_run(results, "r1")
    shutil.move(store_run(results, "r2"), results.parent / "elsewhere")
    updated(url, results)
    (results.parent / "elsewhere").rename(results / "r2")
    updated(url, results)
    shutil.rmtree(results / "r2")
    assert updated(url, results) == Changes(unchanged=1, gone=1)
    if url.get_backend_name() == "sqlite":
        assert ids(url) == ["r1"]
        assert len({row[0] for row in rows_of(url, FigureRow)}) == 1
    else:
        assert {run.run_id: run.files_gone for run in listed(url)} == {"r1": False, "r2": True}
        assert len({row[0] for row in rows_of(url, FigureRow)}) == 2
        store_run(results, "r2")
        assert updated(url, results) == Changes(indexed=1, unchanged=1)
        assert not any(run.files_gone for run in listed(url))
    assert updated(url, results).gone == 0


def test_the_runs_of_other_machines_are_left_alone(
    shared_url: URL, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.node", lambda: "another")
    index_run(store_run(results, "of-another"), shared_url)
    monkeypatch.setattr("platform.node", lambda: "mine")
    shutil.rmtree(results / "of-another")
    store_run(results, "of-mine")
    assert rebuild_index(shared_url, results) == Changes(indexed=1)
    assert {run.run_id: run.files_gone for run in listed(shared_url)} == {"of-another": False, "of-mine": False}


def test_runs_of_the_same_name_are_two_when_host_or_start_differ(shared_url: URL, results: Path) -> None:
    run = RUN.read(store_run(results, "nightly"))
    index_run(results / "nightly", shared_url)
    store_run(results, "nightly", environment=msgspec.structs.replace(run.environment, hostname="other"))
    index_run(results / "nightly", shared_url)
    store_run(results, "nightly", started_at="2026-11-24T00:00:00+00:00")
    index_run(results / "nightly", shared_url)
    assert ids(shared_url) == ["nightly"] * 3
    assert updated(shared_url, results) == Changes(unchanged=1, gone=2)
    assert [run.files_gone for run in listed(shared_url)] == [False, True, True]


def test_torn_and_foreign_files_are_skipped_and_named(url: URL, results: Path) -> None:
    store_run(results, "good")
    content = json.loads((store_run(results, "torn") / "run.json").read_text())
    (results / "torn" / "run.json").write_text(json.dumps(content)[:300])
    store_run(results, "newer")
    (results / "newer" / "run.json").write_text(json.dumps(content | {"schema_version": 99}))
    store_run(results, "undated", started_at="yesterday")
    store_run(results, "closed")
    (results / "closed" / "run.json").unlink()
    (results / "closed" / "run.json").mkdir()
    (results / "notes").mkdir()
    (results / "notes.txt").write_text("not a run")
    changes = rebuild_index(url, results)
    assert (changes.indexed, changes.gone) == (1, 0)
    closed, newer, torn, undated = changes.skipped
    assert "no run to read" in closed
    assert "closed" in closed
    assert f"{results}/newer/run.json has schema version 99" in newer
    assert f"{results}/torn/run.json is not a run" in torn
    assert f"{results}/undated/run.json: started_at: 'yesterday' is no ISO 8601 time" in undated


def test_a_run_that_was_torn_later_is_kept_as_it_was(url: URL, results: Path) -> None:
    store_run(results, "r1")
    updated(url, results)
    (results / "r1" / "run.json").write_text("{")
    changes = updated(url, results)
    assert (changes.indexed, changes.gone, len(changes.skipped)) == (0, 0, 1)
    assert [(run.run_id, run.files_gone) for run in listed(url)] == [("r1", False)]


def test_without_a_folder_of_runs_nothing_is_taken_for_gone(shared_url: URL, results: Path) -> None:
    index_run(store_run(results, "r1"), shared_url)
    shutil.rmtree(results)
    with pytest.raises(RssbenchError, match=f"cannot read the runs in {results}: No such file"):
        rebuild_index(shared_url, results)
    assert [run.files_gone for run in listed(shared_url)] == [False]


def test_a_finished_run_is_indexed_beside_it_or_where_the_variable_says(results: Path, tmp_path: Path) -> None:
    directory = store_run(results, "r1")
    assert index_finished_run(directory, {}) is None
    elsewhere = tmp_path / "team.sqlite"
    assert index_finished_run(directory, {INDEX_VARIABLE: f"sqlite:///{elsewhere}"}) is None
    for file in (results / "index.sqlite", elsewhere):
        assert ids(URL.create("sqlite+pysqlite", database=str(file))) == ["r1"]


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("sqlite:////no/such/folder/index.sqlite", "there is no folder /no/such/folder"),
        ("oracle://team:secret@host/db", "RSSBENCH_INDEX: 'oracle' is not allowed"),
        ("mysql://team:secret@127.0.0.1:9/db", "the index mysql://127.0.0.1:9/db cannot be used"),
        ("postgresql://team:secret@127.0.0.1:9/db", "the index postgresql://127.0.0.1:9/db cannot be used"),
    ],
)
def test_a_finished_run_never_fails_for_its_index(results: Path, variable: str, told: str) -> None:
    warning = index_finished_run(store_run(results, "r1"), {INDEX_VARIABLE: variable})
    assert warning is not None
    assert warning.startswith("r1 is stored but not indexed: ")
    assert told in warning
    assert "secret" not in warning
    assert warning.endswith("`rssbench runs rebuild` adds it later")


def test_a_list_from_a_local_index_is_of_the_files_as_they_are(results: Path) -> None:
    warnings: list[str] = []

    def shown() -> list[str]:
        url = URL.create("sqlite+pysqlite", database=str(results / "index.sqlite"))
        return [run.run_id for run in indexed_runs(url, results, limit=9, build=None, warn=warnings.append)]

    store_run(results, "r1")
    assert shown() == ["r1"]
    shutil.rmtree(results / "r1")
    store_run(results, "r2")
    store_run(results, "torn")
    (results / "torn" / "run.json").write_text("")
    assert shown() == ["r2"]
    [warning] = warnings
    assert warning.startswith(f"skipped: {results}/torn/run.json is not a run")


def test_a_list_from_a_shared_index_publishes_nothing(shared_url: URL, results: Path) -> None:
    store_run(results, "private")
    assert indexed_runs(shared_url, results, limit=9, build=None, warn=pytest.fail) == []


RUNS_OF_A_WRITER = 50


def write_runs(results: Path, url: URL, writer: int) -> None:
    """What one of two machines does: runs of its own, and one run that both touch."""
    for number in range(RUNS_OF_A_WRITER):
        index_run(store_run(results / str(writer), f"w{writer}-{number}"), url)
        index_run(results / "both", url)


@pytest.mark.stack
def test_two_processes_that_write_at_once_lose_nothing(url: URL, results: Path) -> None:
    """Neither finds an index: they make it at once, too."""
    store_run(results, "both")
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_runs, args=(results, url, number)) for number in (1, 2)]
    for process in writers:
        process.start()
    for process in writers:
        process.join(timeout=200)
    assert [process.exitcode for process in writers] == [0, 0]
    expected = {f"w{writer}-{number}" for writer in (1, 2) for number in range(RUNS_OF_A_WRITER)} | {"both"}
    assert len(ids(url)) == len(expected)
    assert set(ids(url)) == expected
    figures = {identity: 0 for (identity, *_) in rows_of(url, RunRow)}
    for identity, *_ in rows_of(url, FigureRow):
        figures[str(identity)] += 1
    assert len(set(figures.values())) == 1
