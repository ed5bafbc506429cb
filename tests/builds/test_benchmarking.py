"""pytest and pytest-benchmark for the builds: made once, whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.builds import benchmarking
from harness.builds.benchmarking import PACKAGES, pytest_folder
from harness.errors import BuildError

PYTHON = Path(sys.executable)


def test_the_builds_get_what_the_suite_itself_is_tested_with() -> None:
    own = (Path(__file__).parent.parent.parent / "requirements.txt").read_text().splitlines()
    assert set(PACKAGES) <= set(own)


@pytest.mark.stack
def test_it_is_made_once_and_works_behind_the_packages_of_a_build(tmp_path: Path) -> None:
    said: list[str] = []
    folder = pytest_folder(PYTHON, tmp_path, said.append)
    assert pytest_folder(PYTHON, tmp_path, said.append) == folder
    assert len(said) == 1
    code = f"import sys; sys.path.append({str(folder)!r}); import pytest_benchmark as it; print(it.__file__)"
    found = subprocess.run([PYTHON, "-IS", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(folder))
    (mode,) = {path.name for path in folder.parent.iterdir()} - {folder.name}
    assert mode == f"{folder.name}.lock"


@pytest.mark.stack
def test_what_a_killed_installer_left_is_removed_and_what_another_one_makes_is_not(tmp_path: Path) -> None:
    for name in ("unfinished-killed", "unfinished-alive"):
        (tmp_path / "pytest" / name / "packages" / "pytest").mkdir(parents=True)
    held = os.open(tmp_path / "pytest" / "unfinished-alive", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_SH)
    folder = pytest_folder(PYTHON, tmp_path, lambda _line: None)
    os.close(held)
    assert (folder / "pytest" / "__init__.py").exists()
    assert {path.name for path in folder.parent.glob("unfinished-*")} == {"unfinished-alive"}


@pytest.mark.stack
def test_what_cannot_be_installed_leaves_nothing_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmarking, "PACKAGES", ("pytest-benchmark==0.0.0",))
    with pytest.raises(BuildError, match=r"(?s)cannot be installed for the builds:.*==0\.0\.0"):
        pytest_folder(PYTHON, tmp_path, lambda _line: None)
    assert [path.suffix for path in (tmp_path / "pytest").iterdir()] == [".lock"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "pytest").write_text("a file")
    with pytest.raises(BuildError, match=f"cannot use {tmp_path}/pytest"):
        pytest_folder(PYTHON, tmp_path, lambda _line: None)
    shutil.rmtree(tmp_path)
