"""`rssbench runs`: what is in results, newest first, in three formats."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness import cli

from .index.results import store_comparison, store_run


@pytest.fixture
def results(tmp_path: Path) -> Path:
    store_run(tmp_path, "r1")
    store_comparison(tmp_path, "c1")
    return tmp_path


def runs(results: Path, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli.main, ["runs", "--results", str(results), *arguments], env=environment)


def test_runs_are_listed_newest_first(results: Path) -> None:
    result = runs(results)
    assert (result.exit_code, result.stderr) == (0, "")
    heading, *rows = [re.split(" {2,}", line) for line in result.stdout.splitlines()]
    assert heading[:4] == ["started (UTC)", "run", "kind", "result"]
    assert [row[:4] for row in rows] == [
        ["2026-11-24 08:00", "c1", "comparison", "regression"],
        ["2026-11-23 21:04", "r1", "run", "passed"],
    ]
    assert [row[-1] for row in rows] == [str(results / "c1"), str(results / "r1")]


def test_runs_as_markdown_and_as_json(results: Path) -> None:
    lines = runs(results, "--format", "markdown").stdout.splitlines()
    assert len(lines) == 4
    assert all(line.count("|") == 9 for line in lines)
    newest, oldest = json.loads(runs(results, "--format", "json").stdout)
    assert (newest["run_id"], newest["verdict"]) == ("c1", "regression")
    assert [build["role"] for build in newest["builds"]] == ["baseline", "contender"]
    assert (oldest["run_id"], oldest["status"], oldest["verdict"]) == ("r1", "passed", None)


def test_only_so_many_runs_and_only_those_of_a_build(results: Path) -> None:
    assert len(json.loads(runs(results, "--limit", "1", "--format", "json").stdout)) == 1
    found = json.loads(runs(results, "--build", "/src/DIRAC@slow", "--format", "json").stdout)
    assert [run["run_id"] for run in found] == ["c1"]
    assert runs(results, "--build", "8.0.0").stdout == "no run is indexed\n"


def test_rebuild_counts_what_it_did_and_names_what_it_skipped(results: Path) -> None:
    runs(results)
    shutil.rmtree(results / "r1")
    store_run(results, "torn")
    (results / "torn" / "run.json").write_text("{")
    result = runs(results, "rebuild")
    assert (result.exit_code, result.stdout) == (0, "1 indexed, 1 skipped, 1 gone\n")
    assert result.stderr.startswith(f"skipped: {results}/torn/run.json is not a run")


def test_a_torn_run_is_named_beside_the_list(results: Path) -> None:
    (results / "r1" / "run.json").write_text("{")
    result = runs(results)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.startswith(f"skipped: {results}/r1/run.json is not a run")


def test_a_wrong_url_is_exit_code_2_and_an_index_that_cannot_be_used_4(results: Path) -> None:
    wrong = runs(results, RSSBENCH_INDEX="oracle://team:s3cret@h/d")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("RSSBENCH_INDEX: 'oracle' is not allowed")
    away = runs(results, "rebuild", RSSBENCH_INDEX="mysql://team:s3cret@127.0.0.1:9/d")
    assert (away.exit_code, away.stdout) == (4, "")
    assert away.stderr.startswith("the index mysql://127.0.0.1:9/d cannot be used")
    assert "s3cret" not in wrong.stderr + away.stderr


def test_a_password_on_the_command_line_is_warned_of_without_showing_it(results: Path) -> None:
    result = runs(results, "--index", "mysql://team:s3cret@127.0.0.1:9/d")
    assert (
        "others can see the password of --index; name a file with the URL in RSSBENCH_INDEX_FILE" in result.stderr
    )
    assert "s3cret" not in result.stderr


def test_without_results_there_is_a_message(tmp_path: Path) -> None:
    result = runs(tmp_path / "no")
    assert (result.exit_code, result.stdout) == (4, "")
    assert f"there is no folder {tmp_path}/no" in result.stderr


def test_stored_runs_are_drawn_into_one_page(results: Path) -> None:
    drawn = runs(results, "draw")
    assert (drawn.exit_code, drawn.stdout) == (0, f"{results / 'latency_p50.html'}\n")
    assert "in 1 stored run" in (results / "latency_p50.html").read_text()
    chosen = results / "cpu.html"
    assert runs(results, "draw", "service_cpu", "--output", str(chosen)).exit_code == 0
    assert "/src/DIRAC@slow" in chosen.read_text()


def test_a_figure_that_no_run_has_is_refused_with_those_that_there_are(results: Path) -> None:
    refused = runs(results, "draw", "speed")
    assert refused.exit_code == 2
    assert "no stored run has speed; stored metrics: " in refused.stderr
    assert "latency_p50" in refused.stderr
    assert "no stored run has latency_p50 of nothing" in runs(results, "draw", "--operation", "nothing").stderr
