"""A night as people read it: the verdict first, in one line; the rest below."""

from __future__ import annotations

import json

import msgspec
from markdown_it import MarkdownIt

from harness.night import Night, NightBuild
from reports.night_text import NIGHT_FORMATS, build_words, night_line
from reports.nights_page import nights_page
from tests.nightly.nights import RELEASE, TONIGHT, compared, night
from tests.reports.parsed_page import Page
from tests.reports.synthetic_comparison import regression, same

NASTY = "a|b `c` # d <script>e</script> & *f* \x1b[31m"


def test_the_line_says_what_decided_and_how_the_other_comparison_ended() -> None:
    slower = compared(verdict="regression", line="REGRESSION: 2 of 26 operations got slower")
    assert night_line(night(verdict="regression", comparisons=(slower, compared("last night")))) == (
        "REGRESSION: DIRAC 9.1.22+5.g77aa against the reference 9.1.22: "
        "2 of 26 operations got slower; last night's 9.1.22+3.g5d1e: same"
    )


def test_a_commit_is_named_where_its_version_does_not() -> None:
    tagged = NightBuild("/src/DIRAC@v9.1.22", "9.1.22", "f49b24f78344" + "0" * 28)
    assert [build_words(one) for one in (RELEASE, TONIGHT, tagged, None)] == [
        "9.1.22",
        "9.1.22+5.g77aa",
        "9.1.22 (commit f49b24f783)",
        "unknown",
    ]


def test_a_comparison_that_was_not_finished_is_called_failed() -> None:
    failed = compared(
        "last night", status="incomplete", verdict="inconclusive", line="INCONCLUSIVE: the service died"
    )
    line = night_line(night(verdict="failed", comparisons=(compared(), failed)))
    assert line.startswith("FAILED: DIRAC 9.1.22+5.g77aa against last night's ")
    assert line.endswith("the service died; the reference 9.1.22: same")


def test_a_night_that_could_not_begin_says_why() -> None:
    problem = "cannot ask the package index: connection refused\nits last lines"
    assert night_line(night(verdict="failed", build=None, comparisons=(), problem=problem)) == (
        "FAILED: tonight's build is not known; cannot ask the package index: connection refused"
    )


def test_a_first_night_and_one_with_nothing_new_say_so() -> None:
    first = night(
        comparisons=(compared(),), remarks=("no earlier night is known: compared with the reference only",)
    )
    assert night_line(first).endswith("; no earlier night is known: compared with the reference only")
    nothing = night(verdict="nothing new", comparisons=(), remarks=("tonight's build is the reference",))
    assert night_line(nothing) == (
        "NOTHING NEW: DIRAC 9.1.22+5.g77aa was not measured; tonight's build is the reference"
    )


def test_every_format_opens_with_the_verdict_or_has_it_by_name() -> None:
    one, results = night(verdict="regression"), (regression(), same())
    line = night_line(one)
    assert NIGHT_FORMATS["text"](one, results).splitlines()[0] == line
    assert NIGHT_FORMATS["markdown"](one, results).startswith(f"**{line}**\n\n| compared with | build |")
    shown = json.loads(NIGHT_FORMATS["json"](one, results))
    assert (shown["verdict"], shown["comparisons"][0]["against"]) == ("regression", "reference")
    assert msgspec.json.decode(NIGHT_FORMATS["json"](one, results), type=Night) == one


def test_markdown_folds_each_comparison_away() -> None:
    text = NIGHT_FORMATS["markdown"](night(verdict="regression"), (regression(), same()))
    page = Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    assert text.count("<summary>Compared with the reference 9.1.22</summary>") == 1
    assert text.count("<summary>Compared with last night's 9.1.22+3.g5d1e</summary>") == 1
    assert text.count("<details>") == text.count("</details>") > 2
    assert "2 of 26 operations got slower" in page.text


def hostile() -> Night:
    build = msgspec.structs.replace(TONIGHT, dirac_version=NASTY)
    comparisons = (compared(line=f"SAME: {NASTY}"),)
    return night(build=build, comparisons=comparisons, remarks=(NASTY,), problem=f"{NASTY}\n{NASTY}")


def test_foreign_words_break_neither_the_line_nor_a_page() -> None:
    assert "\x1b" not in NIGHT_FORMATS["text"](hostile(), (same(),))
    assert "<script>" not in NIGHT_FORMATS["markdown"](hostile(), (same(),))
    page = Page(nights_page([hostile()]))
    assert "script" not in page.tags
    assert "<script>e</script>" in page.text


def test_the_page_of_nights_opens_with_the_newest_and_has_a_row_for_each() -> None:
    newest = night(25, "regression", comparisons=(compared(verdict="regression"),))
    older = night(24, "nothing new", comparisons=(), remarks=("tonight's build is the reference",))
    text = nights_page([newest, older])
    page = Page(text)
    assert page.titles[0] == night_line(newest)
    assert text.count("<tr>") == 3
    assert page.addresses == ["data:,", f"{newest.night_id}/reference.html"]
    assert "tonight's build is the reference" in page.text


def test_a_month_of_nights_is_a_small_page_that_needs_nothing_else() -> None:
    text = nights_page([night(day) for day in range(30, 0, -1)])
    assert len(text.encode()) < 40_000
    assert {address.partition("/")[0][:8] for address in Page(text).addresses} == {"data:,", "2026-11-"}
