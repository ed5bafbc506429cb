"""Foreign text made harmless: names, messages and SQL may hold anything, and go to terminals, Markdown and XML."""

from __future__ import annotations

import re

from reports.units import count

#: Most characters of a message or statement that a report shows; the stored file has the whole text.
TEXT_SHOWN = 1_000

_MARKDOWN = re.compile(r"[\\`*|\[\]~]|(?<!\w)_|_(?!\w)|^[#>]|^[+-](?=\s)")


def printable(text: str) -> str:
    """Control characters, and those that turn the direction of writing, as escapes; line ends and tabs stay."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or sign in "\n\t" else sign.encode("unicode_escape").decode() for sign in text
    )


def one_line(text: str) -> str:
    """``printable``, with any white space as one space."""
    return printable(" ".join(text.split()))


def shorten(text: str, most: int = TEXT_SHOWN) -> str:
    """``printable``, and no longer than ``most`` characters: long messages must not fill the page."""
    return printable(text if len(text) <= most else f"{text[:most]}… ({count(len(text))} characters)")


def markdown_text(text: str) -> str:
    """One line that Markdown and the HTML inside it show as it is, also in the cell of a table."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", one_line(text))
    return escaped.replace("&", "&amp;").replace("<", "&lt;")


def markdown_code(text: str) -> str:
    """``text`` as code inside a line (not of a table), whatever backticks it holds."""
    text = one_line(text)
    ticks = "`" * (_longest_ticks(text) + 1)
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"


def markdown_fence(lines: list[str], language: str) -> list[str]:
    """``lines`` as a block of code that none of them can end."""
    ticks = "`" * max(3, _longest_ticks("\n".join(lines)) + 1)
    return [f"{ticks}{language}", *lines, ticks]


def _longest_ticks(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
