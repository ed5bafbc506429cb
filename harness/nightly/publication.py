"""The folder that nights are published in: the last ones with their reports, and a summary of the newest.

index.html     one line per night
summary.md     the newest night, in Markdown
nights.json    what index.html is made from
<night>/       the reports of one night
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec

from harness.errors import RssbenchError
from harness.night import NIGHTS_SCHEMA_VERSION, Against, Night, Nights
from harness.store import writing
from reports.nights_page import REPORT_FILES, nights_page

_LIST = "nights.json"

#: A night's folder is named after the instant it began; what is named otherwise is never removed.
_NIGHT_ID = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.\d+")


class Publication:
    """``kept``: how many nights stay."""

    def __init__(self, folder: Path, kept: int) -> None:
        """RssbenchError when the folder cannot be written, or its list is none: before hours are spent."""
        self._folder = folder
        self._kept = kept
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._nights = self._read()
        self._write(_LIST, _encoded(self._nights))

    def publish(self, night: Night, reports: Mapping[Against, Path], summary: str) -> Path:
        """Add a night with its reports, remove the oldest; the path of the page. RssbenchError when it cannot be
        written: what was published before stays, and so do the results."""
        pages = self._folder / night.night_id
        with writing(pages):
            pages.mkdir(exist_ok=True)
            for against, report in reports.items():
                shutil.copyfile(report, pages / REPORT_FILES[against])
        nights = (night, *self._nights)
        self._nights, old = nights[: self._kept], nights[self._kept :]
        self._write(_LIST, _encoded(self._nights))
        self._write("summary.md", summary + "\n")
        page = self._write("index.html", nights_page(self._nights))
        for one in old:
            shutil.rmtree(self._folder / one.night_id, ignore_errors=True)
        return page

    def _read(self) -> tuple[Night, ...]:
        file = self._folder / _LIST
        if not file.exists():
            return ()
        try:
            nights = msgspec.json.decode(file.read_bytes(), type=Nights)
        except (OSError, msgspec.DecodeError) as error:
            raise RssbenchError(f"{file} is no list of nights: {error}; remove it to begin a new one") from error
        if nights.schema_version != NIGHTS_SCHEMA_VERSION:
            raise RssbenchError(
                f"{file} has schema version {nights.schema_version}, this rssbench reads {NIGHTS_SCHEMA_VERSION}; "
                "remove it to begin a new one"
            )
        if strange := [one.night_id for one in nights.nights if not _NIGHT_ID.fullmatch(one.night_id)]:
            raise RssbenchError(f"{file} is no list of nights: {strange[0]!r} is no night; remove it")
        return nights.nights

    def _write(self, name: str, text: str) -> Path:
        """Replace a file as a whole."""
        file = self._folder / name
        unfinished = file.with_name(f"{name}.tmp")
        with writing(file):
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(file)
        return file


def _encoded(nights: tuple[Night, ...]) -> str:
    return msgspec.json.format(msgspec.json.encode(Nights(NIGHTS_SCHEMA_VERSION, nights)), indent=1).decode()
