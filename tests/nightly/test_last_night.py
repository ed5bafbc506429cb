"""What earlier nights measured is known from the index, whatever else stands in it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from harness.errors import RssbenchError
from harness.index import INDEX_VARIABLE
from harness.index.address import LOCAL_FILE, index_url
from harness.index.indexing import index_run
from harness.model import BuildIdentity
from harness.nightly.last_night import RUN_ENDING, earlier_builds
from tests.index.results import comparison, store_comparison, store_run


def ignore(_line: str) -> None:
    pass


def night(results: Path, day: int, **changes: object) -> Path:
    at = f"2026-11-{day:02}"
    return store_comparison(
        results, f"{at}_02-17-09.000000{RUN_ENDING}", started_at=f"{at}T02:17:09+00:00", **changes
    )


def named(name: str) -> BuildIdentity:
    build = comparison().contender
    assert build
    return msgspec.structs.replace(build, name=name)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    folder.mkdir()
    return folder


def test_the_newest_night_comes_first_and_other_runs_do_not_count(results: Path) -> None:
    night(results, 20)
    night(results, 22, contender=named("/src/DIRAC@newer"))
    store_comparison(results, "2026-11-24_02-17-09.000000", contender=named("/src/DIRAC@by-hand"))
    store_run(results, "2026-11-25_02-17-09.000000")
    assert earlier_builds(results, {}, ignore) == ["/src/DIRAC@newer", "/src/DIRAC@slow"]


def test_a_night_that_did_not_come_to_its_end_does_not_count(results: Path) -> None:
    night(results, 20)
    night(results, 21, contender=named("/src/DIRAC@broken"), status="incomplete", problems=("interrupted",))
    assert earlier_builds(results, {}, ignore) == ["/src/DIRAC@slow"]


def test_before_the_first_night_there_is_nothing(results: Path) -> None:
    assert earlier_builds(results, {}, ignore) == []


def test_a_shared_index_knows_nights_whose_files_are_elsewhere(results: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shared.sqlite"
    # what another machine did: an index of its own that this one reads
    index_run(night(tmp_path / "other" / "results", 20), index_url(url, {}, results))
    moved = tmp_path / "other"
    moved.rename(tmp_path / "gone")
    assert earlier_builds(results, {INDEX_VARIABLE: url}, ignore) == ["/src/DIRAC@slow"]


def test_an_index_that_is_broken_is_told(results: Path) -> None:
    night(results, 20)
    (results / LOCAL_FILE).write_text("no database at all, but long enough to be taken for the header of one" * 30)
    with pytest.raises(RssbenchError, match=r"the index .* cannot be used"):
        earlier_builds(results, {}, ignore)
