"""Many rows into one table: streamed to the server as CSV while they are generated, never all in memory.

Measured beside many-row INSERT statements (benchmarks/dataset_load.py): four times as fast, because no literal is
escaped by the driver and none is parsed by the server. The server's option ``local_infile`` must be on, as it is
in MariaDB by default.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy
from sqlalchemy import URL, Connection, Engine

from harness.dataset.table_content import Row


class RefusedRows(Exception):  # noqa: N818 - what happened, in the words of the message
    """The server took the rows but changed or skipped some; the text is its first warning."""


def bulk_engine(url: URL) -> Engine:
    """An engine whose connections may send a stream to the server (driver PyMySQL)."""
    return sqlalchemy.create_engine(url, connect_args={"local_infile": True})


def bulk_insert(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows that are as long as ``columns``; returns how many were sent.

    RefusedRows when the server warns of anything: with LOCAL it only warns of values it cut and of keys it has.
    """
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(column) for column in columns)
    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as writer:
        sent = writer.submit(_write_csv, writing, rows)
        try:
            connection.exec_driver_sql(
                f"LOAD DATA LOCAL INFILE '/dev/fd/{reading}' INTO TABLE {quote(table)} CHARACTER SET utf8mb4 "
                f"FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' ({names})"
            )
        finally:
            os.close(reading)  # ends the writer when the server has stopped reading
    warning = connection.exec_driver_sql("SHOW WARNINGS LIMIT 1").first()
    if warning is not None:
        raise RefusedRows(warning.Message)
    return sent.result()


def _write_csv(writing: int, rows: Iterable[Row]) -> int:
    """Strings are quoted, so that none is taken for NULL; numbers are not."""
    sent = 0
    with os.fdopen(writing, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        for row in rows:
            writer.writerow(row)
            sent += 1
    return sent
