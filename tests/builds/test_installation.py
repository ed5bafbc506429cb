from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.builds.installation import Installation, Order, cause
from harness.command import marked_processes
from harness.errors import BuildError

MISSING_RELEASE = """error: No solution found when resolving dependencies
  cause: Because there is no version of dirac[server]==7.77.77 and you require dirac[server]==7.77.77, we can
  conclude that your requirements are unsatisfiable."""
UNREACHABLE = """error: Request failed after 3 retries in 7.1s
  cause: Failed to fetch: http://127.0.0.1:9/simple/dirac/
  cause: Connection refused (os error 111)"""
NO_PKG_CONFIG = """error: Failed to build `mysqlclient==2.3.1`
         /bin/sh: 1: pkg-config: not found
         Exception: Can not find valid pkg-config name."""
NOTHING_OF_THAT_DAY = """error: No solution found when resolving dependencies
  cause: Because there are no versions of diracx-client>=0.9 and dirac==9.3.0 depends on diracx-client>=0.9, ..."""
WRONG_PACKAGES = """Traceback (most recent call last):
ImportError: cannot import name 'DiracClient' from 'diracx.client'"""
BROKEN_SOURCES = """error: Failed to build `/tmp/files`
  cause: Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)"""
NO_SPACE = """error: Failed to install: dirac-9.1.22-py3-none-any.whl (dirac==9.1.22)
  cause: failed to copy file: No space left on device (os error 28)"""


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        (MISSING_RELEASE, "no such release"),
        (UNREACHABLE, "check the network"),
        (NO_PKG_CONFIG, "apt-get install -y build-essential pkg-config swig libssl-dev libmariadb-dev"),
        (NO_SPACE, "the disk is full"),
        (NOTHING_OF_THAT_DAY, "no packages of that day fit this DIRAC"),
        (WRONG_PACKAGES, "another dependency set may, such as :released"),
        (BROKEN_SOURCES, "its last lines say what is wrong with its sources"),
        ("Segmentation fault", "its last lines"),
    ],
)
def test_the_words_of_uv_lead_to_what_must_be_done(output: str, advice: str) -> None:
    assert advice in cause(output)


def test_an_index_that_cannot_be_reached_is_named_with_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    order = Order("9.1.22:today", "9.1.22", None, datetime(2026, 11, 25, tzinfo=UTC))
    installation = Installation(order, tmp_path / "build", tmp_path / "build.log", "build-test-unreachable")

    with pytest.raises(
        BuildError,
        match=r"build 9\.1\.22:today: step 'install DIRAC' failed with exit code \d+: the package index",
    ):
        installation.make()

    assert "127.0.0.1:9" in (tmp_path / "build.log").read_text()
    assert not marked_processes("build-test-unreachable")
