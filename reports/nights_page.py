"""The HTML page of the last nights: one line for each, with links to its reports; it needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from harness.night import Against, Night
from reports.night_text import build_words, night_line
from reports.rendering import rendered

#: What the reports of a night are called in its folder.
REPORT_FILES: dict[Against, str] = {"reference": "reference.html", "last night": "last-night.html"}

GLOSSARY = {
    "reference": "the build that every night is compared with",
    "last night": "the build of the last night before that came to its end, measured again beside that night's",
    "failed": "something could not be measured to its end",
    "nothing new": "the night's build was the very build that it would be compared with",
}


def nights_page(nights: Sequence[Night]) -> str:
    """The page as text. ``nights``: the newest first, at least one."""
    return rendered(
        "nights.html.j2",
        verdict=night_line(nights[0]),
        nights=nights,
        files=REPORT_FILES,
        build_words=build_words,
        glossary=GLOSSARY,
    )
