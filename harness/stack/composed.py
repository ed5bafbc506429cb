"""The files of a stack that ``docker/compose.yaml`` runs, and that stack as the harness sees it from inside.

The containers share one folder. Whoever has made the files puts ``ready`` there last; the others wait for it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.dataset.installation import installation_of
from harness.dataset.profiles import Profile
from harness.errors import StackError
from harness.stack.certificates import Certificates, Identity, make_certificates
from harness.stack.configuration import SERVICES, ServiceSettings, dirac_cfg
from harness.stack.database import (
    DatabaseAddress,
    Passwords,
    accounts_sql,
    server_options,
    wait_for_database,
)
from harness.stack.filling import empty_tables
from harness.stack.front_doors import Ports
from harness.stack.lifecycle import Stack
from harness.stack.private_file import write_private
from harness.stack.processes import Processes
from harness.stack.releases import series_of

#: Names and ports inside the network of compose.yaml, and where the database has its data there.
DATABASE_HOST, DATABASE_PORT = "database", 3306
SERVICE_PORT = 8443
DATA = Path("/data")

_READY, _PASSWORDS = "ready", "passwords.json"


#: Its containers belong to whoever composed them, not to us.
_MARK = "composed"


def composed_stack(folder: Path, release: str, profile: Profile, seed: int) -> Stack:
    """That stack, with its data set as it was loaded, made at the first call. ``folder``: the shared one.

    StackError when its files are not there, or it does not answer.
    """
    if not (folder / _READY).exists():
        raise StackError(f"{folder} has no files of a stack: the container files makes them")
    suite, dirac = _addresses(msgspec.json.decode((folder / _PASSWORDS).read_bytes(), type=Passwords))
    certificates = _certificates(folder / "pki")
    settings = _settings(release, profile, certificates, dirac)
    ports: Ports = {"https": settings.ports}
    stack = Stack(folder, _MARK, ports, folder / "logs", lambda: None, Processes(_MARK))
    stack.profile, stack.certificates, stack.database = profile, certificates, suite
    stack.settings["https"] = settings
    stack.database_version = wait_for_database(suite, stack.check)
    stack.wait_for_services()
    empty_tables(suite)
    stack.load(seed)
    return stack


def make_files(folder: Path, release: str, profile: Profile) -> None:
    """Everything that the containers read; nothing when it is there. StackError when DIRAC is too old."""
    if (folder / _READY).exists():
        return
    passwords = Passwords()
    suite, dirac = _addresses(passwords)
    write_private(folder / _PASSWORDS, msgspec.json.encode(passwords).decode())
    certificates = make_certificates(folder / "pki")
    write_private(folder / "accounts.sql", accounts_sql(suite, dirac, ("%",)))
    (folder / "database.options").write_text("\n".join(server_options(DATA, suite, "0.0.0.0")) + "\n")  # noqa: S104
    etc = folder / "dirac" / "etc"
    etc.mkdir(parents=True)
    write_private(etc / "dirac.cfg", dirac_cfg(_settings(release, profile, certificates, dirac)))
    (folder / _READY).touch()


def _addresses(passwords: Passwords) -> tuple[DatabaseAddress, DatabaseAddress]:
    """Of the suite's account and of the services' own."""
    socket = DATA / "database.sock"
    suite = DatabaseAddress(DATABASE_HOST, DATABASE_PORT, "suite", passwords.suite, socket)
    return suite, DatabaseAddress(DATABASE_HOST, DATABASE_PORT, "dirac", passwords.dirac, socket)


def _certificates(folder: Path) -> Certificates:
    names = ("host", "admin", "user")
    identities = {name: Identity(folder / f"{name}.pem", folder / f"{name}-key.pem") for name in names}
    return Certificates(folder / "ca.pem", folder / "certificates", identities)


def _settings(
    release: str, profile: Profile, certificates: Certificates, account: DatabaseAddress
) -> ServiceSettings:
    series = series_of(release)
    if "https" not in series.front_doors:
        raise StackError(f"DIRAC {release} has no services over https, which compose.yaml runs")
    ports = dict.fromkeys(SERVICES, SERVICE_PORT)
    return ServiceSettings(series, "https", ports, certificates, account, installation_of(profile))
