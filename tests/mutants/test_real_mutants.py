"""Every mutant can be made in the published sources it is for; some are found in real comparisons."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.builds.environment import prepare_build
from harness.errors import BuildError
from harness.mutants.all_mutants import MUTANTS, RELEASE
from harness.mutants.detection import Detection
from harness.mutants.outcomes_file import OutcomesFile
from harness.mutants.run import MutantRun
from harness.mutants.scoring import scores
from harness.selftest.changed_clone import git
from harness.settings import cache_folder

pytestmark = pytest.mark.stack


@pytest.mark.parametrize("release", [RELEASE, "8.0.86", "7.3.38"])
def test_each_can_be_made_in_the_sources_of_its_releases(release: str) -> None:
    build = prepare_build(release, cache_folder(), print)
    (packages,) = build.python.parent.parent.glob("lib/python*/site-packages")
    cannot = []
    for mutant in MUTANTS:
        if release != RELEASE and release not in mutant.also_for:
            continue
        try:
            mutant.of((packages / mutant.file).read_text())
        except (BuildError, OSError) as error:
            cannot.append(str(error))
    assert cannot == []


def test_some_are_found_by_the_exact_lane(tmp_path: Path, stack_root: Path, dirac_clone: Path) -> None:
    """One that asks more and one that answers wrongly, on the smallest data set."""
    git(tmp_path, "clone", "--quiet", str(dirac_clone), "DIRAC")
    file = OutcomesFile(tmp_path)
    detection = Detection(
        profile="S",
        seed=1,
        budget_s=30,
        stack_root=stack_root,
        tools=lambda _build: pytest.fail("no micro-benchmark is asked for"),
        progress=print,
        check=lambda: None,
    )
    chosen = [mutant for mutant in MUTANTS if mutant.name in ("publisher-looks-first", "tree-without-storage")]
    MutantRun(detection, file, cache_folder(), print).run(chosen)
    more, wrong = file.read()
    assert more.last.verdict == "regression"
    assert more.last.named == (
        "Publisher.getElementStatuses",
        "Publisher.getElementStatuses of all sites",
        "Publisher.getElementStatuses of a type",
    )
    assert "nested calls" in more.last.evidence
    assert (wrong.last.verdict, wrong.last.named) == ("wrong", ("Publisher.getTree",))
    assert all((tmp_path / one.steps[0].folder / "comparison.json").exists() for one in (more, wrong))
    assert scores(RELEASE, MUTANTS, file.read()).reaches_aims
