"""The stack's own certificate authority, its host certificate and its two users.

Keys are RSA with 2048 bits, as grid certificates are: the key type is a good part of what a TLS handshake costs.
Everything expires after two days, which outlives any run.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from harness.command import run
from harness.errors import StackError

ORGANIZATION = "rssbench"
HOST = "localhost"
#: Common names, which are also the names of the identities.
ADMIN, USER = "admin", "user"

_VALID = dt.timedelta(days=2)


@dataclass(frozen=True)
class Identity:
    """Who a client is: PEM files of a certificate and its key."""

    certificate_file: Path
    key_file: Path


@dataclass(frozen=True)
class Certificates:
    """``identities``: host, admin (its default group has SiteManager) and user (its group has not).
    ``ca_directory``: the CA under the name that OpenSSL looks for, ``<subject hash>.0``."""

    ca_file: Path
    ca_directory: Path
    identities: dict[str, Identity]


def distinguished_name(common_name: str) -> str:
    """The subject as DIRAC writes it."""
    return f"/O={ORGANIZATION}/CN={common_name}"


def make_certificates(directory: Path) -> Certificates:
    """Write a new authority and the certificates it signed below ``directory``; keys are the owner's to read.

    The authority's own key is never written: nothing else can be signed. StackError when openssl is missing.
    """
    ca_directory = directory / "certificates"
    directory.mkdir(mode=0o700)
    ca_directory.mkdir()
    names = ("host", ADMIN, USER)
    with ThreadPoolExecutor() as pool:  # key generation is CPU outside the interpreter's lock
        ca_key, *keys = pool.map(lambda _name: _new_key(), ("ca", *names))
    ca = _ca_certificate(ca_key)
    ca_file = directory / "ca.pem"
    ca_file.write_bytes(_pem(ca))
    (ca_directory / f"{_subject_hash(ca_file)}.0").write_bytes(_pem(ca))
    identities = {}
    for name, key in zip(names, keys, strict=True):
        certificate = _signed(HOST if name == "host" else name, key, ca, ca_key)
        identity = Identity(directory / f"{name}.pem", directory / f"{name}-key.pem")
        identity.certificate_file.write_bytes(_pem(certificate))
        _write_private(identity.key_file, key)
        identities[name] = identity
    return Certificates(ca_file, ca_directory, identities)


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _ca_certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = _subject("rssbench CA")
    builder = (
        _unsigned(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
    )
    return builder.sign(key, hashes.SHA256())


def _signed(
    common_name: str, key: rsa.RSAPrivateKey, ca: x509.Certificate, ca_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    builder = (
        _unsigned(_subject(common_name), ca.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]),
            critical=False,
        )
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    )
    if common_name == HOST:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST), address]), critical=False)
    return builder.sign(ca_key, hashes.SHA256())


def _unsigned(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _subject(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not signs_certificates,
        data_encipherment=not signs_certificates,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _subject_hash(ca_file: Path) -> str:
    """OpenSSL's hash of the canonical subject; asked from OpenSSL, whose definition it is."""
    asked = run(["openssl", "x509", "-noout", "-hash", "-in", ca_file], timeout_s=30)
    if asked.returncode != 0:
        raise StackError(f"openssl x509 -hash failed: {asked.stderr.strip()}")
    return asked.stdout.strip()


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_private(path: Path, key: rsa.RSAPrivateKey) -> None:
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
