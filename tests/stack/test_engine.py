"""What is asked of Docker and Podman, and what is said when they do not answer. The programs are scripts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import StackError
from harness.stack.engine import Engine, find_engine

Install = Callable[[str, str], Path]

DOCKER = """
case "$1" in
--version) echo 'Docker version 28.2.2, build e6534b4' ;;
version) echo 20.10.24 ;;
esac
"""
PODMAN = """
case "$*" in
--version) echo 'podman version 4.3.1' ;;
*Server*) echo 'Error: no server' >&2; exit 125 ;;
*Client*) echo 4.3.1 ;;
info*) echo 4.3.1 ;;
esac
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """``install(name, script)``: a program of that name; there are no others but the shell's."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setattr("harness.stack.engine.PROGRAMS", ("our-docker", "our-podman"))

    def write(name: str, script: str) -> Path:
        file = programs / name
        file.write_text(f"#!/bin/sh\n{script}")
        file.chmod(0o755)
        return file

    return write


def test_docker_comes_before_podman(install: Install) -> None:
    docker = install("our-docker", DOCKER)
    install("our-podman", PODMAN)
    assert find_engine() == Engine(str(docker), "docker", "20.10.24")
    assert str(find_engine()) == "docker 20.10.24"


def test_podman_needs_no_server(install: Install) -> None:
    podman = install("our-podman", PODMAN)
    assert find_engine() == Engine(str(podman), "podman", "4.3.1")


def test_a_podman_that_is_called_docker_is_podman(install: Install) -> None:
    install("our-docker", PODMAN)
    assert find_engine().is_podman


def test_the_one_that_is_asked_for_is_taken(install: Install) -> None:
    install("our-docker", DOCKER)
    install("our-podman", PODMAN)
    assert find_engine("our-podman").name == "podman"


def test_without_any_it_is_said_how_to_get_one(install: Install) -> None:
    told = "no container engine: our-docker is not installed; our-podman is not installed; start one .*engine.sh"
    with pytest.raises(StackError, match=told):
        find_engine()


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?", "no engine runs"),
        ("Got permission denied while trying to connect to the socket", "this account may not use it"),
        ("error during connect: nobody knows", "it fails"),
    ],
)
def test_why_one_does_not_answer_is_said_in_plain_words_with_its_own(
    install: Install, said: str, meaning: str
) -> None:
    install("our-docker", f'[ "$1" = --version ] && exit; echo "{said}" >&2; exit 1')
    with pytest.raises(StackError, match=rf"our-docker: {meaning}.*\({said.split('.', maxsplit=1)[0]}"):
        find_engine()


@pytest.mark.parametrize(("has_names", "refused"), [("true", False), ("false", True)])
def test_a_podman_whose_networks_have_no_names_says_what_to_install(
    install: Install, has_names: str, refused: bool
) -> None:
    engine = Engine(str(install("our-podman", f'[ "$2" = create ] || echo {has_names}')), "podman", "4.3.1")
    told = r"podman 4.3.1 cannot find one another by name: install aardvark-dns"
    with pytest.raises(StackError, match=told) if refused else contextlib.nullcontext():
        engine.make_network("net", "mark")


def test_a_command_that_fails_is_told_with_what_was_said(install: Install) -> None:
    engine = Engine(
        str(install("our-docker", "echo 'write /x: no space left on device' >&2; exit 1")), "docker", "1"
    )
    with pytest.raises(StackError, match=r"docker network failed: the disk is full:\nwrite /x"):
        engine.make_network("net", "mark")


def test_containers_are_removed_until_none_is_left_and_networks_after_them(
    install: Install, tmp_path: Path
) -> None:
    """One that the engine is removing itself cannot be removed by us; it is gone at the next look."""
    (tmp_path / "there").write_text("c1")
    log = tmp_path / "log"
    script = f"""
echo "$*" >>{log}
case "$*" in
ps*) cat {tmp_path}/there ;;
rm*) : >{tmp_path}/there; echo 'removal of c1 is already in progress' >&2; exit 1 ;;
"network ls"*) echo n1 ;;
esac
"""
    Engine(str(install("our-docker", script)), "docker", "1").remove_marked("stack-1")
    asked = log.read_text().splitlines()
    assert [line.split()[0] for line in asked] == ["ps", "rm", "ps", "network", "network"]
    assert all("label=rssbench.mark=stack-1" in line for line in asked if "ls" in line or line.startswith("ps"))
    assert asked[-1] == "network rm n1"


def test_containers_that_stay_are_named(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.stack.engine._REMOVAL_TRIES", 2)
    engine = Engine(str(install("our-docker", '[ "$1" = ps ] && echo c1 c2; exit 0')), "docker", "1")
    with pytest.raises(StackError, match="docker does not remove the containers c1 c2 of stack-1"):
        engine.remove_marked("stack-1")
