"""What is read of the JSON that pytest-benchmark itself writes, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.errors import RssbenchError
from harness.micro.benchmark_file import read_benchmark_file

MODULE = "def test_slow(benchmark):\n    benchmark(sum, range(1000))\n"


def written(content: dict[str, Any], path: Path) -> Path:
    path.write_text(json.dumps(content))
    return path


def benchmark(name: str = "a.py::test_a", timer: str = "time.perf_counter", **stats: Any) -> dict[str, Any]:
    return {
        "fullname": name,
        "stats": {"median": 2.0, "mean": 9.0, **stats},
        "options": {"timer": timer, "min_rounds": 5},
        "extra_info": {},
    }


def content(*benchmarks: dict[str, Any]) -> dict[str, Any]:
    return {"benchmarks": benchmarks, "datetime": "2026-01-01T12:00:00+00:00", "version": "5.0.0"}


@pytest.mark.parametrize(
    ("timer", "metric"), [("time.process_time", "benchmark_cpu"), ("time.perf_counter", "benchmark_time")]
)
def test_what_pytest_benchmark_writes_is_read(timer: str, metric: str, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(MODULE)
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider",
         "--rootdir=.", "test_it.py", f"--benchmark-timer={timer}", "--benchmark-json=out.json",
         "--benchmark-max-time=0.01"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        check=True,
        capture_output=True,
    )  # fmt: skip
    file = read_benchmark_file(tmp_path / "out.json")
    assert file.metric == metric
    assert 1e-6 < file.measured["test_it.py::test_slow"].value_s < 1e-2
    assert abs((datetime.now(UTC) - file.written_at).total_seconds()) < 60
    assert not file.absent


def test_rounds_count_without_the_stray_ones_and_the_median_where_they_are_not_kept(tmp_path: Path) -> None:
    with_rounds = benchmark("kept", data=[1.0, 1.0, 3.0, 3.0, 1.0, 3.0, 0.0, 900.0])
    file = read_benchmark_file(written(content(with_rounds, benchmark("not kept")), tmp_path / "a.json"))
    assert {name: one.value_s for name, one in file.measured.items()} == {"kept": 2.0, "not kept": 2.0}
    assert file.measured["kept"].wall_s is None


def test_an_instant_without_a_zone_is_that_of_utc(tmp_path: Path) -> None:
    file = read_benchmark_file(
        written(content(benchmark()) | {"datetime": "2026-01-01T12:00:00"}, tmp_path / "a.json")
    )
    assert file.written_at == datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON of pytest-benchmark"),
        ("{}", "missing required field `benchmarks`"),
        ('{"benchmarks": [{"fullname": 3}]}', r"\$.benchmarks\[0\].fullname"),
        (
            json.dumps(content(benchmark("a", "time.process_time"), benchmark("b"))),
            "of CPU time and of wall time",
        ),
    ],
)
def test_what_is_something_else_is_refused_with_its_name(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(text)
    with pytest.raises(RssbenchError, match=said) as refused:
        read_benchmark_file(tmp_path / "odd.json")
    assert "odd.json" in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RssbenchError, match=r"none\.json: No such file"):
        read_benchmark_file(tmp_path / "none.json")
