"""What a build is made from: a release of the index, or a snapshot of sources that is known by its git tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.builds.clone import Clone
from harness.builds.locks import temporary_directory
from harness.builds.spec import BuildSpec, Release, SourceFolder
from harness.errors import SettingsError
from harness.model import BuildKind

#: Of a folder below the cache that holds a snapshot while it is installed.
SNAPSHOT_PREFIX = "snapshot-"

#: Of a folder below the cache that holds what was fetched from a URL. Its time says when that was.
KEPT_PREFIX = "sources-"

_PACKAGE = ("src/DIRAC/__init__.py", "DIRAC/__init__.py")
#: ``[v9.1.22]``, and until 8.0 ``[v7r3p38]``
_NOTED_RELEASE = re.compile(r"^\[v(\d+)[.r](\d+)[.p](\d+)((?:a|b|rc)\d+)?\]", re.MULTILINE)
_DEFINITION = ("setup.cfg", "setup.py", "pyproject.toml")


@dataclass(frozen=True)
class Source:
    """``content`` is the same for the same files. ``day`` is None where only the index knows it."""

    kind: BuildKind
    content: str
    version: str
    commit: str | None
    tree: str | None
    day: datetime | None
    _clone: Clone | None = None
    _snapshot: Path | None = None

    def write_out(self) -> Path | None:
        """The files of a snapshot, in a folder that goes away with it; None for a release."""
        if self._clone is None or self._snapshot is None or self.tree is None:
            return None
        files = self._snapshot / "files"
        self._clone.write_out(self.tree, self._snapshot / "written.index", files)
        return files


def fetching_lock_of(kept: Path) -> Path:
    """Held alone by who fetches into a folder that begins with :data:`KEPT_PREFIX`."""
    return kept.with_suffix(".fetching")


def check_build(spec: BuildSpec) -> None:
    """SettingsError when a folder holds no DIRAC or a ref is not there. Asks no index, stores no file."""
    if isinstance(spec.content, SourceFolder):
        if (ref := spec.content.ref) is not None:
            _commit(spec, spec.content, ref)
        else:
            _check_folder(spec, spec.content.path)


@contextmanager
def opened_source(spec: BuildSpec, cache_directory: Path) -> Iterator[Source]:
    """The source of a build, as it is now: what changes in a folder from here on changes nothing."""
    content = spec.content
    if isinstance(content, Release):
        yield Source("release", content.version, content.version, None, None, None)
        return
    with temporary_directory(cache_directory, SNAPSHOT_PREFIX) as snapshot:
        if content.ref is not None:
            yield _committed(spec, content, content.ref, snapshot)
        else:
            yield _working_tree(spec, content.path, snapshot)


def _committed(spec: BuildSpec, content: SourceFolder, ref: str, snapshot: Path) -> Source:
    clone, commit = _commit(spec, content, ref)
    tree = clone.tree_of(commit)
    version = clone.described(commit) or _declared_version(clone, tree) or f"0+g{commit[:10]}"
    return Source("commit", tree, version, commit, tree, clone.committed_at(commit), clone, snapshot)


def _working_tree(spec: BuildSpec, path: Path, snapshot: Path) -> Source:
    _check_folder(spec, path)
    clone = Clone.at(path)
    head = clone.head() if clone else None
    clone = clone or Clone.around(path, snapshot / "repository")
    tree = clone.add_working_tree(snapshot / "index", snapshot / "objects")
    _check_names(spec, str(path), clone.files_of(tree, (*_PACKAGE, *_DEFINITION)))
    version = (clone.described(head) if head else None) or _declared_version(clone, tree) or "0+unknown"
    day = clone.committed_at(head) if head else datetime.now(UTC)
    return Source("working tree", tree, version, head, tree, day, clone, snapshot)


def _commit(spec: BuildSpec, content: SourceFolder, ref: str) -> tuple[Clone, str]:
    """The clone and the id of a commit that holds a DIRAC."""
    clone = Clone.at(content.path)
    if clone is None:
        raise SettingsError([f"build {spec.name!r}: {content.path} is not a git clone, so it has no {ref!r}"])
    try:
        commit = clone.commit_of(ref)
    except SettingsError as error:
        raise SettingsError([f"build {spec.name!r}: {error}"]) from None
    found = clone.files_of(clone.tree_of(commit), (*_PACKAGE, *_DEFINITION))
    _check_names(spec, f"{ref} of {content.path}", found)
    return clone, commit


def _check_folder(spec: BuildSpec, path: Path) -> None:
    found = {name for name in (*_PACKAGE, *_DEFINITION) if (path / name).exists()}
    if not found and (clone := Clone.at(path)) and clone.work_tree is None:
        raise SettingsError([f"build {spec.name!r}: {path} is a bare clone; name a commit of it with @REF"])
    _check_names(spec, str(path), found)


def _check_names(spec: BuildSpec, where: str, found: set[str]) -> None:
    if not found.intersection(_PACKAGE):
        raise SettingsError([f"build {spec.name!r}: {where} is no DIRAC: it has no {_PACKAGE[0]}"])
    if not found.intersection(_DEFINITION):
        wanted = " or ".join(_DEFINITION)
        raise SettingsError([f"build {spec.name!r}: {where} cannot be installed: it has no {wanted}"])


def _declared_version(clone: Clone, tree: str) -> str | None:
    """Of a published source distribution; else the last release in its notes, for clones without their tags."""
    found = re.search(r"^Version: *(\S+)$", clone.text_of(tree, "PKG-INFO") or "", re.MULTILINE)
    if found:
        return found[1]
    noted = _NOTED_RELEASE.search(clone.text_of(tree, "release.notes") or "")
    return f"{noted[1]}.{noted[2]}.{noted[3]}{noted[4] or ''}+{tree[:10]}" if noted else None
