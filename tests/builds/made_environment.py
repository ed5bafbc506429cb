"""What a finished installation leaves, without installing: an interpreter, DIRAC, metadata folders, the marker."""

from __future__ import annotations

import base64
import hashlib
import platform
from datetime import UTC, datetime
from pathlib import Path

from harness.builds.cache import Installed, environment_key, write_marker
from harness.builds.dependency_sets import kept_today
from harness.builds.recorded_files import record_digest

RELEASE = "9.1.22"


def key_of(cache: Path, release: str = RELEASE) -> str:
    return environment_key(release, "today", kept_today(cache))


def make_environment(
    cache: Path, packages: dict[str, str] | None = None, *, key: str | None = None, release: str = RELEASE
) -> Path:
    """An environment that counts as complete and intact."""
    packages = {"dirac": release, "typing_extensions": "4.1"} if packages is None else packages
    directory = cache / (key or key_of(cache, release))
    site = directory / "lib" / "python3.11" / "site-packages"
    (site / "DIRAC" / "Core").mkdir(parents=True)
    for name, version in packages.items():
        (site / f"{name}-{version}.dist-info").mkdir()
    lines = []
    for name in ("DIRAC/__init__.py", "DIRAC/Core/Defaults.py"):
        content = f"name = {name!r}\n".encode()
        (site / name).write_bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}")
    lines += ["../../../bin/dirac-service,sha256=abc,1", f"dirac-{release}.dist-info/RECORD,,"]
    (site / f"dirac-{release}.dist-info" / "RECORD").write_text("\n".join(lines))
    (directory / "bin").mkdir()
    (directory / "bin" / "python").touch()
    (directory / "pyvenv.cfg").touch()
    installed = Installed(
        name=release,
        dirac_version=release,
        dependency_set="today",
        packages_before=datetime(2026, 11, 20, tzinfo=UTC),
        python_version=platform.python_version(),
        packages=packages,
        record_digest=record_digest(directory),
        choice_digest="chosen",
    )
    write_marker(directory, installed)
    return directory
