"""CPU time and memory of processes and containers, written down at the same instants."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.errors import RssbenchError
from harness.measure.usage import (
    Snapshot,
    UsageRecorder,
    covering,
    cpu_ns_between,
    read_usage,
)


def snapshot(at_s: float, cpu_ms: float = 0.0, rss_bytes: int = 0) -> Snapshot:
    return Snapshot(round(at_s * 1e9), {"service": {7: round(cpu_ms * 1e6)}}, {"service": rss_bytes})


def test_the_recorder_writes_down_cpu_and_memory_of_every_group(tmp_path: Path) -> None:
    file, own = tmp_path / "usage.jsonl", os.getpid()
    recorder = UsageRecorder(file, {"generator": [own], "service": [own], "database": []})
    recorder.sample()
    used = time.thread_time_ns()
    while time.thread_time_ns() - used < 20_000_000:
        pass
    recorder.sample()
    first, last = read_usage(file)
    assert last.t_monotonic_ns > first.t_monotonic_ns
    assert cpu_ns_between(first, last, "service")[own] >= 20_000_000
    assert last.rss_bytes["service"] > 1_000_000
    assert last.rss_bytes["database"] == 0
    assert cpu_ns_between(first, last, "database") == {}
    assert cpu_ns_between(first, last, "unheard-of") == {}


def test_a_process_that_ends_keeps_the_cpu_time_it_was_last_seen_with(tmp_path: Path) -> None:
    file = tmp_path / "usage.jsonl"
    program = [sys.executable, "-c", "print('working', flush=True); input()"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        recorder = UsageRecorder(file, {"service": [child.pid]})
        recorder.sample()
        child.communicate(b"\n")
    recorder.sample()
    first, last = read_usage(file)
    assert cpu_ns_between(first, last, "service") == {child.pid: 0}
    assert last.cpu_ns["service"][child.pid] > 0
    assert last.rss_bytes["service"] == 0


def test_a_process_that_is_gone_before_recording_begins_is_named(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    with pytest.raises(RssbenchError, match=f"process {child.pid} of the database ended"):
        UsageRecorder(tmp_path / "usage.jsonl", {"database": [child.pid]})


def test_without_a_file_nothing_was_recorded(tmp_path: Path) -> None:
    assert read_usage(tmp_path / "usage.jsonl") == []


def test_a_torn_last_line_is_dropped(tmp_path: Path) -> None:
    file = tmp_path / "usage.jsonl"
    UsageRecorder(file, {}).sample()
    with file.open("ab") as stream:
        stream.write(b'{"t_monotonic_ns": 12')
    assert len(read_usage(file)) == 1


def test_a_line_that_is_no_snapshot_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "usage.jsonl"
    file.write_text('{"t_monotonic_ns": "now"}\n')
    with pytest.raises(RssbenchError, match=r"usage\.jsonl"):
        read_usage(file)


def test_a_window_is_judged_by_the_snapshots_inside_it() -> None:
    snapshots = [snapshot(at_s) for at_s in range(10)]
    assert covering(snapshots, 2_000_000_000, 7_500_000_000) == snapshots[2:8]


def test_a_window_shorter_than_the_time_between_snapshots_is_judged_by_those_around_it() -> None:
    snapshots = [snapshot(at_s) for at_s in range(10)]
    assert covering(snapshots, 3_200_000_000, 3_700_000_000) == snapshots[3:5]
    # one inside is not enough, and two that span little of the window are not either
    assert covering(snapshots, 2_500_000_000, 3_700_000_000) == snapshots[2:5]


@pytest.mark.parametrize("snapshots", [[], [snapshot(1.0)]])
def test_fewer_than_two_snapshots_tell_nothing(snapshots: list[Snapshot]) -> None:
    assert covering(snapshots, 0, 2_000_000_000) == []
