"""`rssbench bisect` on a real clone: the commit that issues more SQL, with one on the way that does not start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from harness.bisection import BisectResult
from harness.builds.environment import BuildEnvironment
from harness.selftest.changed_clone import git
from harness.store import BISECTION, COMPARISON
from tests.commit_series import broken, commit_series, harmless, more_sql, repaired

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

RSSBENCH = Path(sys.executable).with_name("rssbench")
READ = "ResourceStatus.select by name"


@pytest.fixture
def environment(build: BuildEnvironment, bzt_stack_root: Path, tmp_path: Path) -> dict[str, str]:
    """A cache of our own that begins with links to the environment of 9.1.22, so that its packages are at hand."""
    kept, cache = build.python.parents[1], tmp_path / "cache"
    shutil.copytree(kept, cache / kept.name, symlinks=True, copy_function=os.link)
    shutil.copy2(kept.parent / "today.json", cache)
    return os.environ | {"RSSBENCH_STACK_FOLDER": str(bzt_stack_root), "RSSBENCH_CACHE": str(cache)}


def test_the_commit_that_issues_more_sql_is_found_beside_one_that_does_not_start(
    dirac_clone: Path, environment: dict[str, str], bzt_stack_root: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", str(dirac_clone), "DIRAC")
    steps = [more_sql(1), broken(2), repaired(3), harmless(4)]
    clone = tmp_path / "DIRAC"
    commits = commit_series(clone, "series", steps)
    results = tmp_path / "results"
    command = [RSSBENCH, "bisect", f"{clone}@main", f"{clone}@series", "--lane", "exact", "--operation", READ]
    done = subprocess.run(
        [*command, "--profile", "S", "--format", "json", "--results", str(results)],
        env=environment,
        capture_output=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 1, done.stderr.decode()
    result = msgspec.json.decode(done.stdout, type=BisectResult)
    (folder,) = [path for path in results.iterdir() if path.is_dir()]
    assert BISECTION.read(folder) == result
    assert [one.commit for one in result.builds] == commits
    assert (result.outcome, result.suspects, result.probability) == ("found", (1,), 1.0)
    assert result.symptom is not None
    assert (result.symptom.metric, result.symptom.operation) == ("statements", READ)
    good, bad = round(result.symptom.good_value), round(result.symptom.bad_value)
    assert bad == good + 1
    assert [(one.position, one.value) for one in result.tried] == [(1, bad), (4, bad)]
    (skipped,) = result.skipped
    assert skipped.position == 2
    assert "does not start" in skipped.reason
    assert "SyntaxError" in skipped.reason
    assert COMPARISON.read(folder / result.tried[0].folder).verdict == "regression"
    assert not [path for path in bzt_stack_root.iterdir() if path.name.startswith("stack-") and path.is_dir()]
