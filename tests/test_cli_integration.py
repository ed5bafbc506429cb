"""`rssbench integration-tests`: DIRAC's own tests against a real stack; here small ones, laid out as DIRAC's are.

One release is always tried, all of them with ``pytest --all-releases tests/test_cli_integration.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness import cli
from harness.builds.environment import BuildEnvironment, prepare_build
from harness.integration.outcomes import CaseOutcome
from harness.integration.sources import SUITE
from harness.model import BuildIdentity
from harness.settings import cache_folder
from tests.dirac_sources import write_small_dirac

RSSBENCH = Path(sys.executable).with_name("rssbench")

ALWAYS = [("9.1.22", "https")]
ALL = [
    *(("7.2.52", "dips"), ("7.3.38", "dips"), ("8.0.86", "https"), ("8.0.86", "dips")),
    *(("9.0.0", "https"), ("9.0.28", "dips"), ("9.1.22", "https"), ("9.1.22", "dips")),
]

CONFTEST = """
def pytest_addoption(parser):
    parser.addoption("--no-check-dirac-environment", action="store_true")

def pytest_sessionstart(session):
    assert session.config.getoption("--no-check-dirac-environment")
"""

TESTS = """
import DIRAC

if hasattr(DIRAC, "initialize"):
    DIRAC.initialize()
else:
    from DIRAC.Core.Base.Script import parseCommandLine

    parseCommandLine()

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.CSAPI import CSAPI
from DIRAC.Core.Security.ProxyInfo import getProxyInfo
from DIRAC.ResourceStatusSystem.Client.PublisherClient import PublisherClient
from DIRAC.ResourceStatusSystem.Client.ResourceStatusClient import ResourceStatusClient
from mock import MagicMock  # the name that tests of 7.x use

SITE = {"Name": "LCG.Tiny.xx", "StatusType": "all", "Status": "Active", "ElementType": "Site", "VO": "all",
        "Reason": "tiny", "TokenOwner": "admin"}


def value(res):
    assert res["OK"] is True, res["Message"]
    return res["Value"]


def test_what_is_written_is_read():
    client = ResourceStatusClient()
    value(client.insert("SiteStatus", SITE))
    (row,) = value(client.select("SiteStatus", {"Name": "LCG.Tiny.xx"}))
    assert row[0] == "LCG.Tiny.xx"


def test_sites_are_those_of_the_configuration_service():
    grids = value(gConfig.getSections("/Resources/Sites"))
    sites = [site for grid in grids for site in value(gConfig.getSections("/Resources/Sites/" + grid))]
    assert sorted(value(PublisherClient().getSites())) == sorted(sites) != []


def test_the_admin_can_change_the_configuration():
    option = "/Operations/Defaults/ResourceStatus/Config/FromAddress"
    assert value(getProxyInfo())["group"] == "rss_admin"
    assert gConfig.getValue(option) is None
    changes = CSAPI()
    value(changes.initialize())
    value(changes.setOption(option, "rss@localhost"))
    value(changes.commit())
    gConfig.forceRefresh()
    assert gConfig.getValue(option) == "rss@localhost"


def test_that_expects_too_much():
    assert value(ResourceStatusClient().select("SiteStatus", {"Name": "LCG.Nowhere.xx"})) == ["a row"]


def test_of_what_dirac_no_longer_has():
    value(PublisherClient().getWeather())
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "release" in metafunc.fixturenames:
        metafunc.parametrize(("release", "door"), ALL if metafunc.config.getoption("--all-releases") else ALWAYS)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = write_small_dirac(tmp_path / "DIRAC")
    (folder / SUITE).mkdir(parents=True)
    (folder / "tests" / "conftest.py").write_text(CONFTEST)
    (folder / SUITE / "Test_Tiny.py").write_text(TESTS)
    return folder


@pytest.mark.stack
def test_each_test_passes_fails_or_is_broken_upstream(
    sources: Path, stack_root: Path, tmp_path: Path, release: str, door: str
) -> None:
    environment = prepare_build(release, cache_folder(), print).python.parent.parent
    before = {path for path in environment.rglob("*") if "__pycache__" not in path.parts}
    folder, results = stack_root / "integration", tmp_path / "results"
    options = ["--front-door", door, "--results", results, "--format", "json"]
    ended = subprocess.run(
        [RSSBENCH, "integration-tests", sources, release, *options],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"RSSBENCH_STACK_FOLDER": str(folder), "REQUESTS_CA_BUNDLE": "/nowhere"},
    )
    assert ended.returncode == 1, ended.stderr
    result = json.loads(ended.stdout)
    assert {test["test"]: test["outcome"] for test in result["tests"]} == {
        "test_what_is_written_is_read": "passed",
        "test_sites_are_those_of_the_configuration_service": "passed",
        "test_the_admin_can_change_the_configuration": "passed",
        "test_that_expects_too_much": "failed",
        "test_of_what_dirac_no_longer_has": "broken upstream",
    }, result
    *_, failed, broken = (CaseOutcome(**test) for test in result["tests"])
    assert "a row" in failed.reason
    assert broken.reason.startswith(f"DIRAC {release} has no getWeather, neither in its services nor ")
    assert (result["dirac_version"], result["front_door"]) == (release, door)

    (directory,) = results.iterdir()
    assert json.loads((directory / "integration.json").read_text()) == result
    assert {"Test_Tiny.xml", "Test_Tiny.log", "stack"} < {path.name for path in directory.iterdir()}
    assert "Starting configuration service as" in (directory / "stack" / "configuration.log").read_text()
    assert not list(folder.glob("stack-*"))
    assert not list(sources.rglob("__pycache__"))
    assert {path for path in environment.rglob("*") if "__pycache__" not in path.parts} == before


def test_sources_without_tests_are_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.cli_integration.prepare_build", lambda *_: pytest.fail("something was prepared"))
    for wrong in (tmp_path / "nothing", tmp_path):
        ended = CliRunner().invoke(cli.main, ["integration-tests", str(wrong), "9.1.22"])
        assert ended.exit_code == 2, ended.output
        assert "allowed: a git clone with @REF" in ended.stderr


def test_a_front_door_that_the_release_does_not_have_is_named(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = BuildEnvironment(tmp_path / "python", BuildIdentity("7.3.38", "7.3.38", "none", "3.11", "key", {}))
    monkeypatch.setattr("harness.cli_integration.prepare_build", lambda *_: build)
    monkeypatch.setattr("harness.cli_integration.pytest_folder", lambda *_: tmp_path)
    monkeypatch.setattr("harness.cli_integration.Interruption", lambda: None)
    options = ["--front-door", "https", "--results", str(tmp_path / "results")]
    ended = CliRunner().invoke(cli.main, ["integration-tests", str(sources), "7.3.38", *options])
    assert (ended.exit_code, ended.stdout) == (4, "")
    assert "DIRAC 7.3.38 has no front door https to the RSS, only dips" in ended.stderr
