"""Sections as DIRAC's configuration files write them."""

from __future__ import annotations

from collections.abc import Mapping

#: A section of dirac.cfg: options are strings, sections are sections.
Section = Mapping[str, "str | Section"]


def cfg_text(section: Section) -> str:
    """The text of a configuration file with these options and sections at its top."""
    return "".join(_lines(section, indent=""))


def merged(section: Section, other: Section) -> Section:
    """Both together; where both have an option, that of ``other``."""
    both = dict(section)
    for name, value in other.items():
        before = both.get(name)
        if isinstance(before, str) or isinstance(value, str) or before is None:
            both[name] = value
        else:
            both[name] = merged(before, value)
    return both


def _lines(section: Section, indent: str) -> list[str]:
    lines: list[str] = []
    for name, value in section.items():
        if isinstance(value, str):
            lines.append(f"{indent}{name} = {value}\n")
        else:
            lines += [f"{indent}{name}\n", f"{indent}{{\n", *_lines(value, indent + "  "), f"{indent}}}\n"]
    return lines
