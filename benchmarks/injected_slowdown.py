"""What ``rssbench compare`` says of DIRAC 9.1.22 against itself, slowed down by a known share of CPU per request.

    python benchmarks/injected_slowdown.py --slower 0.02 --comparisons 5 -- --lane paired --budget 10m

The slow-down is real code in a commit of a clone: after each request its thread spins for that share of the CPU
that it used, and of what the rest of the service needs for a request. 0 is an A/A comparison of two commits that
differ in a comment. What follows ``--`` is given to ``rssbench compare``. Prints a line per comparison.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.comparison import ComparisonResult
from harness.selftest.changed_clone import branch_with, make_published_clone

HANDLER = "src/DIRAC/Core/Tornado/Server/private/BaseRequestHandler.py"
CALL = "            return self.methodObj(*args, **kwargs)\n"
#: What a request costs the service outside of its method: TLS, HTTP, JSON, log. Measured: 2.4 ms of 3.5 ms.
REST_NS = 2_400_000
SLOWER_CALL = """\
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


def slower_branch(clone: Path, share: float) -> str:
    """A commit on a branch of its own that spins for ``share`` of what a request costs; 0 is a comment only."""
    slower = SLOWER_CALL.format(share=share, rest_ns=REST_NS) if share else f"            # unchanged\n{CALL}"

    def change(text: str) -> str:
        assert CALL in text
        return text.replace(CALL, slower)

    return branch_with(clone, f"slower-{share}", HANDLER, change)


def options(seed: int) -> list[str]:
    return ["--seed", str(seed), "--format", "json"]


def describe(result: ComparisonResult, elapsed_s: float) -> str:
    parts = [f"{result.verdict:12} {elapsed_s:6.0f} s"]
    for one in result.judgements:
        together = one.operation in (None, result.settings.only_operation)
        if together and one.effect_ratio and one.interval_ratio:
            low, high = one.interval_ratio
            parts.append(
                f"{one.metric} {one.effect_ratio - 1:+.2%} [{low - 1:+.2%}, {high - 1:+.2%}] {one.verdict} "
                f"({one.pairs} pairs)"
            )
    return "  ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slower", type=float, default=0.0, help="share of the CPU of a request, such as 0.02")
    parser.add_argument("--comparisons", type=int, default=1)
    parser.add_argument("--clone", type=Path, help="made here if it is not there, and kept")
    parser.add_argument("options", nargs="*", help="of rssbench compare")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clone = given.clone or Path(folder) / "DIRAC"
        if not clone.exists():
            make_published_clone(clone, ("9.1.22",), Path(folder) / "downloads")
        contender = slower_branch(clone, given.slower)
        for number in range(given.comparisons):
            began_s = time.monotonic()
            program = Path(sys.executable).with_name("rssbench")
            done = subprocess.run(
                [program, "compare", f"{clone}@main", contender, *options(number + 1), *given.options],
                stdout=subprocess.PIPE,
                check=False,
            )
            result = msgspec.json.decode(done.stdout, type=ComparisonResult)
            print(describe(result, time.monotonic() - began_s), flush=True)


if __name__ == "__main__":
    main()
