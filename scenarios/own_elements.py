"""What may be written to an RSS that others use: rows of the suite's own elements, known by their names."""

from __future__ import annotations

from typing import Any

from scenarios.operation import Call

#: Every element that the suite makes in an RSS that is not its own has a name that begins so.
OWN_PREFIX = "rssbench-"

#: Writes that go to rows of the catalogue and to no other, so that the catalogue decides what they touch. Others
#: make names of their own, send mail in the end, or delete by age or number.
OWN_WRITES = frozenset(
    {
        "ResourceStatus.addOrModify status",
        "ResourceStatus.addOrModify site status",
        "ResourceStatus.insert history",
        "ResourceManagement.addOrModify policy result",
        "ResourceManagement.addOrModify pilot",
        "ResourceManagement.addOrModify downtime",
    }
)

#: Columns that say whose a row is; each table has at least one of them.
_NAMES = ("Name", "Site", "CE", "DowntimeID")


def check_own(call: Call) -> None:
    """The last look before a write is sent. ValueError when it may touch a row that is not of the suite."""
    values: Any = call.arguments[1] if len(call.arguments) == 2 else None
    names = [values[key] for key in _NAMES if key in values] if isinstance(values, dict) else []
    if not names or not all(isinstance(name, str) and name.startswith(OWN_PREFIX) for name in names):
        raise ValueError(f"a write to {names or 'rows without a name'} is not allowed: none of the suite's own")
