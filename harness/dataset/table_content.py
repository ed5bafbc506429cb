"""The shape in which content goes to the loader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Database = Literal["ResourceStatusDB", "ResourceManagementDB"]
Row = tuple[str | int | float, ...]


@dataclass(frozen=True)
class TableContent:
    """The rows of one table, each as long as ``columns``. ``rows`` starts anew at every call and keeps no row."""

    database: Database
    table: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
