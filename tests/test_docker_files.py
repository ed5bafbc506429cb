"""What stands in ``docker/`` keeps to its own rules; no engine is needed to see that."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.builds.remedies import OVERRIDES
from harness.cli_conventions import DEFAULT_BUILD
from harness.stack.images import CONTAINER_USER, LOCAL_BASE, REGISTRY_BASE

ROOT = Path(__file__).parents[1]
DOCKER = ROOT / "docker"
IMAGES = ("database", "service", "generator")
SCRIPTS = ("engine.sh", "database/database.sh", "service/composed.sh")


def dockerfile(image: str) -> str:
    return (DOCKER / image / "Dockerfile").read_text()


def composed() -> Mapping[str, Any]:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())


def settings() -> dict[str, str]:
    lines = (DOCKER / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_is_made_from_the_base_that_is_given_and_runs_as_nobody(image: str) -> None:
    text = dockerfile(image)
    assert f"ARG BASE={REGISTRY_BASE}" in text
    assert all("${BASE}" in line for line in re.findall(r"^FROM .*", text, re.MULTILINE))
    last_stage = text[text.rindex("\nFROM ") :]
    assert re.findall(r"^USER (.*)", last_stage, re.MULTILINE)[-1] == f"{CONTAINER_USER}:{CONTAINER_USER}"
    assert "\nHEALTHCHECK " in last_stage


@pytest.mark.parametrize("image", IMAGES)
def test_every_stage_carries_the_label_by_which_layers_of_a_failed_build_are_removed(image: str) -> None:
    stages = dockerfile(image).split("\nFROM ")[1:]
    for stage in stages:
        assert stage.splitlines()[1:3] == ["ARG MARK=by-hand", "LABEL rssbench.build=${MARK}"]


@pytest.mark.parametrize("image", IMAGES)
def test_packages_come_without_recommendations_and_lists_do_not_stay(image: str) -> None:
    text = dockerfile(image).replace("\\\n", " ")
    installs = re.findall(r"^RUN .*apt-get install.*$", text, re.MULTILINE)
    assert installs
    assert all("--no-install-recommends" in one for one in installs)
    last_stage = text[text.rindex("\nFROM ") :]
    assert "rm -rf /var/lib/apt/lists/*" in last_stage


def test_what_is_pinned_is_what_the_suite_itself_uses() -> None:
    (pinned,) = [
        line.split(" ")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if line[:4] == "uv=="
    ]
    assert f"ARG UV={pinned}\n" in dockerfile("service")
    packages = (DOCKER / "service" / "packages.txt").read_text().splitlines()
    assert f"dirac=={DEFAULT_BUILD}" in packages
    assert all(re.fullmatch(r"[a-z0-9._-]+==[^ ]+", package) for package in packages)
    assert f"ARG RELEASE={DEFAULT_BUILD}\n" in dockerfile("service")
    (override,) = OVERRIDES
    assert f"ARG OVERRIDE='{override}'\n" in dockerfile("service")


def test_the_base_that_the_engine_script_makes_is_the_one_that_images_look_for() -> None:
    script = (DOCKER / "engine.sh").read_text()
    assert f"\nbase={LOCAL_BASE}\n" in script
    assert f"\nregistry_base={REGISTRY_BASE}\n" in script


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_one_and_can_be_executed(script: str) -> None:
    file = DOCKER / script
    shell = file.read_text().splitlines()[0].rpartition("/")[2].removeprefix("env ")
    checked = subprocess.run([shell, "-n", file], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert file.stat().st_mode & 0o111


class TestCompose:
    def test_every_setting_stands_in_the_file_of_settings_and_is_used(self) -> None:
        used = set(re.findall(r"\$\{(\w+)\}", (DOCKER / "compose.yaml").read_text()))
        assert used == set(settings())

    def test_nothing_is_published_outside_loopback(self) -> None:
        ports = [port for service in composed()["services"].values() for port in service.get("ports", [])]
        assert ports == ["127.0.0.1:${RSSBENCH_PORT}:8443"]

    def test_no_secret_is_in_a_variable(self) -> None:
        assert "PASSWORD" not in (DOCKER / "compose.yaml").read_text().upper().replace("PASSWORDS AND", "")

    @pytest.mark.parametrize("name", IMAGES)
    def test_every_long_lived_container_is_limited_and_confined(self, name: str) -> None:
        service = composed()["services"][name]
        limits = (f"${{RSSBENCH_{name.upper()}_CPUS}}", f"${{RSSBENCH_{name.upper()}_MEMORY}}")
        assert (service["cpus"], service["mem_limit"]) == limits
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges"]

    def test_what_is_mounted_is_there(self) -> None:
        mounts = [volume for service in composed()["services"].values() for volume in service.get("volumes", [])]
        sources = {mount.split(":")[0] for mount in mounts}
        assert sources - set(composed()["volumes"]) - {"./results"} == {
            "../harness/stack/dirac_side",
            "./service/composed.sh",
        }
        for source in sources - set(composed()["volumes"]) - {"./results"}:
            assert (DOCKER / source).exists()


class TestDatabaseScript:
    """With programs of ours in place of MariaDB's and MySQL's."""

    @pytest.fixture
    def run(self, tmp_path: Path) -> Any:
        def call(programs: tuple[str, ...], *arguments: str) -> tuple[int, str]:
            for name in programs:
                (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
                (tmp_path / name).chmod(0o755)
            ended = subprocess.run(
                [shutil.which("sh") or "/bin/sh", DOCKER / "database" / "database.sh", *arguments],
                capture_output=True,
                text=True,
                check=False,
                env={"PATH": str(tmp_path)},
            )
            return ended.returncode, ended.stdout + ended.stderr

        return call

    def test_mariadb_is_installed_by_its_script(self, run: Any) -> None:
        code, said = run(("mariadbd", "mariadb-install-db"), "install", "/data")
        assert (code, said) == (
            0,
            "mariadb-install-db --no-defaults --datadir=/data --skip-test-db --skip-name-resolve\n",
        )

    def test_mysql_installs_itself(self, run: Any) -> None:
        assert run(("mysqld",), "install", "/data") == (
            0,
            "mysqld --no-defaults --initialize-insecure --datadir=/data\n",
        )

    @pytest.mark.parametrize("server", ["mariadbd", "mysqld"])
    def test_the_server_gets_the_options_and_no_file_of_options(self, run: Any, server: str) -> None:
        assert run((server,), "serve", "--port=1", "--x") == (0, f"{server} --no-defaults --port=1 --x\n")

    def test_an_image_without_a_server_and_a_wrong_action_are_refused(self, run: Any) -> None:
        assert run((), "serve") == (2, "database.sh: this image has neither mariadbd nor mysqld\n")
        assert run(("mysqld",), "start") == (
            2,
            "database.sh: install, serve, composed or healthy, not 'start'\n",
        )
