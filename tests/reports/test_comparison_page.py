from itertools import pairwise
from pathlib import Path

import msgspec
import pandas as pd
import pytest

from harness.comparison import AbsentOperation, StatementChange
from harness.errors import RssbenchError
from reports.comparison_frames import PAIR_COLUMNS
from reports.comparison_page import DIFF_LINES, counted, file_views, render_comparison, write_comparison_report
from tests.reports.parsed_page import Page
from tests.reports.synthetic_comparison import (
    KINDS,
    NAMES,
    build,
    comparison,
    judgement,
    more_sql,
    pair_frame,
    regression,
    same,
    slower,
)
from tests.reports.synthetic_comparison import counted as counted_alike

NASTY = "<script>alert('x')</script>\"&\x1b"
NO_PAIRS = pd.DataFrame(columns=list(PAIR_COLUMNS))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("comparison")
    (directory / "pairs").mkdir()
    (directory / "pairs" / "1.bin").write_bytes(b"x" * 2_048)
    (directory / "pairs" / "2.bin").write_bytes(b"x" * 1_024)
    (directory / "comparison.json").write_text("{}")
    return directory


@pytest.fixture(scope="module")
def page(directory: Path) -> Page:
    result = regression()
    return Page(write_comparison_report(result, pair_frame(result), directory).read_text())


def test_the_verdict_comes_first_then_the_offenders_then_the_rest(page: Page) -> None:
    assert page.headings[0] == ["h1", page.titles[0]]
    assert page.titles == [
        (
            "REGRESSION: 2 of 26 operations got slower, most of all ResourceStatus.select full table: "
            "database CPU +31.0 %, "
            "1 does more work (family-wise error at most 1 %)"
        ),
        "What got worse",
        NAMES[0],
        NAMES[5],
        NAMES[7],
        "Single pairs",
        "What changed without a verdict",
        NAMES[3],
        "All questions",
        "Lane paired",
        "Counters of one request",
        "Control: the baseline against itself",
        "Repeat or continue",
        "Builds and environment",
        "Packages that differ",
        "Raw data",
        "Words",
    ]


def test_where_the_change_of_all_together_is_stands_below_it(tmp_path: Path) -> None:
    located = judgement(f"a{NASTY}", located=True, effect_ratio=1.09, interval_ratio=(1.07, 1.12))
    result = comparison("regression", judgements=(slower(None), located, judgement("b")))
    written = Page(write_comparison_report(result, NO_PAIRS, tmp_path).read_text())
    assert "service CPU, where it is: a<script>alert('x')</script>" in written.text
    assert "+9.0 % [+7.0, +12.0]" in written.text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_comparison_has_a_sound_page(kind: str, tmp_path: Path) -> None:
    result = KINDS[kind]()
    page = Page(render_comparison(result, pair_frame(result), tmp_path))
    assert page.titles[0].startswith(result.verdict.upper())
    assert page.titles[-1] == "Words"
    levels = [int(tag[1]) for tag, _ in page.headings]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(page.ids) == len(set(page.ids))
    assert {address[1:] for address in page.addresses if address.startswith("#")} <= set(page.ids)
    assert [address for address in page.addresses if not address.startswith(("#", "data:,"))] == []
    assert not page.tags & {"script", "img", "iframe", "object", "embed"}
    assert "://" not in page.text


def test_the_page_shows_what_a_reader_needs(page: Page) -> None:
    for text in (
        "Counted: regression, statements 4 → 5, rows examined 42 → 1,281, rows sent 42 → 82, nested calls 0 → 1",
        "+2 SELECT `ID` , `Name` , `Status` FROM `ResourceHistory`",
        "-1 SELECT * FROM `ResourceHistory`",
        "+2 SELECT ResourceHistory WHERE Name = ? ORDER BY DateEffective",
        "rows examined 1 -> 1200 by SELECT ResourceStatus WHERE Name = ?",
        "+1 call Configuration/Server.getCompressedData",
        "+28.0 to +34.0",
        "+1.1 to +3.5",
        "< 0.0001",
        "4.71 → 4.82 ms",
        "response_bytes",
        "nothing found in 3 questions",
        "rssbench compare --resume 2026-11-25_08-10-00.000000",
        "DIRAC 9.1.22",
        "newest on 2026-11-23",
        "SQLAlchemy",
        "2.0.36",
        "not installed",
        "10.11.19-MariaDB",
        "ResourceStatus 1,200",
        "budget 10 min 0 s",
        "comparison.json",
        "2 files, 3.00 KiB",
    ):
        assert text in page.text


def test_added_and_removed_lines_differ_in_more_than_colour(page: Page) -> None:
    assert {"ins", "del"} <= page.tags


def test_both_figures_have_a_name_for_those_who_cannot_see_them(page: Page) -> None:
    named = {f"{figure}-{part}" for figure in ("effects-paired", "pairs-figure") for part in ("title", "desc")}
    assert named <= set(page.ids)


def test_names_and_messages_cannot_become_markup(tmp_path: Path) -> None:
    result = comparison(
        "regression",
        run_id=NASTY,
        problems=(NASTY,),
        command=f"rssbench compare {NASTY}",
        baseline=build(NASTY, **{NASTY: NASTY}),
        judgements=(slower(NASTY), judgement("other", verdict="inconclusive", reason=NASTY)),
        exact=(more_sql(NASTY, statements=(StatementChange("added", 1, NASTY),), excluded=(NASTY,)),),
        absent=(AbsentOperation(NASTY, NASTY, NASTY),),
    )
    text = render_comparison(result, pair_frame(result), tmp_path)
    page = Page(text)
    assert "script" not in page.tags
    assert "\x1b" not in text
    assert page.text.count(NASTY.replace("\x1b", "\\x1b")) >= 15


def test_a_comparison_that_ended_before_anything_still_has_a_page(tmp_path: Path) -> None:
    result = comparison(
        "inconclusive",
        status="incomplete",
        problems=("build 9.9.9 does not install:\nlast lines",),
        baseline=None,
        contender=None,
        data_set=None,
        control=(),
    )
    page = Page(write_comparison_report(result, NO_PAIRS, tmp_path).read_text())
    assert page.titles[:3] == [
        "INCONCLUSIVE: nothing was compared; incomplete, ended before its time; build 9.9.9 does not install:",
        "Problems",
        "All questions",
    ]
    for text in (
        "no baseline",
        "Nothing was compared",
        "not measured",
        "last lines",
        "before a build was installed",
    ):
        assert text in page.text


def test_without_an_offender_the_single_pairs_stand_with_the_control(tmp_path: Path) -> None:
    page = Page(render_comparison(same(), pair_frame(same()), tmp_path))
    assert "pairs-figure-title" in page.ids
    assert "Single pairs" not in page.titles


def test_pairs_that_were_not_kept_leave_the_page_as_it_is_otherwise(tmp_path: Path) -> None:
    page = Page(render_comparison(regression(), NO_PAIRS, tmp_path))
    assert "pairs-figure-title" not in page.ids
    assert "What got worse" in page.titles


def test_an_invalid_lane_is_told_once_and_has_no_table_of_dashes(tmp_path: Path) -> None:
    page = Page(render_comparison(KINDS["inconclusive"](), NO_PAIRS, tmp_path))
    assert page.text.count("the generator was the bottleneck") == 1
    assert "3 questions could not be answered" in page.text
    assert "Lane load" in page.titles


def test_a_diff_that_the_page_cuts_says_how_many_lines_are_left(tmp_path: Path) -> None:
    lines = tuple(StatementChange("added", 1, f"SELECT {place}") for place in range(DIFF_LINES + 7))
    result = comparison("regression", exact=(more_sql(NAMES[0], statements=lines),))
    assert "7 more lines in comparison.json" in render_comparison(result, NO_PAIRS, tmp_path)


def test_a_false_alarm_of_the_control_is_shown_as_bad(tmp_path: Path) -> None:
    result = msgspec.structs.replace(same(), control=(slower(NAMES[0]),))
    assert '<p class="bad">1 false alarm in 1 question' in render_comparison(result, NO_PAIRS, tmp_path)


def test_a_side_that_could_not_be_counted_has_no_counters() -> None:
    absent = counted_alike(NAMES[0], contender=None)
    assert {after for _, after in counted(absent)} == {None}
    assert [before for before, _ in counted(absent)] == [3, 2, 2, 1, 0, 0, 412, 1_203]


def test_the_files_of_a_run_are_told_by_folder_without_the_report_itself(directory: Path) -> None:
    (directory / "report.html").touch()
    assert [(view.name, view.text) for view in file_views(directory)] == [
        ("comparison.json", "2.00 B"),
        ("pairs/", "2 files, 3.00 KiB"),
    ]


def test_a_page_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(RssbenchError, match=r"cannot write .*report\.html"):
        write_comparison_report(same(), NO_PAIRS, tmp_path)
