"""A matplotlib Figure as a small inline SVG: no outside address, ids of its own, a name for screen readers."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from reports.figures import STYLE

_REFERENCE = re.compile(r"#([\w.-]+)")
_NUMBER = re.compile(r"-?\d+\.\d+")
_FONT_FAMILY = re.compile(r"\s*font-family:[^;]*;?")
_NO_ROTATION = re.compile(r"^rotate\(-?0[ ,].*\)$")


def inline_svg(figure: Figure, *, key: str, title: str, description: str) -> Markup:
    """The figure as an ``<svg>`` element for an HTML page; ``key`` is unique in the page and starts its ids."""
    file = io.StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    root = ET.fromstring(file.getvalue())  # noqa: S314 - matplotlib wrote it a line above
    _drop_namespaces(root)
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in ("metadata", "style")]:
            parent.remove(child)
    _shorten(root)
    _own_ids(root, key)
    _drop_empty_groups(root)
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{key}-title {key}-desc",
    }
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        label = ET.Element(tag, {"id": f"{key}-{tag}"})
        label.text = text
        root.insert(place, label)
    return Markup(ET.tostring(root, encoding="unicode", short_empty_elements=True))  # noqa: S704 - built from elements


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


def _own_ids(root: ET.Element, key: str) -> None:
    """Keep only ids that something refers to, and begin them with ``key``."""
    used = {
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
