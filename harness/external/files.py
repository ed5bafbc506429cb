"""The certificate, key and authority that a user hands over: what can be said of them before anything is sent."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509


def file_problems(certificate: Path, key: Path, ca: Path, now: dt.datetime) -> Iterator[tuple[str, str]]:
    """What is wrong, by the setting that has to change: ``certificate``, ``key`` or ``ca``."""
    unreadable = False
    for name, file in (("certificate", certificate), ("key", key), ("ca", ca)):
        try:
            file.read_bytes()
        except OSError as error:
            unreadable = True
            yield name, f"{file} cannot be read: {error.strerror}"
    if unreadable:
        return
    mode = key.stat().st_mode & 0o777
    if mode & 0o077:
        yield "key", f"{key} can be read by others (mode {mode:04o}); chmod 600 {key}"
    yield from _validity_problems("certificate", certificate, now)
    yield from _validity_problems("ca", ca, now)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # a key with a passphrase would ask the terminal for it
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError) as error:
        yield "key", f"{key} is not the key of {certificate}, or has a passphrase: {error}"


def _validity_problems(name: str, file: Path, now: dt.datetime) -> Iterator[tuple[str, str]]:
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError:
        yield name, f"{file} holds no certificate in PEM format"
        return
    for one in found[:1]:
        if one.not_valid_after_utc < now:
            yield name, f"the certificate in {file} expired at {one.not_valid_after_utc:%Y-%m-%d %H:%M:%S} UTC"
        elif one.not_valid_before_utc > now:
            yield (
                name,
                f"the certificate in {file} is not valid before {one.not_valid_before_utc:%Y-%m-%d %H:%M:%S} UTC",
            )
