"""Nights of real builds on which there is nothing to measure; tests/ci has one on which there is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from harness.index.address import LOCAL_FILE
from harness.night import Night
from harness.nightly.last_night import RUN_ENDING
from tests.dirac_sources import git
from tests.index.results import comparison, store_comparison

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
RSSBENCH = Path(sys.executable).with_name("rssbench")


@pytest.fixture
def environment(bzt_stack_root: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    yield os.environ | {
        "RSSBENCH_STACK_FOLDER": str(bzt_stack_root),
        "RSSBENCH_NIGHTLY_RESULTS": str(tmp_path / "results"),
        "RSSBENCH_NIGHTLY_PUBLIC": str(tmp_path / "public"),
        "RSSBENCH_NIGHTLY_BRANCH": "main",
        "RSSBENCH_PROFILE": "S",
        "RSSBENCH_LANES": "exact",
    }
    assert not [path for path in bzt_stack_root.iterdir() if path.name.startswith("stack-") and path.is_dir()]


def nightly(environment: dict[str, str], **settings: str) -> subprocess.CompletedProcess[str]:
    variables = {f"RSSBENCH_NIGHTLY_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [RSSBENCH, "nightly", "--format", "json"],
        cwd=ROOT,
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_an_index_that_is_broken_costs_last_night_and_no_more(
    environment: dict[str, str], dirac_clone: Path, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    (results / LOCAL_FILE).write_text("not a database, for whatever reason " * 100)
    done = nightly(environment, sources=str(dirac_clone), reference=f"{dirac_clone}@main")
    night = msgspec.json.decode(done.stdout, type=Night)
    assert (done.returncode, night.verdict) == (0, "nothing new"), done.stderr
    assert night.remarks[0].startswith("last night's build is not known: the index ")
    assert "`rssbench runs rebuild` makes it anew" in night.remarks[0]


def test_a_build_that_is_the_reference_and_last_nights_is_not_measured(
    environment: dict[str, str], dirac_clone: Path, tmp_path: Path
) -> None:
    name = f"{dirac_clone}@{git(dirac_clone, 'rev-parse', 'main')}"
    build = comparison().contender
    assert build
    last = msgspec.structs.replace(build, name=name)
    store_comparison(tmp_path / "results", f"2026-11-24_02-17-09.000000{RUN_ENDING}", contender=last)
    done = nightly(environment, sources=str(dirac_clone), reference=name)
    night = msgspec.json.decode(done.stdout, type=Night)
    assert (done.returncode, night.verdict, night.comparisons) == (0, "nothing new", ()), done.stderr
    assert night.remarks == (
        "tonight's build is the reference: nothing to compare there",
        "last night's build is tonight's: nothing new since",
    )


def test_a_commit_of_last_night_that_is_gone_is_told(
    environment: dict[str, str], dirac_clone: Path, tmp_path: Path
) -> None:
    gone = msgspec.structs.replace(comparison().contender, name=f"/elsewhere/DIRAC@{'0' * 39}1")
    store_comparison(tmp_path / "results", f"2026-11-24_02-17-09.000000{RUN_ENDING}", contender=gone)
    name = f"{dirac_clone}@main"
    done = nightly(environment, sources=str(dirac_clone), reference=name)
    night = msgspec.json.decode(done.stdout, type=Night)
    assert (done.returncode, night.verdict) == (0, "nothing new"), done.stderr
    assert night.remarks[0].startswith(f"last night's build {dirac_clone}@{'0' * 39}1 cannot be had any more: ")
