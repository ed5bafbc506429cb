"""What else could have changed the numbers is written down."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from harness.provenance import _suite_commit, another_machine, describe_environment

PROJECT = Path(__file__).parent.parent


def test_the_environment_is_that_of_this_machine_and_interpreter() -> None:
    environment = describe_environment("10.11.19-MariaDB")
    assert environment.database_version == "10.11.19-MariaDB"
    assert environment.kernel == f"Linux {platform.release()}"
    assert environment.python_version == platform.python_version()
    assert 1 <= environment.cpu_count <= (os.cpu_count() or 1)
    assert environment.cpu_model
    assert environment.memory_bytes > 100_000_000
    assert environment.generator_packages["numpy"] == np.__version__
    assert list(environment.generator_packages) == sorted(environment.generator_packages)
    assert (
        environment.suite_version == tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", tmp_path, *arguments], check=True, capture_output=True)

    git("init")
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false", "commit", "-m", "first")
    git("tag", "v1")
    return tmp_path


def test_the_commit_of_a_clean_checkout_is_its_hash(checkout: Path) -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", _suite_commit(checkout) or "")


def test_a_changed_checkout_says_so(checkout: Path) -> None:
    (checkout / "file").write_text("two")
    assert re.fullmatch(r"[0-9a-f]{40}-dirty", _suite_commit(checkout) or "")


def test_outside_a_checkout_there_is_no_commit(checkout: Path) -> None:
    # an installation somewhere below another project's checkout is not that project
    (checkout / "installed").mkdir()
    assert _suite_commit(checkout / "installed") is None


def test_without_git_there_is_no_commit(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert _suite_commit(checkout) is None


def test_what_was_measured_elsewhere_is_said_with_both_machines() -> None:
    here = describe_environment("")
    assert another_machine(here) is None
    there = replace(here, cpu_count=here.cpu_count + 1)
    assert another_machine(there) == (
        f"the machine was {here.hostname} ({here.cpu_count + 1} x {here.cpu_model}), "
        f"now it is {here.hostname} ({here.cpu_count} x {here.cpu_model})"
    )
