"""The newest DIRAC there is: a release of the package index, or a commit of a git repository."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from harness.builds import locks, package_index
from harness.builds.clone import Clone
from harness.builds.source import KEPT_PREFIX, fetching_lock_of
from harness.errors import SettingsError

#: ``https://...``, ``file:///...``, and as ssh has it ``git@host:path``.
_URL = re.compile(r"[a-z][a-z0-9+.-]*://|[^/@]+@[^/:]+:", re.IGNORECASE)


def newest_build(sources: str | None, branch: str, cache_directory: Path, progress: Callable[[str], None]) -> str:
    """The name of the newest release or, with ``sources``, of the newest commit of ``branch`` there.

    ``sources`` is a URL, of which a bare clone is kept in the cache, or a clone, whose remote is asked first if it
    has one. SettingsError when they cannot hold one; BuildError when index or remote cannot be asked.
    """
    if sources is None:
        progress("asking the package index for the newest release of DIRAC")
        return package_index.newest_release()
    if _URL.match(sources):
        clone = _kept_clone(sources, branch, cache_directory, progress)
    else:
        clone = _own_clone(Path(sources).expanduser().absolute())
        progress(f"asking git for the newest commit of {branch} in {clone.path}")
        clone.fetch()
    return f"{clone.path}@{clone.newest_of(branch)}"


def _kept_clone(url: str, branch: str, cache_directory: Path, progress: Callable[[str], None]) -> Clone:
    address = urlsplit(url)
    if address.password is not None or (address.scheme.startswith("http") and address.username is not None):
        mistake = "sources: a URL with a name, token or password is not allowed, for others could see it"
        raise SettingsError([f"{mistake}; git has credential helpers for that"])
    progress(f"fetching {branch} of {url}")
    kept = cache_directory / f"{KEPT_PREFIX}{hashlib.sha256(url.encode()).hexdigest()[:12]}.git"
    cache_directory.mkdir(parents=True, exist_ok=True)
    with locks.changing(fetching_lock_of(kept), lambda: progress("waiting for another run that fetches")):
        clone = Clone.around(kept, kept)
        clone.fetch_branch(url, branch)
        kept.touch()
        return clone


def _own_clone(path: Path) -> Clone:
    clone = Clone.at(path) if path.is_dir() else None
    if clone is None:
        raise SettingsError([f"sources: {path} is no git clone; allowed: a clone's folder, or a URL"])
    return clone
