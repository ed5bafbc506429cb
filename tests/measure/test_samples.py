"""The samples of all workers become one array in order of due time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from harness.measure.samples import (
    SAMPLE_TYPE,
    Samples,
    SampleTail,
    latencies_s,
    read_samples,
    service_times_s,
    wall_clock_offset_ns,
)
from scenarios.samples import SAMPLE, Outcome

SamplesOf = Callable[..., Samples]


def test_a_row_is_what_the_recorder_packs() -> None:
    row = np.frombuffer(SAMPLE.pack(1, 2, 3, 4, 5, 6, 7, 8, 9), dtype=SAMPLE_TYPE)[0]
    assert SAMPLE.size == SAMPLE_TYPE.itemsize
    assert row.item() == (1, 2, 3, 4, 5, 6, 7, 8, 9)
    assert SAMPLE_TYPE.names == (
        "due_ns", "start_ns", "end_ns", "bytes", "sequence", "operation", "outcome", "worker", "in_flight",
    )  # fmt: skip


def test_the_samples_of_all_workers_are_merged_in_order_of_due(tmp_path: Path, samples_of: SamplesOf) -> None:
    for worker, due_s in enumerate(([0.4, 0.0, 0.2], [0.3, 0.1])):
        (tmp_path / f"samples-{worker}.bin").write_bytes(samples_of(due_s, worker=worker).tobytes())
    samples = read_samples(tmp_path)
    assert (np.diff(samples["due_ns"]) > 0).all()
    assert samples["worker"].tolist() == [0, 1, 0, 1, 0]


def test_without_files_there_are_no_samples(tmp_path: Path) -> None:
    samples = read_samples(tmp_path)
    assert samples.size == 0
    assert samples.dtype == SAMPLE_TYPE


def test_a_torn_last_row_is_dropped(tmp_path: Path, samples_of: SamplesOf) -> None:
    (tmp_path / "samples-0.bin").write_bytes(samples_of([0.0, 0.1]).tobytes()[:-1])
    assert read_samples(tmp_path).size == 1


def test_the_tail_gives_each_row_once_and_a_half_written_one_when_it_is_whole(
    tmp_path: Path, samples_of: SamplesOf
) -> None:
    tail = SampleTail(tmp_path)
    assert tail.read().size == 0
    content = samples_of([0.0, 0.1, 0.2]).tobytes()
    file = tmp_path / "samples-0.bin"
    file.write_bytes(content[:50])
    assert tail.read()["sequence"].tolist() == [0]
    file.write_bytes(content)
    (tmp_path / "samples-1.bin").write_bytes(samples_of([0.05], worker=1, sequence=7).tobytes())
    assert tail.read()["sequence"].tolist() == [7, 1, 2]
    assert tail.read().size == 0


def test_latency_counts_from_due_and_service_time_from_the_first_byte_sent(samples_of: SamplesOf) -> None:
    samples = samples_of([0.0], latency_s=0.030, lag_s=0.010)
    assert latencies_s(samples).tolist() == [0.030]
    assert service_times_s(samples).tolist() == [0.020]


def test_a_failed_request_is_slower_than_any_right_answer_however_fast_it_failed(samples_of: SamplesOf) -> None:
    samples = samples_of([0.0, 0.1], latency_s=[0.030, 0.001], outcome=[Outcome.ok, Outcome.refused])
    assert latencies_s(samples).tolist() == [0.030, math.inf]
    assert service_times_s(samples).tolist() == [0.030, math.inf]


def test_an_arrival_that_was_never_sent_has_a_latency_but_no_service_time(samples_of: SamplesOf) -> None:
    samples = samples_of([0.0, 0.1], outcome=[Outcome.ok, Outcome.unsent])
    assert latencies_s(samples).tolist() == [0.005, math.inf]
    assert service_times_s(samples).tolist() == [0.005]


def test_the_offset_turns_an_instant_of_a_sample_into_the_time_of_day() -> None:
    assert abs(time.monotonic_ns() + wall_clock_offset_ns() - time.time_ns()) < 50_000_000
