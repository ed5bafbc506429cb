from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.builds import locks
from harness.builds.cache import (
    cached_builds,
    donors,
    environment_key,
    installed_builds,
    lock_of,
    packages_digest,
    prune,
)
from tests.builds.made_environment import make_environment

NOW = datetime(2026, 11, 25, tzinfo=UTC)
MONTH = timedelta(days=30)


def used(directory: Path, when: datetime) -> Path:
    lock_of(directory).touch()
    os.utime(lock_of(directory), (when.timestamp(), when.timestamp()))
    return directory


def test_the_key_is_that_of_content_packages_and_python() -> None:
    keys = [
        environment_key("9.1.22", "today", NOW),
        environment_key("9.1.21", "today", NOW),
        environment_key("9.1.22", "today", NOW - MONTH),
        environment_key("9.1.22", "2026-11-24", NOW),
        environment_key("9.1.22", "released", None),
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0] == environment_key("9.1.22", "today", NOW)


def test_packages_are_the_same_whichever_dirac_is_installed_beside_them() -> None:
    digest = packages_digest({"DIRAC": "9.1.22", "DIRACCommon": "9.1.22", "SQLAlchemy": "2.1.9"})
    assert digest == packages_digest({"dirac": "9.1.22+1.g141b845", "sqlalchemy": "2.1.9"})
    assert digest != packages_digest({"DIRAC": "9.1.22", "DIRACCommon": "9.1.22", "SQLAlchemy": "2.1.8"})


def test_builds_are_listed_with_the_one_used_last_first(tmp_path: Path) -> None:
    for name, days in (("old", 40), ("new", 1)):
        used(make_environment(tmp_path, key=name), NOW - timedelta(days=days))
    make_environment(tmp_path, key="broken").joinpath("build.json").write_text("{")
    assert installed_builds(tmp_path) == ["9.1.22"]
    listed = cached_builds(tmp_path)
    assert [build.environment_key for build in listed] == ["new", "old"]
    assert listed[0].last_used == NOW - timedelta(days=1)
    assert listed[0].size_bytes > 0


def test_what_was_not_used_for_long_is_removed_with_its_log_and_lock(tmp_path: Path) -> None:
    old = used(make_environment(tmp_path, key="old"), NOW - MONTH - timedelta(seconds=1))
    new = used(make_environment(tmp_path, key="new"), NOW - MONTH + timedelta(seconds=1))
    (tmp_path / "old.log").touch()
    (tmp_path / "today.json").touch()
    pruned = prune(tmp_path, MONTH, NOW)
    assert (pruned.removed, pruned.kept_in_use) == (["old"], [])
    assert not old.exists()
    assert new.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"new", "new.lock", "today.json"}


def test_half_made_environments_and_left_snapshots_are_removed_however_new(tmp_path: Path) -> None:
    used(make_environment(tmp_path, key="half"), NOW).joinpath("build.json").unlink()
    (tmp_path / "snapshot-abc" / "files").mkdir(parents=True)
    (tmp_path / "something of the user's").mkdir()
    assert prune(tmp_path, MONTH, NOW).removed == ["half", "snapshot-abc"]
    assert [path.name for path in tmp_path.iterdir()] == ["something of the user's"]


def test_what_is_in_use_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_used", {})
    held = make_environment(tmp_path, key="held")
    locks.use(lock_of(held), lambda: None)
    used(held, NOW - 2 * MONTH)
    with locks.temporary_directory(tmp_path, "snapshot-"):
        pruned = prune(tmp_path, MONTH, NOW)
    assert (pruned.removed, pruned.kept_in_use) == ([], ["held"])


def test_what_a_stack_runs_from_stays_though_nobody_holds_its_lock(tmp_path: Path) -> None:
    directory = used(make_environment(tmp_path, key="running"), NOW - 2 * MONTH)
    python = directory / "bin" / "python"
    python.unlink()
    python.symlink_to(sys.executable)
    with subprocess.Popen([python, "-c", "print('up', flush=True); input()"], stdin=-1, stdout=-1) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        assert prune(tmp_path, MONTH, NOW).kept_in_use == ["running"]
        process.kill()
    assert prune(tmp_path, MONTH, NOW).removed == ["running"]


def test_only_complete_environments_lend_their_packages(tmp_path: Path) -> None:
    made = make_environment(tmp_path, key="made")
    make_environment(tmp_path, key="half").joinpath("build.json").unlink()
    assert donors(tmp_path) == ((made, "chosen"),)
