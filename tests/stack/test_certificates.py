from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from harness.stack.certificates import Certificates, distinguished_name, make_certificates


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("pki") / "pki")


def openssl(*arguments: str | Path) -> str:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("name", "purpose"),
    [("host", "sslserver"), ("host", "sslclient"), ("admin", "sslclient"), ("user", "sslclient")],
)
def test_openssl_finds_the_authority_by_its_hash_and_accepts_what_it_signed(
    certificates: Certificates, name: str, purpose: str
) -> None:
    certificate = certificates.identities[name].certificate_file
    directory = certificates.ca_directory
    assert "OK" in openssl("verify", "-CApath", directory, "-no-CAfile", "-purpose", purpose, certificate)


def test_the_host_is_localhost_by_name_and_by_address(certificates: Certificates) -> None:
    host = x509.load_pem_x509_certificate(certificates.identities["host"].certificate_file.read_bytes())
    names = host.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_subjects_are_those_of_the_registry(certificates: Certificates) -> None:
    for name, common_name in (("host", "localhost"), ("admin", "admin"), ("user", "user")):
        subject = openssl(
            "x509",
            "-noout",
            "-subject",
            "-nameopt",
            "compat",
            "-in",
            certificates.identities[name].certificate_file,
        )
        assert subject.strip().endswith(distinguished_name(common_name))


def test_keys_can_be_read_by_their_owner_only(certificates: Certificates) -> None:
    folder = certificates.ca_file.parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    keys = [path for path in folder.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
    assert sorted(keys) == sorted(identity.key_file for identity in certificates.identities.values())
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
