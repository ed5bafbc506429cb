"""Questions to git about a clone. It is never written to, but for what its remote has on request: what a working
tree adds is stored elsewhere."""

from __future__ import annotations

import difflib
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness import command
from harness.errors import BuildError, SettingsError

_TIMEOUT_S = 120.0
#: DIRAC with its history comes in a minute where the network is good.
_FETCH_TIMEOUT_S = 900.0
#: Hooks and monitors of the user's have no part in this; names of files come as they are.
_SETTINGS = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "core.quotePath=false")
_PLAIN = tuple(argument for setting in _SETTINGS for argument in ("-c", setting))
_VARIABLES = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
_RELEASE_TAG = re.compile(r"v?([0-9]+\.[0-9]+\.[0-9]+(?:(?:a|b|rc)[0-9]+)?)-([0-9]+)-(g[0-9a-f]+)")


class Clone:
    """The git repository whose top is ``path``. ``work_tree`` is None for a bare one."""

    def __init__(self, path: Path, git_directory: Path, work_tree: Path | None) -> None:
        self.path = path
        self.work_tree = work_tree
        self._git_directory = git_directory
        self._variables: dict[str, str] = {}

    @classmethod
    def at(cls, path: Path) -> Clone | None:
        """The clone there; None when ``path`` is not the top of one. BuildError when git refuses to look."""
        found = _git("-C", path, "rev-parse", "--is-inside-work-tree", "--absolute-git-dir")
        if found.returncode != 0:
            if "not a git repository" in found.stderr:
                return None
            raise BuildError(f"git cannot read {path}: {found.stderr.strip()}")
        inside, git_directory = found.stdout.splitlines()
        if inside == "false":
            return cls(path, path, None) if Path(git_directory) == path else None
        top = _git("-C", path, "rev-parse", "--show-prefix").stdout.strip() == ""
        return cls(path, Path(git_directory), path) if top else None

    @classmethod
    def around(cls, folder: Path, git_directory: Path) -> Clone:
        """A new repository at ``git_directory`` for a folder that has none."""
        made = _git("init", "--quiet", "--bare", git_directory)
        if made.returncode != 0:
            raise BuildError(f"git cannot make {git_directory}: {made.stderr.strip()}")
        return cls(folder, git_directory, folder)

    def fetch(self) -> None:
        """Bring what its remote has by now; a clone without one is left as it is. BuildError in git's words."""
        if (remote := self._remote()) is not None:
            self._bring(remote)

    def fetch_branch(self, url: str, branch: str) -> None:
        """Bring a branch of ``url``, with its tags, as it is there now. BuildError in git's words; what is here
        stays then."""
        self._bring(url, f"+refs/heads/{branch}:refs/heads/{branch}")

    def newest_of(self, branch: str) -> str:
        """The last commit of a branch, of its remote where it has one. SettingsError names others."""
        remote = self._remote()
        return self.commit_of(f"heads/{branch}" if remote is None else f"remotes/{remote}/{branch}")

    def commit_of(self, ref: str) -> str:
        """The full id of a commit, tag or branch. SettingsError names refs that are spelt alike."""
        found = self._ask("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if found is None:
            raise SettingsError([f"{self.path} has no commit, tag or branch {ref!r}{self._near(ref)}"])
        return found

    def head(self) -> str | None:
        """The commit that is checked out; None before the first one."""
        return self._ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")

    def tree_of(self, commit: str) -> str:
        return self._must("rev-parse", f"{commit}^{{tree}}")

    def folder_of(self, commit: str, name: str) -> str | None:
        """The tree of a folder in a commit; None when it has none of that name."""
        return self._ask("rev-parse", "--verify", "--quiet", f"{commit}:{name}")

    def committed_at(self, commit: str) -> datetime:
        return datetime.fromtimestamp(int(self._must("log", "-1", "--format=%ct", commit)), UTC)

    def described(self, commit: str) -> str | None:
        """The version by the nearest tag of a release: ``9.1.22``, or ``9.1.22+5.gabc`` five commits after it."""
        matches = [f"--match={prefix}[0-9]*.[0-9]*.[0-9]*" for prefix in ("v", "")]
        found = _RELEASE_TAG.fullmatch(self._ask("describe", "--tags", "--long", *matches, commit) or "")
        if found is None:
            return None
        tag, distance, short = found.groups()
        return tag if distance == "0" else f"{tag}+{distance}.{short}"

    def line_between(self, first: str, last: str) -> list[tuple[str, str, frozenset[str]]]:
        """Id, subject and changed files of every commit after ``first`` up to ``last``, oldest first. A merge is
        one commit, with all that it brought: the line is that of the branch."""
        # \x01 begins a commit, \x00 its subject; then a file a line
        order = ("--first-parent", "--reverse", "-m", "--name-only", "--no-renames", "--format=%x01%H%x00%s")
        text = self._must("log", *order, f"{first}..{last}")
        found = []
        for entry in text.split("\x01")[1:]:
            heading, *files = entry.split("\n")
            commit, _, subject = heading.partition("\x00")
            found.append((commit, subject, frozenset(filter(None, files))))
        return found

    def authored(self, commits: Sequence[str]) -> dict[str, tuple[str, str]]:
        """When each was written, ISO 8601, and its subject."""
        text = self._must("show", "--no-patch", "--format=%H%x00%aI%x00%s", *commits)
        fields = (line.split("\x00", 2) for line in text.split("\n"))
        return {commit: (date, subject) for commit, date, subject in fields}

    def common_ancestor(self, first: str, last: str) -> str | None:
        return self._ask("merge-base", first, last)

    def files_below(self, commit: str, folders: tuple[str, ...]) -> set[str]:
        """All files of a commit in these folders, at any depth."""
        return set(self._must("ls-tree", "-r", "--name-only", commit, "--", *folders).splitlines())

    def lines_like(self, commit: str, pattern: str, folders: tuple[str, ...]) -> list[tuple[str, str]]:
        """File and text of every line that an extended regular expression matches."""
        text = self._ask("grep", "-I", "--extended-regexp", "--no-color", "-e", pattern, commit, "--", *folders)
        lines = (line.removeprefix(f"{commit}:").partition(":") for line in (text or "").splitlines())
        return [(file, line) for file, _, line in lines]

    def files_of(self, tree: str, names: tuple[str, ...]) -> set[str]:
        """Which of these files stand in a tree."""
        return set(self._must("ls-tree", "--name-only", tree, "--", *names).splitlines())

    def text_of(self, tree: str, name: str) -> str | None:
        return self._ask("cat-file", "blob", f"{tree}:{name}")

    def add_working_tree(self, index: Path, objects: Path) -> str:
        """The tree of the files as they are, changed and untracked ones included, ignored ones left out.

        What git must store for it goes to ``objects``, which :meth:`write_out` then reads too.
        """
        if (existing := self._git_directory / "index").exists():
            shutil.copy2(existing, index)  # git then reads only what changed since
        theirs = self._must("rev-parse", "--path-format=absolute", "--git-path", "objects")
        objects.mkdir()
        self._variables = {
            "GIT_INDEX_FILE": str(index),
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": theirs,
        }
        self._must("add", "--all", "--", ".", files=self.work_tree)
        return self._must("write-tree")

    def write_out(self, tree: str, index: Path, directory: Path) -> None:
        """The files of a tree, into a new ``directory``."""
        directory.mkdir()
        self._variables["GIT_INDEX_FILE"] = str(index)
        self._must("read-tree", tree)
        self._must("checkout-index", "--all", files=directory)

    def _near(self, ref: str) -> str:
        """Refs that may have been meant, as the end of a message."""
        known = (self._ask("for-each-ref", "--format=%(refname:short)") or "").splitlines()
        same_end = [name for name in known if name.endswith(f"/{ref}")]
        near = dict.fromkeys([*same_end, *difflib.get_close_matches(ref, known, n=3)])
        if near:
            return f"; there is {', '.join(near)}"
        return f"; it has {len(known)} tags and branches, such as {', '.join(known[-3:])}" if known else ""

    def _remote(self) -> str | None:
        """``origin``, else the first one."""
        remotes = (self._ask("remote") or "").split()
        return "origin" if "origin" in remotes else next(iter(remotes), None)

    def _bring(self, *what: str) -> None:
        done = _git(
            f"--git-dir={self._git_directory}", "fetch", "--quiet", "--", *what, timeout_s=_FETCH_TIMEOUT_S
        )
        if done.returncode != 0:
            said = " ".join(done.stderr.split())
            raise BuildError(f"git cannot fetch {what[0]} into {self.path}: {said}; check network, URL and branch")

    def _must(self, *arguments: str, files: Path | None = None) -> str:
        """What git answers. BuildError with its own words when it fails."""
        done = self._run(arguments, files)
        if done.returncode != 0:
            raise BuildError(f"git {arguments[0]} failed in {self.path}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _ask(self, *arguments: str) -> str | None:
        """What git answers; None when it has no answer."""
        done = self._run(arguments, None)
        return done.stdout.strip() if done.returncode == 0 else None

    def _run(self, arguments: tuple[str, ...], files: Path | None) -> command.Finished:
        where: list[str | Path] = [f"--git-dir={self._git_directory}"]
        if files is not None:
            where = ["-C", files, *where, f"--work-tree={files}"]
        return _git(*where, *arguments, variables=self._variables)


def _git(
    *arguments: str | Path, variables: Mapping[str, str] | None = None, timeout_s: float = _TIMEOUT_S
) -> command.Finished:
    """Run git in its own words (English), as if it were not called from a hook of another repository. It never
    asks for a password."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return command.run(
        ["git", *_PLAIN, *arguments],
        timeout_s=timeout_s,
        environment=inherited | _VARIABLES | dict(variables or {}),
    )
