"""`bzt taurus.yml` on the real RSS: what the load keys do, what a run leaves behind, how bad days end."""

from __future__ import annotations

import contextlib
import html
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.index.address import local_url
from harness.index.database import opened_index
from harness.index.listing import list_runs
from harness.store import EMAIL_CACHE, MICRO
from scenarios.samples import SAMPLE

from .bzt_process import BztProcess, job

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

STEADY = {"scenario": "select_mix", "throughput": 30, "concurrency": 8, "hold-for": "20s"}


@pytest.fixture
def bzt(tmp_path: Path, bzt_stack_root: Path) -> Iterator[Any]:
    """Start bzt with a job; whatever the test does, it does not outlive it."""
    started: list[BztProcess] = []

    def start(content: dict[str, Any], **environment: str) -> BztProcess:
        started.append(BztProcess(tmp_path, bzt_stack_root, content, **environment))
        return started[-1]

    yield start
    for process in started:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait()


@pytest.fixture(scope="module")
def good_run(tmp_path_factory: pytest.TempPathFactory, bzt_stack_root: Path) -> BztProcess:
    """One run that exercises every load key; the tests below look at it."""
    process = BztProcess(
        tmp_path_factory.mktemp("good"),
        bzt_stack_root,
        job(
            {"scenario": "select_mix", "throughput": 40, "concurrency": 6, "ramp-up": "2s", "hold-for": "4s"},
            {"scenario": "insert_mix", "throughput": 20, "concurrency": 6, "hold-for": "3s"},
            {"scenario": "update_mix", "concurrency": 4, "iterations": 5},
            {
                "scenario": "select_mix",
                "throughput": 30,
                "concurrency": 6,
                "ramp-up": "3s",
                "steps": 3,
                "hold-for": "1s",
            },
            {"scenario": "burst", "concurrency": 5, "iterations": 1},
            {"scenario": "cold", "concurrency": 6, "iterations": 1},
            exact=True,
            load={"workers": 3},
            stack={"also": ["micro"]},
        )
        | {"scenarios": {"cold": {"workload": "stampede", "connection": "per-call"}}},
    )
    assert process.wait() == 0, process.stdout + process.stderr
    return process


def test_a_section_is_measured_after_the_load_and_stands_in_the_report(good_run: BztProcess) -> None:
    (section,) = good_run.run.sections
    assert (section.section, section.status, section.problem) == ("micro", "complete", None)
    measured = MICRO.read(good_run.run_directory)
    assert (measured.status, measured.run_id) == ("complete", "run")
    assert len(measured.benchmarks) > 50
    assert f"Micro-benchmarks: DIRAC 9.1.22: {len(measured.benchmarks)} micro-benchmarks" in good_run.stdout
    assert ", 1 of 1 section measured" in good_run.stdout
    page = (good_run.run_directory / "report.html").read_text().replace("<wbr>", "")
    assert all(html.escape(one.benchmark) in page for one in measured.benchmarks)


def test_the_last_line_on_stdout_is_the_path_of_the_report(good_run: BztProcess) -> None:
    last = good_run.stdout.splitlines()[-1]
    assert last == f"report: {good_run.run_directory / 'report.html'}"
    assert (good_run.run_directory / "report.html").stat().st_size < 1_000_000


def test_the_verdict_line_comes_before_the_table(good_run: BztProcess) -> None:
    verdicts = [line for line in good_run.stdout.splitlines() if line.startswith("PASSED: 5 scenarios, ")]
    assert len(verdicts) == 1
    assert good_run.stdout.index(verdicts[0]) < good_run.stdout.index("ResourceStatus.select by name")


def test_throughput_sends_exactly_the_requests_it_asks_for_over_all_workers(good_run: BztProcess) -> None:
    """40/s for 4 s after a ramp-up of 2 s, which is half as many per second: 200 in all, 160 in the window."""
    assert good_run.samples_of("1-select_mix") == 200
    assert good_run.run.trials[0].requests == 160
    assert good_run.run.trials[0].offered_rate_per_s == pytest.approx(40)
    assert good_run.samples_of("2-insert_mix") == 60


def test_iterations_are_those_of_each_user(good_run: BztProcess) -> None:
    assert good_run.samples_of("3-update_mix") == 4 * 5


def test_steps_ramp_the_rate_up_in_equal_steps(good_run: BztProcess) -> None:
    """10, 20 and 30 requests per second for a second each, then 30 for one second."""
    assert good_run.samples_of("4-select_mix") == 10 + 20 + 30 + 30


def test_a_burst_is_one_evaluation_per_user(good_run: BztProcess) -> None:
    run = good_run.run.trials[4]
    per_operation = {one.operation: one.requests for one in run.operations}
    assert per_operation["ResourceStatus.select exact row"] == 5


def test_a_stampede_is_everybody_at_once(good_run: BztProcess) -> None:
    assert good_run.samples_of("6-cold") == 6


def test_no_request_failed_and_every_acknowledged_write_is_in_the_database(good_run: BztProcess) -> None:
    run = good_run.run
    assert run.status == "passed"
    for trial in run.trials:
        assert trial.ok == trial.requests
    audits = {trial.name: trial.audit for trial in run.trials}
    assert audits["2-insert_mix"] is not None
    assert audits["2-insert_mix"].acknowledged == 60
    assert all(audit is None or audit.lost == 0 for audit in audits.values())


def test_cpu_is_counted_for_each_side(good_run: BztProcess) -> None:
    cpu = good_run.run.trials[0].cpu_per_request
    for seconds in (cpu.generator_s, cpu.service_s, cpu.database_s):
        assert seconds is not None
        assert 0 < seconds < 0.1


def test_every_operation_has_its_sql_counted(good_run: BztProcess) -> None:
    exact = {one.operation: one for one in good_run.run.exact}
    assert {name: one.absent for name, one in exact.items() if one.problem} == {
        "ResourceManagement.insert job": False,
        "Publisher.getNodeStatuses": True,
    }
    assert "HTTP status 500: KeyError(&#39;self&#39;)" in (good_run.run_directory / "report.html").read_text()
    assert [s.text[:6] for s in exact["ResourceStatus.select by name"].statements if "SELECT" in s.text]


def test_the_record_names_build_data_set_and_how_to_repeat_the_run(good_run: BztProcess) -> None:
    run = good_run.run
    assert run.build is not None
    assert run.build.dirac_version == "9.1.22"
    assert run.build.packages["sqlalchemy"]
    assert run.data_set is not None
    assert run.data_set.rows["ResourceStatus"] == 53
    assert run.command == f"bzt {good_run.job_file}"


def test_nothing_is_left_and_no_password_was_written(good_run: BztProcess) -> None:
    assert good_run.left_over() == []
    texts = [file.read_bytes() for file in good_run.run_directory.rglob("*") if file.is_file()]
    assert not any(b"mysql://" in text or b"PASSWORD(" in text.upper() for text in texts)


def test_a_finished_run_is_in_the_index_beside_it(good_run: BztProcess) -> None:
    with opened_index(local_url(good_run.run_directory.parent)) as index:
        [listed] = list_runs(index, limit=9)
    assert (listed.run_id, listed.status, listed.directory) == ("run", "passed", str(good_run.run_directory))
    assert [build.dirac_version for build in listed.builds] == ["9.1.22"]


def test_a_release_without_https_is_measured_over_dips(bzt: Any) -> None:
    """DISET has no connection to keep, a process per service, and no less load."""
    run = bzt(
        job(
            {"scenario": "production_mix", "throughput": 20, "concurrency": 8, "hold-for": "3s"},
            {"scenario": "burst", "concurrency": 15, "iterations": 1},
            stack={"build": "7.3.38"},
        )
    )
    assert run.wait() == 0, run.stdout + run.stderr
    assert (run.run.front_door, run.run.status) == ("dips", "passed")
    mix, burst = run.run.trials
    assert (mix.load.connection, mix.requests, mix.ok) == ("per-call", 60, 60)
    assert mix.audit.acknowledged > 0
    assert mix.audit.lost == 0
    assert burst.requests == burst.ok == 15 * 9
    assert 0 < mix.cpu_per_request.service_s < 0.1
    assert "dips" in (run.run_directory / "report.html").read_text()
    assert run.left_over() == []


def test_a_run_whose_index_is_down_passes_with_a_warning(bzt: Any) -> None:
    process = bzt(job(STEADY | {"hold-for": "2s"}), RSSBENCH_INDEX="mysql://team:s3cret@127.0.0.1:9/runs")
    assert process.wait() == 0
    assert "run is stored but not indexed: the index mysql://127.0.0.1:9/runs cannot be used" in process.stderr
    assert process.run.status == "passed"
    assert not list(process.run_directory.parent.glob("index.sqlite*"))
    assert b"s3cret" not in b"".join(one.read_bytes() for one in process.run_directory.rglob("*") if one.is_file())


def test_a_criterion_that_does_not_hold_ends_in_exit_code_3(bzt: Any) -> None:
    process = bzt(job(STEADY | {"hold-for": "4s"}, report={"criteria": ["p50 service time < 1us"]}))
    assert process.wait() == 3
    assert process.run.status == "failed"
    assert "p50 service time < 1us" in process.stdout
    assert process.stdout.splitlines()[-1].startswith("report: ")


def test_wrong_settings_start_nothing(bzt: Any) -> None:
    process = bzt(job(STEADY), RSSBENCH_PROFILE="huge")
    assert process.wait() == 1
    assert "environment: RSSBENCH_PROFILE: 'huge' is not allowed; allowed: one of S, M" in process.stderr
    assert not (process.run_directory / "run.json").exists()
    assert process.left_over() == []


def assert_kept_and_marked(process: BztProcess) -> None:
    """What was measured is there, says incomplete, and nothing else is."""
    run = process.run
    assert run.status == "incomplete"
    assert run.trials[0].status == "incomplete"
    assert run.trials[0].requests > 0
    assert (process.run_directory / "report.html").exists()
    assert process.left_over() == []


@pytest.mark.parametrize(("part", "name"), [("tornado_launcher", "service"), ("mariadbd", "database")])
def test_a_part_killed_in_mid_run_ends_the_run_with_its_name_and_log(bzt: Any, part: str, name: str) -> None:
    process = bzt(job(STEADY))
    process.wait_for_samples()
    process.part(part).send_signal(signal.SIGKILL)
    assert process.wait() == 4
    assert f"the {name} (pid" in process.stderr
    assert "was killed by SIGKILL" in process.stderr
    assert_kept_and_marked(process)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_was_measured(bzt: Any, number: signal.Signals) -> None:
    process = bzt(job(STEADY))
    process.wait_for_samples()
    process.process.send_signal(number)
    process.process.send_signal(signal.SIGTERM)  # make, too, ends its children
    assert process.wait() == 2
    assert "interrupted" in process.run.problems
    assert_kept_and_marked(process)


def test_an_interrupt_in_a_section_keeps_the_load_and_what_the_section_measured(bzt: Any) -> None:
    process = bzt(job(STEADY | {"hold-for": "1s"}, stack={"also": ["email-cache", "micro"]}))
    process.wait_until(
        lambda: EMAIL_CACHE.stands_in(process.run_directory) and EMAIL_CACHE.read(process.run_directory).blocks,
        "block of the e-mail cache",
    )
    process.process.send_signal(signal.SIGINT)
    assert process.wait() == 2
    assert process.left_over() == []
    run, measured = process.run, EMAIL_CACHE.read(process.run_directory)
    assert (run.status, run.problems, run.trials[0].status) == ("incomplete", ("interrupted",), "passed")
    assert [(one.section, one.status, one.problem) for one in run.sections] == [
        ("email-cache", "incomplete", "interrupted")
    ]
    assert (measured.status, measured.problems) == ("incomplete", ("interrupted",))
    assert len(measured.settings) == len(measured.blocks)
    assert "incomplete: interrupted" in (process.run_directory / "report.html").read_text()


def test_an_interrupt_while_the_stack_starts_leaves_nothing(bzt: Any) -> None:
    process = bzt(job(STEADY))
    process.wait_until(lambda: any(process.stack_root.glob("stack-*")), "stack")
    process.process.send_signal(signal.SIGINT)
    assert process.wait() != 0
    assert process.left_over() == []
    assert process.run.status == "incomplete"


def test_a_worker_killed_in_mid_run_ends_the_run(bzt: Any) -> None:
    process = bzt(job(STEADY))
    process.wait_for_samples()
    process.part("select_mix.py").send_signal(signal.SIGKILL)
    assert process.wait() == 4
    assert "generator worker 0 of select_mix ended with code -9" in process.stderr
    assert_kept_and_marked(process)


def test_a_bzt_killed_outright_leaves_samples_and_no_process(bzt: Any) -> None:
    process = bzt(job(STEADY))
    process.wait_for_samples()
    process.processes()
    process.process.kill()
    process.process.wait()
    process.wait_gone()
    assert process.run.status == "incomplete"
    assert process.samples_bytes() >= 20 * SAMPLE.size


def test_a_busy_port_is_named(bzt: Any) -> None:
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = bzt(job(STEADY, stack={"port": taken.getsockname()[1]}))
        assert process.wait() == 4
        assert str(taken.getsockname()[1]) in process.stderr
    assert process.left_over() == []


def test_criteria_of_taurus_itself_see_our_samples(bzt: Any) -> None:
    passfail = {"module": "passfail", "criteria": ["avg-rt>0ms for 1s, stop as failed"]}
    process = bzt(job(STEADY) | {"~reporting": [passfail, "rss-report"]})
    assert process.wait() == 3
    assert "avg-rt" in process.stderr
    assert process.run.status == "incomplete"
    assert process.samples_bytes() < 30 * 20 * SAMPLE.size
    assert process.left_over() == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk")
def test_a_disk_that_fills_up_in_mid_run_is_named_without_a_traceback(bzt: Any, tmp_path: Path) -> None:
    disk = tmp_path / "run"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "rssbench-test", disk], check=True)
    try:
        process = bzt(job(STEADY))
        process.wait_for_samples()
        with contextlib.suppress(OSError), (disk / "filling").open("wb", buffering=0) as stream:
            while True:
                stream.write(bytes(4096))
        assert process.wait() == 4
        assert "no space left on" in process.stderr
        assert "Traceback" not in process.stderr
        assert "Logging error" not in process.stderr
        assert process.run.status == "incomplete"
        assert process.left_over() == []
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
