"""What can go wrong, by what it means for the user: docs/guide.md has the exit codes."""

from __future__ import annotations


class RssbenchError(Exception):
    """Something a user must hear about: what happened, where, and what to do. Exit code 4."""


class StackError(RssbenchError):
    """A part of the stack did not start, stopped answering or died."""


class NotComparableError(RssbenchError):
    """Of two builds the contender cannot be measured beside the baseline: it does not start, has other rows, or
    does not have what was asked about."""


class BuildError(RssbenchError):
    """A build could not be found, installed or verified."""


class SettingsError(RssbenchError):
    """Wrong settings, all of them at once: one line each. Exit code 2."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
