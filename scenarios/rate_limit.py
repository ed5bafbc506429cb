"""A limit that cannot be exceeded: no more than so many requests in any second, however they are due."""

from __future__ import annotations

from collections import deque

_SECOND_NS = 1_000_000_000


def share_of_worker(per_s: int, worker: int, workers: int) -> int:
    """Of a limit for all workers together; the shares add up to it. ValueError when there is none for each."""
    if per_s < workers:
        raise ValueError(f"a limit of {per_s} requests/s cannot be shared by {workers} workers")
    return per_s // workers + (worker < per_s % workers)


class RateLimit:
    """A bucket of ``per_s`` tokens; each comes back one second after it was taken, no sooner.

    A bucket that fills evenly would let twice as many through in the second after a pause.
    """

    def __init__(self, per_s: int) -> None:
        if per_s < 1:
            raise ValueError("a rate limit is at least one request per second")
        self._taken_ns: deque[int] = deque(maxlen=per_s)

    def take(self, now_ns: int) -> int:
        """0 when a request may be sent at this instant, which then counts; else the instant to ask again."""
        if len(self._taken_ns) == self._taken_ns.maxlen and now_ns - self._taken_ns[0] <= _SECOND_NS:
            return self._taken_ns[0] + _SECOND_NS + 1
        self._taken_ns.append(now_ns)
        return 0
