"""The sections of a run: each for itself, whatever becomes of the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import standard_set
from harness.builds.environment import BuildEnvironment
from harness.errors import StackError
from harness.measure.measurement_record import Place
from harness.model import SECTION_NAMES, SectionOutcome
from harness.standard_set import SectionOrder, measure_section
from tests.reports.synthetic_measurement import identity


@pytest.fixture
def order(tmp_path: Path) -> SectionOrder:
    place = Place(tmp_path, "bzt taurus.yml", Path("/stacks"), print)
    return SectionOrder(BuildEnvironment(Path("/python"), identity()), None, 1, Path("/cache"), place)


def measured(order: SectionOrder, monkeypatch: pytest.MonkeyPatch, ends: BaseException | None) -> SectionOutcome:
    def cycles(_order: SectionOrder) -> None:
        if ends is not None:
            raise ends

    kept: list[SectionOutcome] = []
    monkeypatch.setitem(standard_set._SECTIONS, "cycles", cycles)
    try:
        measure_section("cycles", order, kept.append)
    except KeyboardInterrupt:
        assert isinstance(ends, KeyboardInterrupt)
    (outcome,) = kept
    return outcome


@pytest.mark.parametrize(
    ("ends", "status", "problem"),
    [
        (None, "complete", None),
        (StackError("the database did not start"), "incomplete", "the database did not start"),
        (OSError(), "incomplete", "OSError"),
        (KeyboardInterrupt(), "incomplete", "interrupted"),
    ],
)
def test_how_a_section_ended_is_told(
    order: SectionOrder,
    monkeypatch: pytest.MonkeyPatch,
    ends: BaseException | None,
    status: str,
    problem: str | None,
) -> None:
    outcome = measured(order, monkeypatch, ends)
    assert (outcome.section, outcome.status, outcome.problem) == ("cycles", status, problem)
    assert outcome.duration_s >= 0


def test_an_interruption_goes_on(order: SectionOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    def cycles(_order: SectionOrder) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(standard_set._SECTIONS, "cycles", cycles)
    with pytest.raises(KeyboardInterrupt):
        measure_section("cycles", order, lambda _outcome: None)


def test_every_section_measures_the_build_of_the_run(order: SectionOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    builds: list[str] = []

    class Run:
        def __init__(self, build: Any, *_others: Any) -> None:
            builds.append((build[0] if isinstance(build, list) else build).identity.name)

        def run(self) -> None: ...

        measure = run

    def measure(build: Any, *_others: Any, **_options: Any) -> None:
        Run(build)

    for name in ("GrowthRun", "PolicyRun"):
        monkeypatch.setattr(standard_set, name, Run)
    for name in ("measure_cycles", "measure_email_cache", "measure_build"):
        monkeypatch.setattr(standard_set, name, measure)
    monkeypatch.setattr(standard_set, "pytest_folder", lambda *_arguments: Path("/tools"))
    outcomes: list[SectionOutcome] = []
    for name in SECTION_NAMES:
        measure_section(name, order, outcomes.append)
    assert [one.problem for one in outcomes] == [None] * len(SECTION_NAMES)
    assert builds == ["9.1.22"] * len(SECTION_NAMES)
