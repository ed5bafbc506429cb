"""The first signal to end, as an exception and as a flag."""

from __future__ import annotations

import signal

#: Handled even where they are ignored at the start, as in the background of a shell script.
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Raises ``exception`` where the program stands at the first signal, and at :meth:`check`.

    Python drops an exception that a signal raises inside a finaliser, so whoever works on for long looks here.
    Later signals, such as make's to its children, do not disturb the end.
    """

    def __init__(self, exception: type[BaseException] = KeyboardInterrupt) -> None:
        self._exception = exception
        self._came = False
        for number in ENDING_SIGNALS:
            signal.signal(number, self._end)

    def check(self) -> None:
        """Raise what the signal raised, in case it was lost."""
        if self._came:
            raise self._exception

    def _end(self, _number: int, _frame: object) -> None:
        self._came = True
        for number in ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise self._exception
