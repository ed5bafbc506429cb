"""The growth of a build's operations as a developer reads it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from harness.errors import RssbenchError
from harness.growth import GrowthResult
from harness.store import GROWTH
from reports.growth_views import advice, findings, index_text
from reports.measurement_page import write_measurement_page
from reports.measurements import measurement_text
from tests.golden_files import same_as_golden
from tests.reports.parsed_page import Page
from tests.reports.synthetic_growth import growth, index, operation, statement


@pytest.mark.parametrize(("form", "suffix"), [("text", "txt"), ("markdown", "md")])
def test_a_growth_is_the_golden_one(form: str, suffix: str) -> None:
    assert same_as_golden(f"growth.{suffix}", measurement_text(GROWTH, growth(), form))


def test_json_is_all_of_it() -> None:
    assert msgspec.json.decode(measurement_text(GROWTH, growth(), "json"), type=GrowthResult) == growth()


def test_what_reads_most_rows_for_nothing_comes_first() -> None:
    result = growth()
    assert [finding.operations[0] for finding in findings(result)] == [
        "ResourceStatus.select last history",
        "Publisher.getElementHistory",
    ]


def test_operations_that_lack_the_same_index_are_one_finding() -> None:
    scan = statement("`VO`", (0, 9), (0, 1), "table", index(("Name",), 1))
    result = replace(growth(), operations=(operation("one", scan), operation("another", scan)))
    (finding,) = findings(result)
    assert finding.operations == ("one", "another")


def test_one_index_that_serves_all_is_the_advice() -> None:
    """The short one reads 98 rows where the long one reads 1: that is nearly all that is to be saved, too."""
    (one,) = advice(growth())
    assert index_text(one.index) == "ResourceHistory(Name, StatusType, DateEffective)"
    assert one.operations == ("ResourceStatus.select last history", "Publisher.getElementHistory")


def test_an_index_that_saves_less_than_half_serves_nobody_but_its_own() -> None:
    own, other = ("Name",), ("VO",)
    operations = (
        operation("one", statement("`VO`", (0, 1_000), (0, 1), "table", index(own, 1), index(other, 501))),
        operation("another", statement("`ID`", (0, 1_000), (0, 1), "table", index(other, 1), index(own, 900))),
    )
    assert [(one.index.columns, one.operations) for one in advice(replace(growth(), operations=operations))] == [
        (own, ("one",)),
        (other, ("another",)),
    ]


def test_an_index_that_the_database_does_not_use_is_not_missing() -> None:
    scan = statement("`VO`", (0, 9), (0, 6), "table", index(("Name",), 9))
    result = replace(growth(), operations=(operation("one", scan),))
    assert (findings(result), advice(result)) == ([], [])


def test_without_a_missing_index_there_is_no_finding() -> None:
    result = replace(growth(), operations=growth().operations[2:])
    assert (findings(result), advice(result)) == ([], [])
    assert measurement_text(GROWTH, result, "text").startswith(
        "DIRAC 9.1.22: 0 missing indexes, for want of which 0 operations"
    )


def test_the_page_has_the_indexes_first_and_every_operation(tmp_path: Path) -> None:
    GROWTH.write(growth(), tmp_path)
    text = write_measurement_page(tmp_path).read_text(encoding="utf-8")
    parsed = Page(text)
    assert parsed.titles[1:4] == [
        "Growth with the tables",
        "Missing indexes",
        "The index of each statement alone; profiles S / L",
    ]
    assert (parsed.open, parsed.addresses) == ([], ["data:,"])
    assert text.index("ResourceHistory(Name, StatusType, DateEffective)") < text.index("All operations")
    assert "KeyError(&#39;self&#39;)" in text
    for one in growth().operations:
        assert one.operation.replace(".", ".<wbr>") in text


def test_a_growth_is_read_as_it_was_written(tmp_path: Path) -> None:
    GROWTH.write(growth(), tmp_path)
    assert GROWTH.read(tmp_path) == growth()
    with pytest.raises(RssbenchError, match="there is no growth to read in"):
        GROWTH.read(tmp_path / "nowhere")
