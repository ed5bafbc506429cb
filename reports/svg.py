"""A matplotlib Figure as a small inline SVG: no outside address, ids of its own, a name for screen readers."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from reports.figures import STYLE

_REFERENCE = re.compile(r"#([\w.-]+)")
_NUMBER = re.compile(r"-?\d+\.\d+")
_FONT_FAMILY = re.compile(r"\s*font-family:[^;]*;?")
_NO_ROTATION = re.compile(r"^rotate\(-?0[ ,].*\)$")


@dataclass(frozen=True)
class Label:
    """What a screen reader says of a drawing."""

    title: str
    description: str


def inline_svg(figure: Figure, *, key: str, label: Label) -> Markup:
    """The figure as an ``<svg>`` element for an HTML page; ``key`` is unique in the page and starts its ids."""
    root = _small_svg(figure, key, kept=())
    return _element(root.attrib["viewBox"], key, label, list(root))


def inline_panels(figure: Figure, *, key: str, labels: Mapping[str, Label]) -> list[Markup]:
    """One ``<svg>`` for each gid in ``labels``: the axes of the figure with the lines of that gid alone.

    Drawing the axes once and referring to them saves most of the time and size of small multiples.
    """
    root = _small_svg(figure, key, kept=labels)
    lines: dict[str, list[ET.Element]] = {gid: [] for gid in labels}
    for parent in list(root.iter()):
        for child in list(parent):
            gid = child.get("id", "").removeprefix(f"{key}-")
            if gid in lines:
                parent.remove(child)
                lines[gid].append(ET.Element("g"))
                lines[gid][-1].extend(child)
    axes = ET.Element("g", {"id": f"{key}-axes"})
    axes.extend(root)
    again = ET.Element("use", {"href": f"#{key}-axes"})
    return [
        _element(root.attrib["viewBox"], f"{key}-{gid}", label, [again if place else axes, *lines[gid]])
        for place, (gid, label) in enumerate(labels.items())
    ]


def _small_svg(figure: Figure, key: str, kept: Collection[str]) -> ET.Element:
    """What matplotlib draws, without what a page does not need; ids in ``kept`` stay."""
    file = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    root = ET.fromstring(file.getvalue())  # noqa: S314 - matplotlib wrote it a line above
    _drop_namespaces(root)
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in ("metadata", "style")]:
            parent.remove(child)
    _shorten(root)
    _own_ids(root, key, kept)
    _drop_empty_groups(root)
    return root


def _element(view_box: str, key: str, label: Label, content: list[ET.Element]) -> Markup:
    names = f"{key}-title {key}-desc"
    svg = ET.Element("svg", {"viewBox": view_box, "role": "img", "aria-labelledby": names})
    for tag, text in (("title", label.title), ("desc", label.description)):
        ET.SubElement(svg, tag, {"id": f"{key}-{tag}"}).text = text
    svg.extend(content)
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704 - built from elements


def _drop_namespaces(root: ET.Element) -> None:
    """HTML knows svg without declarations, and ``href`` without xlink."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
        element.tail = None
        if element.text is not None and not element.text.strip():
            element.text = None


def _shorten(root: ET.Element) -> None:
    """Tenths of a point are enough; the page's style sheet names the font."""
    for element in root.iter():
        for name in ("d", "x", "y", "transform", "points"):
            if name in element.attrib:
                element.set(name, " ".join(_NUMBER.sub(_tenths, element.attrib[name]).split()))
        if _NO_ROTATION.match(element.get("transform", "")):
            del element.attrib["transform"]
        if "style" in element.attrib:
            style = _FONT_FAMILY.sub("", element.attrib["style"])
            element.set("style", style.replace(": ", ":").replace("; ", ";"))


def _tenths(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _own_ids(root: ET.Element, key: str, kept: Collection[str]) -> None:
    """Keep only ids that something refers to and those in ``kept``, and begin them with ``key``."""
    used = set(kept) | {
        name
        for element in root.iter()
        for attribute, value in element.attrib.items()
        if attribute != "style"
        for name in _REFERENCE.findall(value)
    }
    for element in root.iter():
        if element.get("id") in used:
            element.set("id", f"{key}-{element.get('id')}")
        else:
            element.attrib.pop("id", None)
        for attribute in ("href", "clip-path"):
            if attribute in element.attrib:
                element.set(attribute, element.attrib[attribute].replace("#", f"#{key}-"))


def _drop_empty_groups(root: ET.Element) -> None:
    """Groups that hold nothing, and the frames of groups that say nothing."""
    for parent in list(root.iter())[::-1]:
        children: list[ET.Element] = []
        for child in parent:
            plain = child.tag == "g" and not child.attrib
            children.extend(child if plain else [child])
        parent[:] = children
