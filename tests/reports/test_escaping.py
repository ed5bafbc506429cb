import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from reports.escaping import TEXT_SHOWN, markdown_code, markdown_fence, markdown_text, one_line, printable, shorten

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table")
#: What Markdown is made of, and a little of what it is not.
SIGNS = st.text(st.sampled_from("ab `*_~|<>&[]()!#+-\\.1\n\t\x07é\u202e"), max_size=40)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é text", "plain é text"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("turned \u202e round", "turned \\u202e round"),
        ("half a sign \ud800", "half a sign \\ud800"),
    ],
)
def test_what_would_move_a_cursor_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_one_line_is_one_line() -> None:
    assert one_line(" a\r\n\tb\u2028c ") == "a b c"


def test_a_long_text_says_how_long_it_was() -> None:
    assert shorten("x" * TEXT_SHOWN) == "x" * TEXT_SHOWN
    assert shorten("x" * 1_234) == "x" * TEXT_SHOWN + "… (1,234 characters)"


@given(SIGNS)
def test_a_cell_of_a_markdown_table_shows_the_text_itself(text: str) -> None:
    html = MARKDOWN.render(f"| head | next |\n| --- | --- |\n| {markdown_text(text)} | after |")
    cells = ["".join(cell.itertext()) for cell in etree.HTML(html).iter("td")]
    assert cells == [one_line(text), "after"]


@given(SIGNS)
def test_an_item_of_a_markdown_list_shows_the_text_itself(text: str) -> None:
    page = etree.HTML(MARKDOWN.render(f"- x: {markdown_text(text)}"))
    assert "".join(page.find(".//li").itertext()) == f"x: {one_line(text)}".strip()


@given(SIGNS)
def test_code_in_a_line_shows_the_text_itself(text: str) -> None:
    page = etree.HTML(MARKDOWN.render(f"x {markdown_code('b' + text)}"))
    assert page.findtext(".//code").strip() == one_line("b" + text)


@given(st.lists(SIGNS.map(one_line), min_size=1))
def test_no_line_ends_a_block_of_code(lines: list[str]) -> None:
    page = etree.HTML(MARKDOWN.render("\n".join(markdown_fence(lines, "diff"))))
    assert (page.findtext(".//code") or "") == "\n".join(lines) + "\n"
