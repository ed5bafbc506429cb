"""A real stack in real containers: what it is, what it keeps to itself, and that nothing of it stays."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import msgspec
import psutil
import pytest

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.stack import images
from harness.stack.cpu_meter import cpu_ns, processes_of
from harness.stack.engine import MARK_LABEL, Engine
from harness.stack.fresh import Origin, Placement, fresh_stacks
from harness.stack.images import CONTAINER_USER, service_image
from harness.stack.keeper import stack_down, stack_status, stack_up
from harness.stack.lifecycle import Stack
from harness.stack.ownership import remove_leftovers
from harness.stack.readiness import RpcCall, check_rows, rpc_values
from harness.stack.starting import start_stack
from scenarios.catalogue import read_catalogue
from tests.stack.waiting import eventually

pytestmark = pytest.mark.stack

START = {"profile": PROFILES["S"], "seed": 7, "runtime": "containers"}

OWNER = """
import sys, time
from pathlib import Path
import msgspec
from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.model import BuildIdentity
from harness.stack.starting import start_stack
python, identity, root, logs = sys.argv[1:]
build = BuildEnvironment(Path(python), msgspec.json.decode(identity, type=BuildIdentity))
stack = start_stack(
    build, profile=PROFILES["S"], seed=1, stack_root=Path(root), log_directory=Path(logs), runtime="containers"
)
print(stack.mark, flush=True)
time.sleep(600)
"""


def inspected(engine: Engine, mark: str) -> list[dict]:
    return json.loads(engine.call("inspect", *engine.marked(mark)))


def networks(engine: Engine, mark: str) -> list[str]:
    return engine.call("network", "ls", "--quiet", "--filter", f"label={MARK_LABEL}={mark}").split()


def nothing_is_left(engine: Engine, mark: str) -> bool:
    return not (engine.marked(mark) or networks(engine, mark) or command.marked_processes(mark))


@pytest.fixture(scope="module")
def contained(engine: Engine, build: BuildEnvironment, stack_root: Path) -> Iterator[Stack]:
    """For tests that only look. Images are made before."""
    service_image(engine, build, stack_root, print)
    with start_stack(build, **START, stack_root=stack_root, log_directory=None) as started:
        yield started


def test_it_answers_with_the_rows_of_the_data_set(contained: Stack, engine: Engine) -> None:
    with closing(contained.client()) as client:
        check_rows(partial(rpc_values, client), read_catalogue(contained.catalogue_file))
    assert contained.ready_s > 0
    assert (contained.runtime.name, contained.runtime.engine_name) == ("containers", str(engine))
    assert "MariaDB" in contained.database_version


def test_each_part_is_a_container_without_privileges_that_can_write_to_its_own_folder_only(
    contained: Stack, engine: Engine
) -> None:
    parts = inspected(engine, contained.mark)
    assert {part["Name"].lstrip("/").removeprefix(f"rssbench-{contained.mark}-") for part in parts} == {
        "database",
        "service",
    }
    for part in parts:
        assert part["HostConfig"]["ReadonlyRootfs"]
        writable = [mount["Source"] for mount in part["Mounts"] if mount["RW"]]
        assert len(writable) == 1
        assert writable[0].startswith(f"{contained.directory}/")
        described = Path(f"/proc/{part['State']['Pid']}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in described.splitlines() if ":\t" in line)
        assert set(fields["Uid"].split()) == {str(CONTAINER_USER)}
        assert int(fields["CapEff"], 16) == 0
        assert fields["NoNewPrivs"] == "1"


def test_nothing_is_published_outside_loopback(contained: Stack, engine: Engine) -> None:
    wanted = {contained.database.port, *contained.ports["https"].values()}
    published = [
        (binding["HostIp"], int(binding["HostPort"]))
        for part in inspected(engine, contained.mark)
        for bindings in (part["NetworkSettings"]["Ports"] or {}).values()
        for binding in bindings or ()
    ]
    assert sorted(published) == sorted(("127.0.0.1", port) for port in wanted)
    listening = {
        one.laddr.ip
        for one in psutil.net_connections("inet")
        if one.status == psutil.CONN_LISTEN and one.laddr.port in wanted
    }
    assert listening == {"127.0.0.1"}


def test_no_secret_is_in_arguments_variables_or_what_the_engine_tells(contained: Stack, engine: Engine) -> None:
    passwords = contained.server.passwords
    shown = json.dumps(inspected(engine, contained.mark))
    for process in command.marked_processes(contained.mark):
        shown += " ".join(process.cmdline()) + str(process.environ())
    shown += "".join(log.read_text() for log in contained.log_directory.glob("*.log"))
    assert "RSSBENCH_MARK" in shown
    assert passwords.suite not in shown
    assert passwords.dirac not in shown
    holding = [contained.directory / "dirac" / "https" / "etc" / "dirac.cfg"]
    holding += [identity.key_file for identity in contained.identities.values()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in holding} == {0o600}


def test_cpu_time_is_that_of_the_containers_control_group(contained: Stack) -> None:
    (meter,), (pid,) = contained.meters["service"], contained.pids["service"]
    assert isinstance(meter, Path)
    assert pid in processes_of(meter)

    def used() -> tuple[int, int]:
        return cpu_ns(meter), cpu_ns(pid)

    before = used()
    with closing(contained.client()) as client:
        rpc_values(client, [RpcCall("ResourceStatus", "select", ["SiteStatus", {"VO": "all"}])] * 100)
    time.sleep(0.1)
    group_ns, process_ns = (now - then for now, then in zip(used(), before, strict=True))
    assert process_ns > 50_000_000
    # the group holds nothing else; what it is charged at the edges differs by ticks
    assert group_ns == pytest.approx(process_ns, rel=0.1)


def test_fresh_stacks_run_on_the_cores_asked_for_and_see_only_their_own_rows(
    engine: Engine, build: BuildEnvironment, stack_root: Path, tmp_path: Path
) -> None:
    """Over dips too, whose services are one container each in one network."""
    core = min(psutil.Process().cpu_affinity() or [0])
    placement = Placement(4321, frozenset({core}), frozenset({core}))
    with start_stack(build, **START, stack_root=stack_root, log_directory=None) as frozen:
        frozen.freeze()
        assert engine.marked(frozen.mark) == []
        origins = [Origin("baseline", frozen, build), Origin("contender", frozen, build, "dips")]
        with fresh_stacks(origins, [placement] * 2, tmp_path) as (https, dips):
            assert len(dips.pids["service"]) == 3
            for stack in (https, dips):
                for pid in (pid for pids in stack.pids.values() for pid in pids):
                    assert psutil.Process(pid).cpu_affinity() == [core]
                with closing(stack.client()) as client:
                    check_rows(partial(rpc_values, client), read_catalogue(frozen.catalogue_file))
            names = [len(name) for name in engine.marked(frozen.mark) if name.endswith("-database")]
            assert len(set(names)) == 1
        assert engine.marked(frozen.mark) == []
    assert nothing_is_left(engine, frozen.mark)


def test_a_kept_stack_has_a_configuration_service_in_the_same_network_and_leaves_nothing(
    engine: Engine, build: BuildEnvironment, stack_root: Path
) -> None:
    root = stack_root / "kept-containers"
    kept = stack_up(
        build,
        profile=PROFILES["S"],
        seed=3,
        stack_root=root,
        runtime="containers",
        configuration_service=True,
    )
    try:
        assert stack_status(root) == [kept]
        assert kept.runtime == f"containers {engine}"
        assert len(engine.marked(kept.mark)) == 3
    finally:
        assert stack_down(root) == 1
    assert nothing_is_left(engine, kept.mark)


@pytest.fixture
def owner(
    engine: Engine, build: BuildEnvironment, stack_root: Path, tmp_path: Path
) -> Iterator[subprocess.Popen[str]]:
    """A process that owns a stack in containers, and says so when it is ready."""
    arguments = [build.python, msgspec.json.encode(build.identity), stack_root, tmp_path]
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    yield process
    process.kill()
    process.communicate()


def test_the_next_start_removes_what_a_killed_owner_and_reaper_left(
    owner: subprocess.Popen[str], engine: Engine, stack_root: Path
) -> None:
    assert owner.stdout
    mark = owner.stdout.readline().strip()
    (reaper,) = command.marked_processes(f"reaper-of-{mark}")
    reaper.kill()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    assert len(engine.marked(mark)) == 2

    assert remove_leftovers(stack_root, print) == 1

    assert nothing_is_left(engine, mark)
    assert not (stack_root / mark).exists()


def test_the_reaper_removes_containers_and_network_of_an_owner_that_is_killed_while_it_starts(
    owner: subprocess.Popen[str], engine: Engine, stack_root: Path
) -> None:
    before = set(stack_root.glob("stack-*"))

    def begun() -> list[Path]:
        return [path for path in set(stack_root.glob("stack-*")) - before if engine.marked(path.name)]

    assert eventually(lambda: bool(begun()), timeout_s=60)
    (directory,) = begun()
    owner.kill()
    assert eventually(lambda: not directory.exists(), timeout_s=30)
    assert nothing_is_left(engine, directory.name)


class TestBadDays:
    def test_a_killed_container_is_named_with_the_end_of_its_log(
        self, engine: Engine, build: BuildEnvironment, stack_root: Path, tmp_path: Path
    ) -> None:
        with start_stack(build, **START, stack_root=stack_root, log_directory=tmp_path) as stack:
            name = f"rssbench-{stack.mark}-service"
            last = (tmp_path / "service.log").read_text().splitlines()[-1]
            engine.call("kill", name)
            assert eventually(lambda: stack.death() is not None)
            told = f"the service (container {name}) was killed by SIGKILL; {tmp_path}/service.log ends with\n"
            assert (stack.death() or "").startswith(told)
            assert last in (stack.death() or "")
        assert nothing_is_left(engine, stack.mark)

    def test_a_port_in_use_is_named_and_nothing_is_started(
        self, engine: Engine, build: BuildEnvironment, stack_root: Path
    ) -> None:
        before = engine.call("ps", "--all", "--quiet")
        with socket.create_server(("127.0.0.1", 0)) as busy:
            port = busy.getsockname()[1]
            with pytest.raises(StackError, match=f"cannot take port {port} on 127.0.0.1"):
                start_stack(build, **START, stack_root=stack_root, log_directory=None, service_port=port)
        assert engine.call("ps", "--all", "--quiet") == before

    def test_an_image_that_cannot_be_built_says_why_and_leaves_no_layer(
        self,
        engine: Engine,
        build: BuildEnvironment,
        stack_root: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        (tmp_path / "service").mkdir()
        (tmp_path / "service" / "Dockerfile").write_text(
            "ARG BASE\nFROM ${BASE}\nARG MARK\nLABEL rssbench.build=${MARK}\n"
            "RUN echo a layer >/layer\nRUN echo no licence >&2; exit 3\n"
        )
        monkeypatch.setattr(images, "DOCKER", tmp_path)

        def there() -> tuple[set[str], set[str]]:
            images_there = engine.call("image", "ls", "--all", "--quiet").split()
            names = engine.call("ps", "--all", "--format", "{{.Names}}").split()
            return set(images_there), {name for name in names if not name.startswith("rssbench-")}

        before = there()
        with pytest.raises(StackError, match=r"(?s)the image rssbench-service:.* was not built.*no licence"):
            service_image(engine, build, stack_root, print)
        assert there() == before
