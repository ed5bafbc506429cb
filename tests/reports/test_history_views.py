"""What a history shows: lines, boundaries, look-ups, what is missing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from harness.history import HistoryBuild
from reports.history_look_ups import look_ups
from reports.history_views import (
    boundaries,
    constant_operations,
    courses,
    label,
    lacking,
    lines,
    missing,
    partly,
    runs_of,
)
from reports.history_wording import environment_text, group_text, history_line, in_short, too_few_pairs
from tests.reports.synthetic_comparison import build
from tests.reports.synthetic_history import (
    READ,
    WRITE,
    counted,
    five_builds,
    history,
    history_build,
    reference_build,
    timed,
)


def test_a_line_has_a_point_per_build_and_says_where_it_changed() -> None:
    found = {line.operation: line for line in lines(five_builds(), "service_cpu")}
    assert list(found) == [None, READ, WRITE]
    points = found[READ].points
    assert [point.label for point in points] == ["7.2.52", "7.3.38", "8.0.86", "9.0.28", "9.1.22"]
    assert [point.ratio for point in points] == [1.0, None, 1.2, 1.0, 1.0]
    assert [point.change and (point.change.worse, point.change.recovered_in) for point in points] == [
        None,
        None,
        (True, "9.0.28"),
        (False, None),
        None,
    ]
    assert points[-1].low is None, "the reference is over itself"


def test_a_commit_is_called_by_its_id_and_a_folder_by_its_name() -> None:
    assert label(HistoryBuild("/home/me/DIRAC@0123456789ab", "subject")) == "01234567"
    assert label(HistoryBuild("/home/me/DIRAC@branch")) == "/home/me/DIRAC@branch"


def test_code_changes_are_told_from_changes_of_packages() -> None:
    found = boundaries(five_builds())
    assert [(one.earlier.name, one.later.name, one.kind) for one in found] == [
        ("7.2.52", "8.0.86", "DIRAC alone"),
        ("8.0.86", "9.0.28", "DIRAC and its packages"),
        ("9.0.28", "9.1.22", "DIRAC alone"),
    ]
    same = replace(build("9.1.22"), name="9.1.22:released", packages_digest="d2", python_version="3.12.1")
    result = history(history_build("9.1.22"), reference_build("9.1.22:released", identity=same))
    (only,) = boundaries(result)
    assert environment_text(only) == "differs in packages alone, the same DIRAC; Python 3.11.7 → 3.12.1"


def test_packages_that_came_went_and_changed_are_summarised() -> None:
    text = environment_text(boundaries(five_builds())[1])
    assert text == "differs in DIRAC and its packages; 2 packages added (newlib, SQLAlchemy)"


def test_a_boundary_has_its_changes_and_the_sql_behind_them() -> None:
    last = boundaries(five_builds())[-1]
    assert [(one.first.operation, one.first.metric) for one in last.groups if one.first.counts] == [
        (READ, "statements"),
        (READ, "rows examined"),
        (READ, "rows sent"),
        ("StorageElement, all", "connections"),
    ]
    (diff,) = last.diffs
    assert (diff.anchor, diff.operation) == ("diff-3-1", READ)
    assert [line.text for line in diff.exact.statements if line.change == "added"] == [
        "SELECT `ID` FROM `ResourceLog`"
    ]


def test_what_is_missing_and_what_is_not_whole_are_named_with_the_reason() -> None:
    result = five_builds()
    assert [(one.name, one.problems[0][:16]) for one in missing(result)] == [("7.3.38", "does not install")]
    assert [one.name for one in partly(result)] == ["9.0.28"]
    assert lacking(result) == [(WRITE, "7.2.52", "answers wrongly: <b>nothing</b>")]


def test_a_counter_is_told_where_it_changes() -> None:
    result = five_builds()
    names = {one.name: one.name for one in result.builds}
    points = courses(result, "evaluations")["StorageElement, all"]
    assert runs_of(points, "rows written to ResourceStatus", names) == "1, from 8.0.86 on 4"
    assert runs_of(points, "connections", names) == "0, from 9.1.22 on 1"
    assert runs_of(points, "rows written to Nothing", names) == ""


def test_look_ups_of_every_build_grow_with_the_keys() -> None:
    found = look_ups(five_builds())
    assert [one.build.name for one in found] == ["7.2.52", "8.0.86", "9.0.28", "9.1.22"]
    assert [one.growth_ratio for one in found] == pytest.approx([100.0] * 4)
    assert in_short(five_builds())[-1] == (
        "a look-up in the client's cache costs 80.0 µs of CPU with 40 keys and 8.00 ms with 4,000: "
        "100.0 times as much for 100 times the keys, in 4 builds"
    )


def test_operations_that_stayed_the_same_are_counted() -> None:
    assert constant_operations(five_builds()) == {True: 1, False: 1}


def test_sizes_of_messages_that_change_alike_are_told_as_one_after_the_rest() -> None:
    larger = (counted(READ, response_bytes=1_100), counted(WRITE, response_bytes=1_210, commits=2))
    result = history(history_build("1"), reference_build("2", counted=larger))
    (boundary,) = boundaries(result)
    assert [group_text(one, {}) for one in boundary.groups] == [
        f"{WRITE}: commits 1 → 2",
        "answer bytes of 2 operations +10.0 % to +21.0 %",
    ]
    assert "2 changes from build to build" in history_line(result)


def test_too_few_pairs_are_said() -> None:
    few = timed(1.0, None, interval_ratio=None, pairs=2)
    result = history(history_build("1", judgements=(few,)), reference_build("2"))
    assert too_few_pairs(result) == (
        "times: no intervals, for 2 pairs a build at most were measured, and 6 are needed"
    )
    assert too_few_pairs(five_builds()) is None
    assert not lines(result, "service_cpu")


def test_the_verdict_line_says_what_changed_how_all_together_went_and_what_was_measured() -> None:
    assert history_line(five_builds()) == (
        "REGRESSION: 10 changes from build to build, 8 for the worse, 2 recovered; service CPU of all operations "
        "together, 7.2.52 to 9.1.22: same, +0.0 % [-1.0, +1.0]; 4 of 5 builds measured"
    )
    interrupted = replace(five_builds(), status="incomplete", problems=("interrupted",))
    assert history_line(interrupted).startswith("REGRESSION: incomplete: interrupted; ")
