"""CPU time comes from the kernel's own clock of each process, or its own count of each control group, in ns."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.stack.cpu_meter import cpu_ns, group_meter, processes_of

SPIN = """
import sys, threading, time
def spin():
    end = time.thread_time_ns() + 150_000_000
    while time.thread_time_ns() < end:
        pass
thread = threading.Thread(target=spin)
thread.start()
thread.join()
print(time.process_time_ns(), flush=True)
sys.stdin.read()
"""


def test_our_own_cpu_time_is_what_the_interpreter_says() -> None:
    before, ours = time.process_time_ns(), cpu_ns(os.getpid())
    assert before <= ours <= time.process_time_ns()


def test_a_childs_cpu_time_holds_its_ended_threads() -> None:
    with subprocess.Popen([sys.executable, "-c", SPIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        told_ns = int(child.stdout.readline())
        # what it used for printing and waiting comes on top
        assert told_ns <= cpu_ns(child.pid) <= told_ns * 1.02 + 2_000_000
        assert told_ns >= 150_000_000
        child.communicate()


def test_a_process_that_is_gone_has_no_cpu_time() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    with pytest.raises(ProcessLookupError, match=f"no process {child.pid}"):
        cpu_ns(child.pid)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cpuacct.usage", "4711000\n"),
        ("cpu.stat", "usage_usec 4711\nuser_usec 4000\nsystem_usec 711\n"),
        ("cpu.stat", "nr_periods 3\nusage_usec 4711\n"),
    ],
)
def test_a_control_group_is_read_in_either_version(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert cpu_ns(tmp_path / name) == 4_711_000


def test_a_control_group_that_is_gone_has_no_cpu_time(tmp_path: Path) -> None:
    with pytest.raises(ProcessLookupError, match="no control group"):
        cpu_ns(tmp_path / "gone" / "cpu.stat")


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ("9:pids:/x\n2:cpuacct:/docker/abc\n0::/\n", "cpuacct/docker/abc/cpuacct.usage"),
        ("3:cpu,cpuacct:/docker/abc\n", "cpu,cpuacct/docker/abc/cpuacct.usage"),
        ("0::/system.slice/docker-abc.scope\n", "system.slice/docker-abc.scope/cpu.stat"),
    ],
)
def test_the_group_of_a_process_is_found_in_either_version(tmp_path: Path, lines: str, place: str) -> None:
    proc, groups = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "7").mkdir(parents=True)
    (proc / "7" / "cgroup").write_text(lines)
    assert group_meter(7, proc, groups) is None
    (groups / place).parent.mkdir(parents=True)
    (groups / place).touch()
    assert group_meter(7, proc, groups) == groups / place


def test_the_group_of_a_process_that_is_gone_cannot_be_found(tmp_path: Path) -> None:
    with pytest.raises(ProcessLookupError, match="no process 7"):
        group_meter(7, tmp_path)


def test_who_is_counted_is_told_oldest_first(tmp_path: Path) -> None:
    (tmp_path / "cgroup.procs").write_text("812\n7\n99\n")
    assert processes_of(tmp_path / "cpuacct.usage") == [7, 99, 812]
    assert processes_of(tmp_path / "gone" / "cpuacct.usage") == []
    assert processes_of(5) == [5]
