"""Keeping the index true to the files: one run when it ends, all runs of a folder when asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from harness.errors import RssbenchError
from harness.index.address import index_url
from harness.index.contents import KnownRun, known_runs, put_record, remove_run
from harness.index.database import Index, IndexBroken, opened_index, set_aside_local_file
from harness.index.listing import ListedRun, list_runs
from harness.index.records import kinds_in, modified, read_record
from harness.store import ResultKind


@dataclass
class Changes:
    """What an update did. ``skipped``: one message per file that is there and could not be read."""

    indexed: int = 0
    unchanged: int = 0
    gone: int = 0
    skipped: list[str] = field(default_factory=list)


def index_finished_run(directory: Path, environ: Mapping[str, str]) -> str | None:
    """Index the results in ``directory``, where the variables say or else in a file beside it.

    Never raises, for the run is finished and on disk: what went wrong is returned as a warning with what to do;
    None when all is well.
    """
    try:
        index_run(directory, index_url(None, environ, directory.absolute().parent))
    except Exception as error:  # noqa: BLE001 - a driver may raise anything, and no index is worth a finished run
        return f"{directory.name} is stored but not indexed: {error}. `rssbench runs rebuild` adds it later"
    return None


def index_run(directory: Path, url: URL) -> None:
    """Index the results in one folder. RssbenchError when they cannot be read, or the index cannot be used."""
    with opened_index(url) as index:
        for kind in kinds_in(directory):
            put_record(index, read_record(kind, directory))


def rebuild_index(url: URL, results: Path) -> Changes:
    """Index every run in ``results`` from its files. A local index whose file is damaged is set aside before.

    RssbenchError when the folder or the index cannot be used.
    """
    try:
        with opened_index(url) as index:
            return update_index(index, results, again=True)
    except IndexBroken:
        set_aside_local_file(url)
    with opened_index(url) as index:
        return update_index(index, results, again=True)


def indexed_runs(  # noqa: PLR0913  where, which, who is told
    url: URL,
    results: Path,
    *,
    limit: int,
    build: str | None,
    ending: str | None = None,
    warn: Callable[[str], None],
) -> list[ListedRun]:
    """The newest runs, chosen as :func:`list_runs` does. A local index is brought up to date before; what hinders
    that is told to ``warn``.

    RssbenchError when the index cannot be read.
    """
    with opened_index(url) as index:
        bring_up_to_date(index, results, warn)
        return list_runs(index, limit=limit, build=build, ending=ending)


def bring_up_to_date(index: Index, results: Path, warn: Callable[[str], None]) -> None:
    """A local index, from the files; what hinders that is told to ``warn``. A shared one is left alone."""
    if index.shared:
        return
    try:
        for message in update_index(index, results).skipped:
            warn(f"skipped: {message}")
    except RssbenchError as error:
        warn(f"the list may be old: {error}")


def update_index(index: Index, results: Path, *, again: bool = False) -> Changes:
    """Index what is new or changed in ``results`` (everything, if ``again``); remove what is gone from there.

    RssbenchError when the folder or the index cannot be used.
    """
    changes = Changes()
    known = [run for run in known_runs(index, results) if not run.files_gone]
    here = defaultdict(list)  # several, when a later run was written into the folder of an earlier one
    for run in known:
        here[run.directory, run.kind].append(run)
    present: set[str] = set()
    for directory in _folders(results):
        for kind in kinds_in(directory):
            earlier = here[directory, kind.name]
            unchanged = None if again else _unchanged(kind, directory, earlier)
            if unchanged:
                changes.unchanged += 1
                present.add(unchanged.identity)
            else:
                present |= _index(index, kind, directory, changes) or {run.identity for run in earlier}
    for run in known:
        if run.identity not in present:
            remove_run(index, run.identity)
            changes.gone += 1
    return changes


def _unchanged(kind: ResultKind[Any], directory: Path, earlier: list[KnownRun]) -> KnownRun | None:
    modified_ns = modified(kind, directory)
    return next((run for run in earlier if run.modified_ns == modified_ns), None)


def _index(index: Index, kind: ResultKind[Any], directory: Path, changes: Changes) -> set[str]:
    """The identity of the run, or none when its file cannot be read."""
    try:
        record = read_record(kind, directory)
    except RssbenchError as error:
        changes.skipped.append(str(error))
        return set()
    put_record(index, record)
    changes.indexed += 1
    return {record.identity}


def _folders(results: Path) -> list[Path]:
    try:
        return sorted(entry for entry in results.resolve(strict=True).iterdir() if entry.is_dir())
    except OSError as error:
        raise RssbenchError(f"cannot read the runs in {results}: {error.strerror}") from error
