"""A load from other machines is read completely, or refused with what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.errors import SettingsError
from harness.settings import Job, read_job


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text("t" * 32)
    file.chmod(0o600)
    return file


def job(load: dict[str, Any], stack: dict[str, Any] | None = None) -> Job:
    config = {
        "services": ["rss-stack"],
        "reporting": ["rss-report"],
        "modules": {"rss-stack": stack or {}, "rss-load": load},
        "execution": [{"scenario": "select_mix", "throughput": 10, "hold-for": "5s"}],
    }
    return read_job(config, {}, lambda _path: "my.yml")


def mistakes(load: dict[str, Any], stack: dict[str, Any] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        job(load, stack)
    return caught.value.mistakes


def test_without_the_key_all_workers_are_here() -> None:
    assert job({"workers": 3}).remote is None


def test_the_load_is_shared_by_the_workers_asked_for(token_file: Path) -> None:
    read = job({"remote-workers": 12, "token-file": str(token_file), "wait-for-workers": "5m"})
    assert read.remote is not None
    assert (read.remote.host, read.remote.port, read.remote.wait_s) == ("127.0.0.1", 5557, 300.0)
    assert read.remote.token_file == token_file
    assert read.trials[0].load.workers == 12


@pytest.mark.parametrize("bind", ["0.0.0.0:5557", "192.0.2.7:5557", "build.example.org:5557", "[::]:5557"])
def test_an_address_that_others_can_reach_needs_permission(token_file: Path, bind: str) -> None:
    load = {"remote-workers": 2, "token-file": str(token_file), "bind": bind}
    (found,) = mistakes(load)
    assert found.startswith("my.yml: modules.rss-load.bind: ")
    assert "signed but not encrypted; allow-network: true permits it" in found
    permitted = job(load | {"allow-network": True}).remote
    assert permitted is not None
    assert permitted.host == bind.rpartition(":")[0].strip("[]")


@pytest.mark.parametrize("bind", ["localhost:5557", "127.0.0.2:5557", "[::1]:5557"])
def test_loopback_needs_none(token_file: Path, bind: str) -> None:
    assert job({"remote-workers": 2, "token-file": str(token_file), "bind": bind}).remote


@pytest.mark.parametrize("bind", ["5557", "localhost", "localhost:80", "localhost:x", ":5557"])
def test_an_address_is_a_host_and_a_port(token_file: Path, bind: str) -> None:
    (found,) = mistakes({"remote-workers": 2, "token-file": str(token_file), "bind": bind})
    assert f"{bind!r} is not allowed; allowed: HOST:PORT" in found


def test_a_secret_is_needed_and_must_be_one(token_file: Path) -> None:
    (found,) = mistakes({"remote-workers": 2})
    assert found.startswith("my.yml: modules.rss-load.token-file: missing; make one with")
    token_file.chmod(0o644)
    (found,) = mistakes({"remote-workers": 2, "token-file": str(token_file)})
    assert "can be read by others: chmod 600" in found


def test_workers_are_here_or_elsewhere(token_file: Path) -> None:
    (found,) = mistakes({"remote-workers": 2, "workers": 2, "token-file": str(token_file)})
    assert "cannot stand beside remote-workers" in found


def test_a_comparison_makes_its_load_here(token_file: Path) -> None:
    load = {"remote-workers": 2, "token-file": str(token_file)}
    (found,) = mistakes(load, {"baseline": "9.1.21", "contender": "9.1.22"})
    assert found.startswith("my.yml: modules.rss-load.remote-workers: a comparison makes its load on this machine")
