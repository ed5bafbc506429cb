"""The commits of a clone between two others, and which of them can change the RSS: nothing is built."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from harness.builds.clone import Clone
from harness.errors import SettingsError

#: Where the sources of DIRAC stand: since 7.2, and before.
_FOLDERS = ("src/DIRAC", "DIRAC")
#: The RSS, and the servers that load its services by name, so that no import shows them.
_ROOTS = ("ResourceStatusSystem/", "Core/Tornado/", "Core/DISET/")
#: Not imported by what runs.
_ASIDE = ("/test/", "/tests/", "/scripts/")
#: Which packages a build gets.
_DEFINITION = frozenset({"setup.cfg", "setup.py", "pyproject.toml"})

#: DIRAC has no relative imports; of those that span lines, the first one names the module.
_IMPORT_LINE = r"^[[:space:]]*(from DIRAC[A-Za-z0-9_.]* import|import DIRAC)"
_IMPORT = re.compile(r"\s*(?:from (DIRAC[\w.]*) import (.*)|import (DIRAC[\w.]*))")


class RangeCommit(NamedTuple):
    """``touches_rss``: it changes a file of the RSS, one that the RSS imports, directly or not, or one that says
    which packages DIRAC needs."""

    commit: str
    subject: str
    touches_rss: bool


def split_range(text: str) -> tuple[str, str]:
    """``A`` and ``B`` of ``A..B``. SettingsError when it is no such thing."""
    first, dots, last = text.partition("..")
    if not (first and dots and last) or last.startswith(".") or any(ref.startswith("-") for ref in (first, last)):
        raise SettingsError([f"range {text!r} is not allowed; allowed: two commits, tags or branches, as A..B"])
    return first, last


def commits_of_range(clone: Clone, first: str, last: str) -> tuple[RangeCommit, ...]:
    """The commits after ``first`` up to ``last``, oldest first, a merge as one.

    SettingsError when one of them is not there, or no commit lies between them.
    """
    start, end = clone.commit_of(first), clone.commit_of(last)
    line = clone.line_between(start, end)
    if not line:
        reason = "they are the same commit" if start == end else f"{last} is older than {first}"
        raise SettingsError([f"there is no commit in {first}..{last} of {clone.path}: {reason}"])
    relevant = _relevant_files(clone, start) | _relevant_files(clone, end)
    return tuple(
        RangeCommit(commit, subject, any(map(_belongs, files)) or not relevant.isdisjoint(files))
        for commit, subject, files in line
    )


def _belongs(file: str) -> bool:
    """Whether it is of the RSS itself, or says what is installed with it."""
    own = (f"{folder}/{root}" for folder in _FOLDERS for root in _ROOTS)
    return file in _DEFINITION or (file.startswith(tuple(own)) and not any(part in file for part in _ASIDE))


def _relevant_files(clone: Clone, commit: str) -> set[str]:
    """The modules of the RSS in a commit, and all that they import."""
    files = clone.files_below(commit, _FOLDERS)
    imports: dict[str, set[str]] = defaultdict(set)
    for file, line in clone.lines_like(commit, _IMPORT_LINE, _FOLDERS):
        imports[file] |= files & _files_of(file, _modules(line))
    reached: set[str] = set()
    newly = {file for file in files if file.endswith(".py") and _belongs(file)}
    while newly:
        reached |= newly
        newly = {imported for file in newly for imported in imports[file]} - reached
    return reached


def _modules(line: str) -> list[str]:
    """What a line of imports may mean: a module, and each name in case that is one."""
    found = _IMPORT.match(line)
    if found is None:
        return []
    package, names, module = found.groups()
    if module:
        return [module]
    each = (name.split() for name in names.strip("()\\ ").split(","))
    return [package, *(f"{package}.{words[0]}" for words in each if words)]


def _files_of(importing: str, modules: list[str]) -> set[str]:
    """Where modules may stand, beside the file that imports them."""
    top = next(folder for folder in _FOLDERS if importing.startswith(f"{folder}/")).removesuffix("DIRAC")
    paths = (f"{top}{module.replace('.', '/')}" for module in modules)
    return {f"{path}{ending}" for path in paths for ending in (".py", "/__init__.py")}
