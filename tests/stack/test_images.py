"""What an image is made from and called, seen by an engine that is a script of ours."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from harness.builds.environment import BuildEnvironment
from harness.errors import StackError
from harness.model import BuildIdentity
from harness.stack import images
from harness.stack.engine import Engine
from harness.stack.images import database_image, remove_abandoned_layers, service_image

IDENTITY = BuildIdentity(
    name="9.1.22",
    dirac_version="9.1.22",
    dependency_set="today",
    python_version="3.11.2",
    environment_key="9.1.22-today-abc",
    packages={"dirac": "9.1.22", "diraccommon": "9.1.22", "tornado": "5.1.1"},
)

#: Knows the images in the file ``images``; a build succeeds when ``fails`` is not there.
ENGINE = """
cd {folder}
echo "$*" >>log
case "$1 $2" in
"image ls") grep -Fx "$4" images ;;
"build --force-rm")
    for context; do :; done
    cp "$context"/* built/ 2>/dev/null
    [ ! -e fails ] || {{ echo 'E: no licence' >&2; exit 100; }}
    while [ "$1" != --tag ]; do shift; done
    echo "$2" >>images ;;
esac
exit 0
"""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    (tmp_path / "images").touch()
    (tmp_path / "built").mkdir()
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\n{ENGINE.format(folder=tmp_path)}")
    program.chmod(0o755)
    return Engine(str(program), "docker", "1")


@pytest.fixture
def build(tmp_path: Path) -> BuildEnvironment:
    return BuildEnvironment(tmp_path / "environment" / "bin" / "python", IDENTITY)


def calls(tmp_path: Path, word: str) -> list[str]:
    return [line for line in (tmp_path / "log").read_text().splitlines() if line.startswith(word)]


def ignore(_line: str) -> None:
    pass


def test_the_services_get_the_packages_that_the_build_has_here(
    engine: Engine, build: BuildEnvironment, tmp_path: Path
) -> None:
    lines: list[str] = []
    image = service_image(engine, build, tmp_path, lines.append)
    assert image.startswith("rssbench-service:9.1.22-today-abc-")
    assert (
        tmp_path / "built" / "packages.txt"
    ).read_text() == "dirac==9.1.22\ndiraccommon==9.1.22\ntornado==5.1.1\n"
    assert lines == [f"building the image {image}, once"]

    assert service_image(engine, build, tmp_path, lines.append) == image
    assert len(calls(tmp_path, "build")) == len(lines) == 1


def test_what_was_built_from_sources_comes_as_wheels(
    engine: Engine, build: BuildEnvironment, tmp_path: Path
) -> None:
    wheels = tmp_path / "environment" / "wheels"
    wheels.mkdir(parents=True)
    (wheels / "dirac-9.1.23.dev1-py3-none-any.whl").touch()
    commit = BuildEnvironment(build.python, replace(IDENTITY, kind="commit"))
    service_image(engine, commit, tmp_path, ignore)
    assert (tmp_path / "built" / "packages.txt").read_text() == "tornado==5.1.1\n"


def test_other_packages_or_another_recipe_are_another_image(
    engine: Engine, build: BuildEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = service_image(engine, build, tmp_path, ignore)
    packages = IDENTITY.packages | {"tornado": "5.1.2"}
    newer = BuildEnvironment(build.python, replace(IDENTITY, packages=packages))
    second = service_image(engine, newer, tmp_path, ignore)
    (tmp_path / "recipes" / "service").mkdir(parents=True)
    (tmp_path / "recipes" / "service" / "Dockerfile").write_text("FROM nothing")
    monkeypatch.setattr(images, "DOCKER", tmp_path / "recipes")
    third = service_image(engine, build, tmp_path, ignore)
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("local", [True, False])
def test_the_base_of_this_machine_is_taken_where_there_is_one(
    engine: Engine, tmp_path: Path, *, local: bool
) -> None:
    if local:
        (tmp_path / "images").write_text("rssbench-base:bookworm\n")
    database_image(engine, None, tmp_path, ignore)
    (built,) = calls(tmp_path, "build")
    assert f"BASE={'rssbench-base:bookworm' if local else 'debian:bookworm-slim'}" in built
    assert (tmp_path / "built" / "database.sh").exists()


def test_an_image_of_somebody_else_is_fetched_once_and_not_built(engine: Engine, tmp_path: Path) -> None:
    assert database_image(engine, "mysql:8.4", tmp_path, ignore) == "mysql:8.4"
    (tmp_path / "images").write_text("mysql:8.4\n")
    database_image(engine, "mysql:8.4", tmp_path, ignore)
    assert calls(tmp_path, "pull") == ["pull mysql:8.4"]
    assert not calls(tmp_path, "build")


def test_a_build_that_fails_is_told_with_its_last_words_and_its_layers_are_removed(
    engine: Engine, build: BuildEnvironment, tmp_path: Path
) -> None:
    (tmp_path / "fails").touch()
    with pytest.raises(
        StackError, match=r"(?s)rssbench-service:\S+ was not built; docker 1 says last:\n.*no licence"
    ):
        service_image(engine, build, tmp_path, ignore)
    (built,), (pruned,) = calls(tmp_path, "build"), calls(tmp_path, "image prune")
    mark = next(word for word in built.split() if word.startswith("MARK=")).removeprefix("MARK=")
    assert pruned == f"image prune --force --filter label=rssbench.build={mark}"


@pytest.mark.parametrize("alive", [True, False])
def test_layers_of_a_killed_maker_are_removed_and_those_of_a_living_one_are_not(
    tmp_path: Path, *, alive: bool
) -> None:
    with subprocess.Popen(["/bin/sh", "-c", "exit 0"]) as maker:
        maker.wait()
    pid = os.getpid() if alive else maker.pid
    log, program = tmp_path / "log", tmp_path / "docker"
    program.write_text(
        f"#!/bin/sh\necho $* >>{log}\ncase $2 in ls) echo l1 ;; inspect) echo {pid}-ab; echo by-hand ;; esac\n"
    )
    program.chmod(0o755)
    remove_abandoned_layers(Engine(str(program), "docker", "1"))
    pruned = [line for line in log.read_text().splitlines() if line.startswith("image prune")]
    assert pruned == ([] if alive else [f"image prune --force --filter label=rssbench.build={pid}-ab"])


def test_without_a_checkout_there_is_nothing_to_build_from(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "DOCKER", tmp_path / "nowhere")
    with pytest.raises(StackError, match="nowhere/database is missing: images are made from a checkout"):
        database_image(engine, None, tmp_path, ignore)


def test_proxies_are_handed_on_by_name_so_that_no_value_is_seen(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://me:secret@proxy.example:3128")
    database_image(engine, None, tmp_path, ignore)
    (built,) = calls(tmp_path, "build")
    assert "--build-arg https_proxy" in built
    assert "secret" not in built
