"""One address for the index: option, variable, file, or beside the runs; no password is told."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from harness.errors import SettingsError
from harness.index.address import index_url, shown

SECRET = "s3cret"
TEAM = f"mysql://team:{SECRET}@db.example.org:3307/rss?ssl_ca=/etc/ca.pem"


def refused(option: str | None, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        index_url(option, environ or {}, Path("results"))
    [mistake] = caught.value.mistakes
    assert SECRET not in mistake
    return mistake


def test_by_default_it_is_a_file_beside_the_runs(tmp_path: Path) -> None:
    assert str(index_url(None, {}, tmp_path)) == f"sqlite+pysqlite:///{tmp_path}/index.sqlite"


def test_the_option_wins_over_the_variable(tmp_path: Path) -> None:
    environ = {"RSSBENCH_INDEX": TEAM}
    assert index_url("postgresql://h/option", environ, tmp_path).database == "option"
    assert index_url(None, environ, tmp_path).database == "rss"


def test_a_file_may_hold_the_url(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f"{TEAM}\n")
    url = index_url(None, {"RSSBENCH_INDEX_FILE": str(file)}, tmp_path)
    assert (url.password, url.port, url.query["ssl_ca"]) == (SECRET, 3307, "/etc/ca.pem")


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("mysql://h/d", "mysql+pymysql"),
        ("mariadb://h/d", "mysql+pymysql"),
        ("mysql+pymysql://h/d", "mysql+pymysql"),
        ("postgresql://h/d", "postgresql+psycopg"),
        ("sqlite:////d", "sqlite+pysqlite"),
    ],
)
def test_a_short_name_is_enough(tmp_path: Path, text: str, driver: str) -> None:
    assert index_url(text, {}, tmp_path).drivername == driver


def test_a_relative_file_is_that_of_the_folder_a_user_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert index_url("sqlite:///mine.sqlite", {}, Path("results")).database == str(tmp_path / "mine.sqlite")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"oracle://u:{SECRET}@h/d", "'oracle' is not allowed; allowed: sqlite, mysql, mariadb, postgresql"),
        (f"mysql+mysqldb://u:{SECRET}@h/d", "'mysql+mysqldb' is not allowed"),
        (f"mysql//u:{SECRET}@h", "not the URL of a database, such as mysql://USER:PASSWORD@HOST/DATABASE"),
        (f"mysql://u:{SECRET}@h:port/d", "not the URL of a database"),
        (f"postgresql://u:{SECRET}@h", "the database is missing, as in postgresql://USER:PASSWORD@HOST/DATABASE"),
        ("sqlite://", "the database is missing, as in sqlite:////folder/index.sqlite"),
        ("sqlite:///:memory:", "the database is missing"),
        (f"mysql://u:x@{SECRET}@h/d", "an @ in the password is written %40"),
    ],
)
@pytest.mark.parametrize("variable", [False, True])
def test_a_wrong_url_is_told_with_what_is_allowed_and_without_itself(
    text: str, told: str, *, variable: bool
) -> None:
    mistake = refused(None, {"RSSBENCH_INDEX": text}) if variable else refused(text)
    assert mistake.startswith("RSSBENCH_INDEX: " if variable else "--index: ")
    assert told in mistake


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    mistake = refused(None, {"RSSBENCH_INDEX_FILE": str(tmp_path / "no")})
    assert mistake == f"environment: RSSBENCH_INDEX_FILE: cannot read {tmp_path}/no: No such file or directory"


def test_two_variables_are_one_too_many() -> None:
    mistake = refused(None, {"RSSBENCH_INDEX": TEAM, "RSSBENCH_INDEX_FILE": "/x"})
    assert mistake == "environment: RSSBENCH_INDEX and RSSBENCH_INDEX_FILE are both set; only one may be"


@pytest.mark.parametrize(
    ("text", "package"),
    [("postgresql://h/d", r"pip install 'psycopg\[binary\]'"), ("mysql://h/d", "pip install pymysql")],
)
def test_a_missing_driver_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, text: str, package: str
) -> None:
    def find_spec(_name: str) -> Any:
        return None

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    with pytest.raises(SettingsError, match=f"the driver for .* is not installed: {package}"):
        index_url(text, {}, Path("results"))


def test_what_is_shown_has_no_account_no_password_and_no_option(tmp_path: Path) -> None:
    assert shown(index_url(TEAM, {}, tmp_path)) == "mysql://db.example.org:3307/rss"
    assert shown(index_url("postgresql://u:p@h/d", {}, tmp_path)) == "postgresql://h/d"
    assert shown(index_url(None, {}, tmp_path)) == f"sqlite:///{tmp_path}/index.sqlite"
