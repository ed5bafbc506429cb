"""The four forms of a comparison on stdout, as golden files and against hostile names."""

import json
import unicodedata
from typing import Any

import msgspec
import pytest
from lxml import etree
from markdown_it import MarkdownIt

from harness.comparison import AbsentOperation, ComparisonResult, StatementChange
from reports.comparison_formats import COMPARISON_FORMATS, comparison_json
from reports.comparison_markdown import comparison_comment, comparison_markdown
from reports.comparison_text import DIFF_LINES, comparison_text
from reports.escaping import printable
from reports.junit import comparison_junit
from tests.golden_files import same_as_golden
from tests.reports.synthetic_comparison import (
    KINDS,
    NAMES,
    SELECT,
    comparison,
    counted,
    judgement,
    more_sql,
    regression,
    same,
    slower,
    wrong,
)

#: Everything that ends a cell, a line, a fence, an element or a terminal's good manners.
NASTY = "a|b `c` ```\n# d <script>e</script> & *f* \x1b[31m\x00\u202e ]]> \ud800 <!--"

#: What the Ant, Jenkins and GitLab readers of JUnit files agree on.
SCHEMA = etree.XMLSchema(
    etree.fromstring("""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:attributeGroup name="totals">
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="skipped" type="xs:nonNegativeInteger" use="required"/>
  </xs:attributeGroup>
  <xs:complexType name="outcome"><xs:simpleContent><xs:extension base="xs:string">
    <xs:attribute name="message" type="xs:string" use="required"/>
    <xs:attribute name="type" type="xs:string" use="required"/>
  </xs:extension></xs:simpleContent></xs:complexType>
  <xs:element name="testsuites"><xs:complexType><xs:sequence>
    <xs:element name="testsuite" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="properties" minOccurs="0"><xs:complexType><xs:sequence>
        <xs:element name="property" maxOccurs="unbounded"><xs:complexType>
          <xs:attribute name="name" type="xs:string" use="required"/>
          <xs:attribute name="value" type="xs:string" use="required"/>
        </xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
        <xs:sequence>
          <xs:choice minOccurs="0">
            <xs:element name="skipped" type="outcome"/>
            <xs:element name="error" type="outcome"/>
            <xs:element name="failure" type="outcome"/>
          </xs:choice>
          <xs:element name="system-out" type="xs:string" minOccurs="0"/>
        </xs:sequence>
        <xs:attribute name="name" type="xs:string" use="required"/>
        <xs:attribute name="classname" type="xs:string" use="required"/>
      </xs:complexType></xs:element>
    </xs:sequence>
      <xs:attribute name="name" type="xs:string" use="required"/>
      <xs:attribute name="timestamp" use="required"><xs:simpleType><xs:restriction base="xs:dateTime">
        <xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"/>
      </xs:restriction></xs:simpleType></xs:attribute>
      <xs:attributeGroup ref="totals"/>
    </xs:complexType></xs:element>
  </xs:sequence>
    <xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="time" type="xs:decimal" use="required"/>
    <xs:attributeGroup ref="totals"/>
  </xs:complexType></xs:element>
</xs:schema>""")
)


def nasty() -> ComparisonResult:
    """Everything that is a text says NASTY."""
    return comparison(
        "regression",
        problems=(NASTY,),
        command=f"rssbench compare {NASTY}",
        judgements=(slower(NASTY), judgement("other", verdict="inconclusive", reason=NASTY)),
        exact=(
            more_sql(NASTY, statements=(StatementChange("added", 1, NASTY),), excluded=(NASTY,)),
            counted("third", verdict="inconclusive", problem=NASTY),
        ),
        absent=(AbsentOperation(NASTY, NASTY, NASTY),),
    )


def junit_of(result: ComparisonResult) -> Any:
    document = etree.fromstring(comparison_junit(result).encode())
    SCHEMA.assertValid(document)
    return document


def cases_of(document: Any) -> dict[tuple[str, str], str | None]:
    """Suite and name of each case to what became of it; None: passed."""
    outcomes = {}
    for case in document.iter("testcase"):
        found = [child.tag for child in case if child.tag != "system-out"]
        outcomes[case.getparent().get("name"), case.get("name")] = found[0] if found else None
    return outcomes


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("form", "ending"), [("text", "txt"), ("markdown", "md")])
def test_every_kind_of_comparison_is_the_golden_one(kind: str, form: str, ending: str) -> None:
    assert same_as_golden(f"comparison_{kind}.{ending}", COMPARISON_FORMATS[form](KINDS[kind]()))


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_operations_of_every_kind_are_the_golden_test_cases(kind: str) -> None:
    result = KINDS[kind]()
    few = msgspec.structs.replace(result, judgements=result.judgements[:7], exact=result.exact[:3])
    assert same_as_golden(f"comparison_{kind}.xml", comparison_junit(few))


def test_json_is_the_golden_one() -> None:
    name = NAMES[0]
    small = comparison(
        "regression",
        baseline=None,
        contender=None,
        judgements=(slower(name), judgement(None, "reached_rate", "inconclusive", effect_ratio=None, reason="r")),
        exact=(more_sql(name),),
        absent=(AbsentOperation(NAMES[1], "7.3.42", "7.3 has no such method"),),
    )
    assert same_as_golden("comparison.json", comparison_json(small))


@pytest.mark.parametrize("kind", KINDS)
def test_json_is_read_back_as_the_comparison_that_it_shows(kind: str) -> None:
    result = KINDS[kind]()
    assert msgspec.json.decode(comparison_json(result), type=ComparisonResult) == result


def test_json_has_what_a_machine_asks_for_at_one_place_each() -> None:
    content = json.loads(comparison_json(regression()))
    first = content["judgements"][0]
    assert content["verdict"] == first["verdict"] == "regression"
    assert (first["effect_ratio"], first["interval_ratio"], first["pairs"]) == (1.023, [1.016, 1.03], 18)
    sides = [content["exact"][0][side]["statements"] for side in ("baseline", "contender")]
    assert [len(side) for side in sides] == [4, 5]


@pytest.mark.parametrize("form", ["text", "markdown", "junit"])
def test_no_control_character_reaches_the_reader(form: str) -> None:
    output = COMPARISON_FORMATS[form](nasty())
    assert {sign for sign in output if unicodedata.category(sign) in ("Cc", "Cf", "Cs")} == {"\n"}
    assert "\\x1b" in output


def test_markdown_cannot_be_broken_by_a_name_or_a_statement() -> None:
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(comparison_markdown(nasty()))
    page = etree.HTML(html)
    assert {element.tag for element in page.iter()} <= {
        *("html", "body", "p", "strong", "details", "summary", "pre", "code", "ul", "li"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    shown = printable(NASTY).replace("\n", " ")
    assert page.findtext(".//td") == shown
    assert {len(row) for row in page.iter("tr")} == {4, 8, 9}
    (diff,) = page.iter("pre")
    # the short form of a statement has no backticks
    assert diff.findtext("code") == f"+1 {' '.join(shown.replace('`', '').split())}\n"
    assert f"repeat: rssbench compare {shown}" in ["".join(item.itertext()) for item in page.iter("li")]


def test_a_text_output_begins_with_the_verdict_on_one_line_whatever_the_problem() -> None:
    assert comparison_text(nasty()).splitlines()[0].startswith("REGRESSION: 1 of 3 operations got slower")
    assert comparison_text(nasty()).splitlines()[1] == ""


def test_a_long_diff_is_cut_on_a_terminal_and_says_so() -> None:
    lines = tuple(StatementChange("added", 1, f"SELECT {place}") for place in range(DIFF_LINES + 7))
    output = comparison_text(comparison("regression", exact=(more_sql(NAMES[0], statements=lines),)))
    assert f"+1 SELECT {DIFF_LINES - 1}\n    7 more lines in the report" not in output
    assert f"+1 SELECT {DIFF_LINES - 1}\n      7 more lines in the report" in output
    assert f"+1 SELECT {DIFF_LINES}" not in output


def test_a_comment_stays_below_the_limit_of_github() -> None:
    long = tuple(StatementChange("added", 1, f"{SELECT} {'x' * 5_000}") for _ in range(200))
    worst = comparison(
        "regression",
        judgements=tuple(slower(name, metric) for name in NAMES for metric in ("service_cpu", "service_time")),
        exact=tuple(more_sql(name, statements=long[: 5 + place]) for place, name in enumerate(NAMES)),
    )
    output = comparison_markdown(worst)
    assert len(output) < 65_536
    assert "more operations is in the report" in output


def test_a_comment_opens_with_the_verdict_then_says_where_the_report_is() -> None:
    address = "https://github.com/DIRACGrid/DIRAC/actions/runs/1#artifacts"
    blocks = comparison_comment(regression(), address).split("\n\n")
    assert blocks[0] == comparison_markdown(regression()).split("\n\n")[0]
    assert blocks[1] == f"The report and all data are among the [files of this job](<{address}>)."
    assert comparison_comment(regression(), None) == comparison_markdown(regression())


def test_a_comment_leaves_out_whole_sections_that_would_make_it_too_long() -> None:
    """Three sections of diffs, and long problems: together more than a forge takes."""
    long = tuple(StatementChange("added", 1, f"{SELECT} {'x' * 600}") for _ in range(60))
    third = len(NAMES) // 3
    verdicts = ("regression", "improvement", "same")
    full = comparison(
        "regression",
        problems=tuple("p" * 1_000 for _ in range(30)),
        exact=tuple(
            more_sql(name, statements=long, verdict=verdicts[place // third % 3])
            for place, name in enumerate(NAMES)
        ),
    )
    assert len(comparison_markdown(full)) > 65_536
    comment = comparison_comment(full, "https://example.org/7")
    assert len(comment) <= 65_536
    assert comment.startswith(comparison_markdown(full).split("\n\n")[0])
    assert comment.count("<details>") == comment.count("</details>") > 0
    assert comment.endswith(" did not fit here; the report has all.")
    assert "Builds, settings, commands" in comment


def test_a_false_alarm_of_the_control_is_not_hidden() -> None:
    result = msgspec.structs.replace(same(), control=(slower(NAMES[0]), judgement(NAMES[1])))
    for form in ("text", "markdown"):
        assert "1 false alarm in 2 questions" in COMPARISON_FORMATS[form](result)
        assert "Do not trust this comparison" in COMPARISON_FORMATS[form](result)


def test_a_regression_fails_its_case_and_no_other() -> None:
    outcomes = cases_of(junit_of(regression()))
    failed = {case for case, outcome in outcomes.items() if outcome == "failure"}
    assert failed == {("exact", NAMES[0]), ("exact", NAMES[7]), ("paired", NAMES[0]), ("paired", NAMES[5])}
    assert [outcome for outcome in outcomes.values() if outcome not in ("failure", None)] == []


def test_a_failure_carries_figures_and_sql() -> None:
    document = junit_of(regression())
    texts = [failure.text for failure in document.iter("failure")]
    assert any("service CPU: regression +2.3 % [+1.6, +3.0]" in text for text in texts)
    assert any("+2 SELECT ResourceHistory WHERE Name = ?" in text for text in texts)


def test_a_wrong_answer_is_a_failure_of_its_own_type() -> None:
    (failure, _) = junit_of(wrong()).iter("failure")
    assert failure.get("type") == "wrong"
    assert "3 rows where 4 are right" in failure.get("message")


def test_inconclusive_and_absent_are_skipped_with_their_reason() -> None:
    document = junit_of(KINDS["inconclusive"]())
    messages = [skipped.get("message") for skipped in document.iter("skipped")]
    assert any("the generator was the bottleneck" in message for message in messages)
    outcomes = cases_of(junit_of(KINDS["absent"]()))
    assert outcomes["absent", NAMES[0]] == outcomes["absent", NAMES[1]] == "skipped"


def test_a_problem_of_the_harness_is_an_error() -> None:
    document = junit_of(KINDS["interrupted"]())
    assert cases_of(document)["harness", "comparison"] == "error"
    assert next(document.iter("error")).text.endswith("last lines\nof a log")


@pytest.mark.parametrize("kind", KINDS)
def test_the_totals_are_those_of_the_cases(kind: str) -> None:
    document = junit_of(KINDS[kind]())
    for holder in (document, *document.iter("testsuite")):
        cases = list(holder.iter("testcase"))
        outcomes = [child.tag for case in cases for child in case]
        assert int(holder.get("tests")) == len(cases)
        for total, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(holder.get(total)) == outcomes.count(tag)


def test_junit_with_hostile_names_is_well_formed_and_has_one_case_for_each() -> None:
    outcomes = cases_of(junit_of(nasty()))
    assert list(outcomes.values()) == ["error", "failure", "skipped", "failure", "skipped", "skipped"]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_where_the_change_of_all_together_is_stands_with_it(form: str) -> None:
    located = judgement("a", located=True, effect_ratio=1.09, interval_ratio=(1.07, 1.12))
    text = COMPARISON_FORMATS[form](comparison("regression", judgements=(slower(None), located, judgement("b"))))
    assert "service CPU, where it is: a +9.0 %" in text
