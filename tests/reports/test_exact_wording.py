import msgspec

from harness.compare.statement_diff import LEFT_OUT
from harness.comparison import StatementChange
from reports.exact_wording import changed, diff_line, exact_text, short_diff, why
from tests.reports.synthetic_comparison import SELECT, counted, more_sql


def test_a_line_has_its_sign_how_many_times_and_the_statement_on_one_line() -> None:
    lines = [StatementChange(change, 2, "SELECT\n 1\x07") for change in ("added", "removed", "kept")]
    assert [diff_line(line) for line in lines] == ["+2 SELECT 1\\x07", "-2 SELECT 1\\x07", " 2 SELECT 1\\x07"]


def test_what_is_left_out_is_counted() -> None:
    assert diff_line(StatementChange("kept", 397, LEFT_OUT)) == "   … 397 statements left out"


def test_a_diff_is_shown_in_short_forms_and_not_at_all_when_nothing_changed() -> None:
    assert [diff_line(line) for line in short_diff(more_sql("a"))] == [
        " 2 SELECT ResourceStatus WHERE Name = ?",
        "-1 SELECT * FROM ResourceHistory WHERE Name = ?",
        "+2 SELECT ResourceHistory WHERE Name = ? ORDER BY DateEffective",
        " 1 INSERT ResourceLog",
    ]
    kept = counted("a", statements=(StatementChange("kept", 1, SELECT),))
    assert not changed(kept)
    assert short_diff(kept) == []


def test_counters_are_told_with_both_sides_and_a_problem_as_it_is() -> None:
    assert (
        exact_text(more_sql("a"))
        == "statements 4 → 5, rows examined 42 → 1,281, rows sent 42 → 82, nested calls 0 → 1"
    )
    assert exact_text(counted("a")) == "all counters are the same"
    assert exact_text(counted("a", problem="no answer\nwithin 30 s")) == "no answer within 30 s"


def test_the_why_names_the_statement_that_reads_more_and_the_call_that_came_in() -> None:
    rows, call = why(more_sql("a"))
    assert rows.startswith("rows examined 1 -> 1200 by SELECT ResourceStatus WHERE Name = ?")
    assert call == "+1 call Configuration/Server.getCompressedData"
    assert why(msgspec.structs.replace(more_sql("a"), contender=None)) == []
