"""What ``rssbench micro`` says of DIRAC 9.1.22 against itself, its select slowed down by a known share.

    python benchmarks/micro_slowdown.py --slower 0.1 --comparisons 2 -- --budget 10m

The slow-down is real code in a commit of a clone: after each call of ``SQLAlchemyDB.select`` its thread spins for
that share of the CPU that it used. 0 is an A/A comparison of two commits that differ in a comment. What follows
``--`` is given to ``rssbench micro``. Prints the verdict and what was found, and how much
log-ratios scatter over the pairs.
"""

from __future__ import annotations

import argparse
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.micro.benchmark_file import read_benchmark_file
from harness.micro_comparison import MicroComparison
from harness.selftest.changed_clone import branch_with, make_published_clone

BASE = "src/DIRAC/Core/Base/SQLAlchemyDB.py"
CLASS = "class SQLAlchemyDB(DIRACDB):\n"
METHOD = "    def select(self, table, params):\n"
SLOWER = """\
def _slower(method):
    from time import thread_time_ns

    def slower(*args, **kwargs):
        began = thread_time_ns()
        try:
            return method(*args, **kwargs)
        finally:
            ended = thread_time_ns()
            until = ended + {share} * (ended - began)
            while thread_time_ns() < until:
                pass

    return slower


"""


def slower_branch(clone: Path, share: float) -> str:
    """A commit on a branch of its own whose select spins for ``share`` of its CPU; 0 is a comment only."""

    def change(text: str) -> str:
        assert text.count(CLASS) == text.count(METHOD) == 1
        if not share:
            return text.replace(CLASS, f"# unchanged\n{CLASS}")
        return text.replace(CLASS, SLOWER.format(share=share) + CLASS).replace(METHOD, f"    @_slower\n{METHOD}")

    return branch_with(clone, f"slower-select-{share}", BASE, change)


def describe(result: MicroComparison, elapsed_s: float) -> list[str]:
    pairs = max((one.pairs for one in result.judgements), default=0)
    lines = [f"{result.verdict} after {elapsed_s:.0f} s, {pairs} pairs"]
    for one in result.judgements:
        if one.operation is None or one.verdict in ("regression", "improvement"):
            low, high = one.interval_ratio or (math.nan, math.nan)
            lines.append(
                f"  {one.operation or 'all together'} {one.verdict} {(one.effect_ratio or math.nan) - 1:+.1%} "
                f"[{low - 1:+.1%}, {high - 1:+.1%}]"
            )
    found = [one for one in result.control if one.verdict in ("regression", "improvement")]
    lines.append(f"  control: {len(found)} false alarms")
    return lines


def spreads(directory: Path) -> dict[str, float]:
    """Standard deviation of the log-ratios of each benchmark over the pairs, by its full name."""
    ratios: dict[str, list[float]] = {}
    for baseline in sorted(directory.glob("pairs/*-baseline.json")):
        for kind in ("contender", "baseline-again"):
            contender = baseline.with_name(baseline.name.replace("baseline", kind))
            if not contender.exists():
                continue
            sides = [read_benchmark_file(path).measured for path in (baseline, contender)]
            for name in sides[0].keys() & sides[1].keys():
                ratios.setdefault(name, []).append(math.log(sides[1][name].value_s / sides[0][name].value_s))
    return {name: statistics.stdev(values) for name, values in ratios.items() if len(values) > 1}


def told(spread: dict[str, float]) -> list[str]:
    groups: dict[str, list[float]] = {}
    for name, deviation in spread.items():
        groups.setdefault(name.partition("::")[0], []).append(deviation)
    return [
        f"  {module}: spread {min(values):.1%} to {max(values):.1%}, median {statistics.median(values):.1%}"
        for module, values in sorted(groups.items())
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slower", type=float, default=0.0, help="share of the CPU of a select, such as 0.1")
    parser.add_argument("--comparisons", type=int, default=1)
    parser.add_argument("--clone", type=Path, help="made here if it is not there, and kept")
    parser.add_argument("options", nargs="*", help="of rssbench micro")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clone = given.clone or Path(folder) / "DIRAC"
        if not clone.exists():
            make_published_clone(clone, ("9.1.22",), Path(folder) / "downloads")
        contender = slower_branch(clone, given.slower)
        for number in range(given.comparisons):
            began_s = time.monotonic()
            results = Path(folder) / f"results-{number}"
            program = Path(sys.executable).with_name("rssbench")
            done = subprocess.run(
                [program, "micro", f"{clone}@main", contender, "--seed", str(number + 1), "--format", "json",
                 "--results", results, *given.options],
                stdout=subprocess.PIPE,
                check=False,
            )  # fmt: skip
            result = msgspec.json.decode(done.stdout, type=MicroComparison)
            (directory,) = results.iterdir()
            lines = [*describe(result, time.monotonic() - began_s), *told(spreads(directory))]
            print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
