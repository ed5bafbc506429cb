"""Which index a statement would need, read from its normalised text (pure).

SQLAlchemy writes all statements of the RSS, and MariaDB normalises them: one table, conditions joined by AND.
"""

from __future__ import annotations

import re

from harness.growth import MissingIndex

_TABLE = re.compile(r"^(?:SELECT .* FROM|DELETE FROM|UPDATE) `(\w+)`")
_WHERE = re.compile(r" WHERE (.*?)(?: ORDER BY | LIMIT |$)")
_CONDITION = re.compile(r"^(?:`\w+`\.)?`(\w+)` (=|IN|<|>|<=|>=) ")
_ORDER = re.compile(r" ORDER BY (?:`\w+`\.)?`(\w+)`")


def table_of(statement: str) -> str | None:
    """The table that a statement reads or changes; None when it reads none, or several."""
    found = _TABLE.match(statement)
    return found[1] if found else None


def missing_index(statement: str) -> MissingIndex | None:
    """The table with the columns of the equality filters in their order, then those of lists, then the one that is
    compared or, without such a one, ordered by. None for a statement without a filter: it asks for everything."""
    table, where = table_of(statement), _WHERE.search(statement)
    if table is None or where is None:
        return None
    conditions = [found.groups() for text in where[1].split(" AND ") if (found := _CONDITION.match(text))]
    columns = [column for wanted in ("=", "IN") for column, operator in conditions if operator == wanted]
    compared = [column for column, operator in conditions if operator not in ("=", "IN")]
    ordered = _ORDER.search(statement)
    last = compared[:1] or ([ordered[1]] if ordered else [])
    return MissingIndex(table, tuple(dict.fromkeys([*columns, *last]))) if columns or last else None
