"""Where the index is: a file beside the runs, or a database that a team shares. No password leaves this module."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from harness.errors import SettingsError
from harness.index import INDEX_FILE_VARIABLE, INDEX_VARIABLE

LOCAL_FILE = "index.sqlite"

#: What a URL may begin with, to the dialect and driver of SQLAlchemy.
DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "postgresql": "postgresql+psycopg",
}

#: Driver to the package that brings it and how it is installed; the first of them belongs to Python.
_PACKAGES = {
    "pysqlite": ("sqlite3", "Python's own sqlite3"),
    "pymysql": ("pymysql", "pip install pymysql"),
    "psycopg": ("psycopg", "pip install 'psycopg[binary]', the extra `postgresql` of rssbench"),
}


def index_url(option: str | None, environ: Mapping[str, str], results: Path) -> URL:
    """The option, else a variable, else a file in ``results``. SettingsError, which never has the URL in it."""
    if option:
        return _parse(option, "--index")
    given = [name for name in (INDEX_VARIABLE, INDEX_FILE_VARIABLE) if environ.get(name)]
    if len(given) > 1:
        raise SettingsError([f"environment: {' and '.join(given)} are both set; only one may be"])
    if given == [INDEX_VARIABLE]:
        return _parse(environ[INDEX_VARIABLE], INDEX_VARIABLE)
    if given:
        return _parse(_content(Path(environ[INDEX_FILE_VARIABLE])), INDEX_FILE_VARIABLE)
    return local_url(results)


def local_url(results: Path) -> URL:
    return URL.create(DRIVERS["sqlite"], database=str(results.absolute() / LOCAL_FILE))


def shown(url: URL) -> str:
    """The address for messages: no account, no password, no options."""
    where = f"{url.host or ''}:{url.port}" if url.port else url.host or ""
    return f"{url.get_backend_name()}://{where}/{url.database or ''}"


def _content(file: Path) -> str:
    try:
        return file.expanduser().read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "not text"
        raise SettingsError([f"environment: {INDEX_FILE_VARIABLE}: cannot read {file}: {what}"]) from error


def _parse(text: str, source: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise SettingsError([f"{source}: not the URL of a database, such as {_example('mysql')}"]) from None
    backend, _, driver = url.drivername.partition("+")
    known = DRIVERS.get(backend)
    if known is None or (driver and driver != known.partition("+")[2]):
        raise SettingsError([f"{source}: {url.drivername!r} is not allowed; allowed: {', '.join(DRIVERS)}"])
    if "@" in (url.host or ""):
        raise SettingsError([f"{source}: an @ in the password is written %40"])
    if not url.database or url.database == ":memory:":
        raise SettingsError([f"{source}: the database is missing, as in {_example(backend)}"])
    module, remedy = _PACKAGES[known.partition("+")[2]]
    if importlib.util.find_spec(module) is None:
        raise SettingsError([f"{source}: the driver for {backend}, package {module}, is not installed: {remedy}"])
    if backend == "sqlite":
        url = url.set(database=str(Path(url.database).expanduser().absolute()))
    return url.set(drivername=known)


def _example(backend: str) -> str:
    return "sqlite:////folder/index.sqlite" if backend == "sqlite" else f"{backend}://USER:PASSWORD@HOST/DATABASE"
