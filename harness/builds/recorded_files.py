"""The files of DIRAC itself in an environment, against the hashes that their distribution records."""

from __future__ import annotations

import base64
import csv
import email
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

#: Distributions that are DIRAC's own code.
OWN_PACKAGES = ("DIRAC", "DIRACCommon")


def site_packages(environment: Path) -> Path:
    """Where the packages of an environment are."""
    return next(environment.glob("lib/python*/site-packages"), environment / "lib")


def declared_requirements(environment: Path) -> list[str]:
    """What the installed DIRAC says it needs."""
    (metadata,) = (folder / "METADATA" for folder in _metadata(environment, "DIRAC"))
    return email.message_from_string(metadata.read_text()).get_all("Requires-Dist") or []


def own_copies(environment: Path) -> None:
    """Make DIRAC's files ours: uv links them from its cache, where an edit would change what it installs next."""
    for file, _hash in _recorded(environment):
        if file.stat().st_nlink > 1:
            copy = file.with_name(f"{file.name}.copy")
            shutil.copy2(file, copy)
            copy.rename(file)


def record_digest(environment: Path) -> str:
    """A digest of the records themselves, so that they cannot be changed together with a file."""
    digest = hashlib.sha256()
    for folder in _own_metadata(environment):
        digest.update((folder / "RECORD").read_bytes())
    return digest.hexdigest()


def are_intact(environment: Path) -> bool:
    """Whether DIRAC's files are those that were installed: none changed, missing or added. About 0.1 s."""
    recorded = {}
    for file, expected in _recorded(environment):
        try:
            content = file.read_bytes()
        except OSError:
            return False
        if base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode() != expected:
            return False
        recorded[file] = expected
    site = site_packages(environment)
    present = (file for name in OWN_PACKAGES for file in (site / name).rglob("*.py"))
    return bool(recorded) and all(file in recorded for file in present)


def _recorded(environment: Path) -> Iterator[tuple[Path, str]]:
    """Every file of DIRAC with its recorded sha256; what pip writes into ``bin`` is not DIRAC's."""
    site = site_packages(environment)
    for folder in _own_metadata(environment):
        with (folder / "RECORD").open(newline="") as record:
            for name, digest, _size in csv.reader(record):
                if digest.startswith("sha256=") and not name.startswith("../"):
                    yield site / name, digest.removeprefix("sha256=")


def _own_metadata(environment: Path) -> list[Path]:
    return [folder for name in OWN_PACKAGES for folder in _metadata(environment, name)]


def _metadata(environment: Path, name: str) -> list[Path]:
    """The metadata folder of a distribution, in a list that is empty when it is not installed."""
    wanted = f"{name.lower()}-"
    return sorted(
        folder
        for folder in site_packages(environment).glob("*.dist-info")
        if folder.name.lower().startswith(wanted)
    )
