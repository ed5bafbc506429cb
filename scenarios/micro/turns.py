"""Taking turns with the other side: one benchmark runs at a time, and both share what disturbs the machine."""

import socket
import time

#: Stands in place of the name of a benchmark that goes on.
GOES_ON = "goes on"

#: How long a turn lasts at least, in wall time; it ends between two rounds.
TURN_S = 0.002

_now_s = time.perf_counter


class Turns:
    """``address``: a UNIX socket of the harness; ``side`` says who we are."""

    def __init__(self, address, side):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(address)
        self._answers = self._socket.makefile("r")
        self._say(side)
        self._ends_s = 0.0

    def wait_for(self, benchmark):
        """Say what comes next, which also ends the turn before, and wait until it may. EOFError when the harness
        is gone."""
        self._say(benchmark)
        if not self._answers.readline():
            raise EOFError("the harness is gone")
        self._ends_s = _now_s() + TURN_S

    def in_turns(self, work):
        """``work``, which may be called when it is our turn."""

        def called(*arguments, **options):
            if _now_s() > self._ends_s:
                self.wait_for(GOES_ON)
            return work(*arguments, **options)

        return called

    def _say(self, text):
        self._socket.sendall(f"{text}\n".encode())
