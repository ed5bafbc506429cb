from __future__ import annotations

import json
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.dataset.profiles import PROFILES
from harness.errors import StackError
from harness.stack.keeper import StackInfo, stack_down, stack_status, stack_up
from tests.stack.waiting import eventually

pytestmark = pytest.mark.stack

#: What a person would type who has read the environment that is printed. DIRAC starts without a Configuration
#: service only when it is told to.
CLIENT = """
import DIRAC, os
DIRAC.initialize(require_auth="Servers" in open(os.environ["DIRACSYSCONFIG"]).read())
from DIRAC import gConfig
from DIRAC.ResourceStatusSystem.Client.ResourceStatusClient import ResourceStatusClient
answer = ResourceStatusClient().select("SiteStatus", {"VO": "all"})
print(len(answer["Value"]), ",".join(gConfig.getServersList()))
"""

COUNT_SITES = "SELECT COUNT(*) FROM ResourceStatusDB.SiteStatus"


@pytest.fixture
def root(stack_root: Path) -> Iterator[Path]:
    """A stack folder of its own: ``stack_down`` ends every kept stack of one."""
    folder = stack_root / "kept"
    yield folder
    stack_down(folder)


@pytest.fixture
def kept(build: BuildEnvironment, root: Path) -> StackInfo:
    return stack_up(build, profile=PROFILES["S"], seed=3, stack_root=root)


def seen_by_diracs_client(kept: StackInfo) -> list[str]:
    """Rows of SiteStatus, and which Configuration services were asked, if any."""
    ended = subprocess.run(
        ["sh", "-c", '. "$0" && exec python -c "$1"', kept.client_environment, CLIENT],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin"} | dict.fromkeys(("HOME", "REQUESTS_CA_BUNDLE", "PYTHONPATH"), "/nowhere"),
    )
    return ended.stdout.strip().splitlines()[-1].split()


def test_a_kept_stack_is_listed_usable_and_gone_when_told(kept: StackInfo, root: Path) -> None:
    assert stack_status(root) == [kept]
    directory = root / kept.mark
    private = (kept.database_options, kept.admin_key, kept.user_key, kept.client_proxy, kept.client_cfg)
    for path in (directory / "stack.json", *map(Path, private)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    counted = subprocess.run(
        ["mariadb", f"--defaults-file={kept.database_options}", "-BNe", COUNT_SITES],
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(counted.stdout) == PROFILES["S"].sites
    assert seen_by_diracs_client(kept) == [str(PROFILES["S"].sites)]

    assert stack_down(root) == 1

    assert stack_status(root) == []
    assert not directory.exists()
    assert not command.marked_processes(kept.mark)
    assert not command.marked_processes(kept.keeper)


def test_with_a_configuration_service_diracs_client_asks_that_and_no_password_is_told(
    build: BuildEnvironment, root: Path
) -> None:
    kept = stack_up(build, profile=PROFILES["S"], seed=3, stack_root=root, configuration_service=True)
    assert seen_by_diracs_client(kept) == [str(PROFILES["S"].sites), kept.configuration_url]

    listening = [
        one.laddr.ip.removeprefix("::ffff:")
        for process in command.marked_processes(kept.mark)
        for one in process.net_connections("inet")
        if one.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"] * 3
    configuration = root / kept.mark / "configuration"
    assert stat.S_IMODE(configuration.stat().st_mode) == 0o700
    options = dict(
        line.split("=", 1) for line in Path(kept.database_options).read_text().splitlines() if "=" in line
    )
    described = (root / kept.mark / "stack.json").read_text()
    told = [described, Path(kept.client_cfg).read_text()]
    told += [file.read_text() for file in (configuration / "etc").glob("*.cfg")]
    assert len(told) == 4
    assert not [text for text in told if options["password"] in text or "Password" in text]
    assert json.loads(described)["database_url"].startswith("mysql+pymysql://suite:***@127.0.0.1:")


def test_a_killed_keeper_leaves_nothing(kept: StackInfo, root: Path) -> None:
    (keeper,) = command.marked_processes(kept.keeper)
    keeper.kill()
    assert eventually(lambda: not command.marked_processes(kept.mark) and not (root / kept.mark).exists())
    assert stack_status(root) == []


def test_a_keeper_ends_in_order_when_a_part_of_its_stack_dies(kept: StackInfo, root: Path) -> None:
    command.stop_marked(kept.mark)
    assert eventually(lambda: not command.marked_processes(kept.keeper) and not (root / kept.mark).exists())


def test_what_keeps_a_stack_from_starting_is_said_and_nothing_stays(build: BuildEnvironment, root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(StackError, match=f"^cannot take port {port} on 127.0.0.1: Address already in use"):
            stack_up(build, profile=PROFILES["S"], seed=3, stack_root=root, service_port=port)
    assert not list(root.glob("keeper-*"))
    assert not list(root.glob("stack-*"))
