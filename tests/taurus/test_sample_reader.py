"""bzt's aggregator is fed from our samples, as they come."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from harness.measure.samples import SAMPLE_TYPE
from harness.taurus.sample_reader import SampleReader
from scenarios.samples import SAMPLE, Outcome

NAMES = ["first", "second"]


@pytest.fixture
def reader(tmp_path: Path) -> SampleReader:
    return SampleReader(tmp_path, 8, logging.getLogger("test"))


def write(directory: Path, worker: int, *rows: tuple[int, Outcome]) -> None:
    """Samples of these operations and outcomes, due 20 ms before they end, which is now."""
    (directory / "operations.json").write_bytes(msgspec.json.encode(NAMES))
    samples = np.zeros(len(rows), SAMPLE_TYPE)
    samples["end_ns"] = time.monotonic_ns()
    samples["due_ns"] = samples["end_ns"] - np.uint64(20_000_000)
    samples["bytes"], samples["worker"] = 120, worker
    samples["operation"] = [operation for operation, _outcome in rows]
    samples["outcome"] = [outcome for _operation, outcome in rows]
    with (directory / f"samples-{worker}.bin").open("ab") as stream:
        stream.write(samples.tobytes())


def read(reader: SampleReader) -> list[tuple[Any, ...]]:
    return list(reader._read())


def test_nothing_is_read_before_the_workers_have_begun(reader: SampleReader) -> None:
    assert read(reader) == []


def test_a_right_answer_is_what_bzt_calls_a_success(reader: SampleReader, tmp_path: Path) -> None:
    write(tmp_path, 0, (1, Outcome.ok))
    [(second, label, users, latency_s, _connect, _first, code, error, source, size)] = read(reader)
    assert abs(second - time.time()) < 2
    assert (label, users, code, error, source, size) == ("second", 8, "200", None, "worker-0", 120)
    assert latency_s == pytest.approx(0.02)


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.ok])
def test_everything_else_is_a_failure_with_its_name(
    reader: SampleReader, tmp_path: Path, outcome: Outcome
) -> None:
    write(tmp_path, 0, (0, outcome))
    [row] = read(reader)
    assert row[6:8] == (outcome.name, outcome.name)


def test_each_sample_of_each_worker_is_read_once(reader: SampleReader, tmp_path: Path) -> None:
    write(tmp_path, 0, (0, Outcome.ok), (0, Outcome.ok))
    write(tmp_path, 1, (1, Outcome.ok))
    assert sorted(row[8] for row in read(reader)) == ["worker-0", "worker-0", "worker-1"]
    write(tmp_path, 1, (1, Outcome.ok))
    assert [row[8] for row in read(reader)] == ["worker-1"]
    assert read(reader) == []


def test_half_a_sample_waits_for_its_other_half(reader: SampleReader, tmp_path: Path) -> None:
    write(tmp_path, 0, (0, Outcome.ok))
    file = tmp_path / "samples-0.bin"
    whole = file.read_bytes()
    file.write_bytes(whole[: SAMPLE.size // 2])
    assert read(reader) == []
    file.write_bytes(whole)
    assert len(read(reader)) == 1


def test_bzt_counts_what_it_is_fed(reader: SampleReader, tmp_path: Path) -> None:
    """Through the whole of bzt's own reader, as its aggregator asks it."""
    write(tmp_path, 0, *[(0, Outcome.ok)] * 3, (1, Outcome.timeout))
    points = list(reader.datapoints(final_pass=True))
    overall = [point["current"][""] for point in points]
    assert sum(one["throughput"] for one in overall) == 4
    assert sum(one["fail"] for one in overall) == 1
