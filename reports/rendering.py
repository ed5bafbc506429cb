"""From a template and its values to a page that needs nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from reports import units, wording
from reports.escaping import printable, shorten
from reports.plain_tables import number_columns

_FILTERS = {
    "bytes": units.bytes_text,
    "count": units.count,
    "duration": units.duration_text,
    "load": wording.load_text,
    "number_columns": number_columns,
    "percent": units.percent,
    "plural": units.plural,
    "rate": units.rate,
    "shorten": shorten,
    "time": units.time_text,
}


def rendered(template: str, **values: Any) -> str:  # noqa: ANN401 - a template takes anything
    """The page as text. Every text in it is escaped and printable; a name that is missing is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.filters |= {**_FILTERS, "breakable": breakable}
    return environment.get_template(template).render(**values)


def breakable(name: str) -> Markup:
    """The name, escaped, that may continue on a new line after a full stop."""
    return escape(printable(name)).replace(".", Markup(".<wbr>"))


def _finalized(value: object) -> object:
    return printable(value) if type(value) is str else value
