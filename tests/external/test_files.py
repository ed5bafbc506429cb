"""What is wrong with files that a user hands over is told before anything is sent."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harness.external.files import file_problems
from harness.stack.certificates import Certificates, make_certificates

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("files") / "pki")


def problems(made: Certificates, now: dt.datetime = NOW, **other: Path) -> list[tuple[str, str]]:
    user = made.identities["user"]
    files = {"certificate": user.certificate_file, "key": user.key_file, "ca": made.ca_file}
    return list(file_problems(**(files | other), now=now))


def test_good_files_have_no_problem(made: Certificates) -> None:
    assert problems(made) == []


def test_a_key_that_others_can_read_is_refused(made: Certificates, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(made.identities["user"].key_file.read_bytes())
    key.chmod(0o644)
    assert problems(made, key=key) == [("key", f"{key} can be read by others (mode 0644); chmod 600 {key}")]


def test_an_expired_certificate_is_named_with_its_end(made: Certificates) -> None:
    found = dict(problems(made, now=NOW + dt.timedelta(days=4000)))
    assert set(found) == {"certificate", "ca"}
    assert "user.pem expired at 20" in found["certificate"]


def test_a_certificate_of_tomorrow_is_named_with_its_beginning(made: Certificates) -> None:
    assert "is not valid before" in dict(problems(made, now=NOW - dt.timedelta(days=1)))["certificate"]


def test_a_key_of_another_certificate_is_refused(made: Certificates) -> None:
    ((name, text),) = problems(made, key=made.identities["admin"].key_file)
    assert name == "key"
    assert "is not the key of" in text


def test_a_file_that_is_missing_or_no_certificate_is_named(made: Certificates, tmp_path: Path) -> None:
    assert problems(made, ca=tmp_path / "none") == [
        ("ca", f"{tmp_path / 'none'} cannot be read: No such file or directory")
    ]
    (tmp_path / "text").write_text("no certificate")
    assert ("ca", f"{tmp_path / 'text'} holds no certificate in PEM format") in problems(
        made, ca=tmp_path / "text"
    )
