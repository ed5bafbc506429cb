"""A known share of CPU more per request, as real code in a commit.

After each request its thread spins for that share of the CPU that it used, and of what the rest of the service
needs for a request. The spin itself costs some CPU beyond its share.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.selftest.changed_clone import branch_with

#: Below the sources, and what stands there once.
HANDLER = "DIRAC/Core/Tornado/Server/private/BaseRequestHandler.py"
CALL = "            return self.methodObj(*args, **kwargs)\n"
#: What a request costs the service outside of its method: TLS, HTTP, JSON, log. Measured: 2.4 ms of 3.5 ms.
_REST_NS = 2_400_000
_SLOWER_CALL = """\
            from time import thread_time_ns
            began = thread_time_ns()
            try:
                return self.methodObj(*args, **kwargs)
            finally:
                ended = thread_time_ns()
                until = ended + {share} * ({rest_ns} + ended - began)
                while thread_time_ns() < until:
                    pass
"""


@dataclass(frozen=True)
class Slowdown:
    """``name``: of its branch, and of the folder of its pairs. A share of 0 is a comment: nothing that runs."""

    name: str
    share: float


EQUAL = Slowdown("equal", 0.0)

#: Two equal builds first, then the slower ones by size.
SLOWDOWNS = (EQUAL, *(Slowdown(f"slower-{percent}", percent / 100) for percent in (1, 2, 5, 10)))


def slower_call(slowdown: Slowdown) -> str:
    """What stands in place of CALL."""
    if not slowdown.share:
        return f"            # unchanged\n{CALL}"
    return _SLOWER_CALL.format(share=slowdown.share, rest_ns=_REST_NS)


def slower_branch(clone: Path, slowdown: Slowdown) -> str:
    """A commit on a branch of its own; as a build is named."""
    slower = slower_call(slowdown)
    return branch_with(clone, slowdown.name, f"src/{HANDLER}", lambda text: text.replace(CALL, slower))
