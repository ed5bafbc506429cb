import re
from xml.etree import ElementTree as ET

from matplotlib.figure import Figure

from reports.figures import in_style
from reports.svg import Label, inline_panels, inline_svg

#: Of matplotlib: of line "one", of line "two", and of the dot that belongs to the axes.
FIRST_COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c")


@in_style
def two_lines() -> Figure:
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.set_title("a < b & $c$")
    axes.plot([0, 1], [0, 1], gid="one")
    axes.plot([0, 1], [1, 0], gid="two")
    axes.plot([0.5], [0.5], "o")
    return figure


def ids_of(svg: str) -> list[str]:
    return re.findall(r' id="([^"]+)"', svg)


def test_a_drawing_needs_nothing_from_outside() -> None:
    svg = inline_svg(two_lines(), key="k", label=Label("title", "what is seen"))
    assert "http" not in svg
    assert "<!DOCTYPE" not in svg
    assert "font-family" not in svg
    assert "<style" not in svg


def test_a_drawing_has_a_name_and_a_description_escaped() -> None:
    root = ET.fromstring(inline_svg(two_lines(), key="k", label=Label('<b>"t"', "d & e")))
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root}
    assert [named[name] for name in root.get("aria-labelledby").split()] == ['<b>"t"', "d & e"]


def test_two_drawings_in_one_page_share_no_id_and_each_reference_is_defined() -> None:
    first = inline_svg(two_lines(), key="first", label=Label("t", "d"))
    second = inline_svg(two_lines(), key="second", label=Label("t", "d"))
    assert not set(ids_of(first)) & set(ids_of(second))
    for svg in (first, second):
        assert len(ids_of(svg)) == len(set(ids_of(svg)))
        references = re.findall(r'(?:href="#|url\(#)([^")]+)', svg)
        assert references
        assert set(references) <= set(ids_of(svg))


def test_text_stays_text() -> None:
    assert "a &lt; b &amp; $c$" in inline_svg(two_lines(), key="k", label=Label("t", "d"))


def test_panels_share_the_axes_and_hold_their_own_line() -> None:
    labels = {"one": Label("first", "d"), "two": Label("second", "d")}
    one, two = inline_panels(two_lines(), key="k", labels=labels)
    assert '<g id="k-axes">' in one
    assert 'href="#k-axes"' in two
    assert [colour in one for colour in FIRST_COLOURS] == [True, False, True]
    assert [colour in two for colour in FIRST_COLOURS] == [False, True, False]
    assert len(two) < len(one) / 2
    assert not set(ids_of(one)) & set(ids_of(two))
