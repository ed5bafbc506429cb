"""Many rows into one table: streamed to the server as CSV while they are generated, never all in memory.

Measured beside many-row INSERT statements (benchmarks/dataset_load.py): more than twice as fast, as no literal is
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


class BulkInsertError(Exception):
    """The rows did not all arrive as they were sent; the text says why."""


def bulk_engine(url: URL) -> Engine:
    """An engine whose connections may send a stream to the server (driver PyMySQL)."""
    return sqlalchemy.create_engine(url, connect_args={"local_infile": True})


def bulk_insert(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows that are as long as ``columns``; returns how many were sent.

    BulkInsertError when the connection breaks, and when the server warns of anything: a statement with LOCAL ends
    well although values were cut or rows skipped because their key was there.
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
        except AttributeError as error:
            # PyMySQL's last packet, sent to a connection that it has just given up
            connection.invalidate()
            raise BulkInsertError(f"the connection broke: {error.__context__}") from error
        finally:
            os.close(reading)  # ends the writer when the server has stopped reading
    warning = connection.exec_driver_sql("SHOW WARNINGS LIMIT 1").first()
    if warning is not None:
        raise BulkInsertError(warning.Message)
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
