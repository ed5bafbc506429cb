"""How often ``rssbench bisect`` names the right commit of a real clone, and how long it takes.

    python benchmarks/bisect_clone.py --searches 5                      # 5 % of the CPU of a request
    python benchmarks/bisect_clone.py --searches 5 --symptom sql        # one statement more
    python benchmarks/bisect_clone.py --slower 0.02 -- --budget 40m

Each search has a branch of its own: commits that add a comment to the RSS, one at a place drawn at random that
makes it worse, and one that does not start, with its repair right after it. What follows ``--`` is given to
``rssbench bisect``. Prints a line per search, and how many were right.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))


from harness.bisection import BisectResult
from harness.selftest.changed_clone import make_published_clone
from harness.selftest.slowdown import CALL, HANDLER, Slowdown, slower_call
from tests.commit_series import Step, broken, commit_series, harmless, more_sql, repaired, replacing

READ = "ResourceStatus.select by name"


def steps(number: int, culprit: int, step: Step, draws: Random) -> list[Step]:
    """``number`` commits of which ``culprit`` (from 1) is ``step``; where there is room, a broken one and its
    repair."""
    places = [place for place in range(1, number) if culprit not in (place, place + 1)]
    fails = draws.choice(places) if places else 0
    made = {culprit: step, fails: broken(fails), fails + 1: repaired(fails)} if fails else {culprit: step}
    return [made.get(place) or harmless(place) for place in range(1, number + 1)]


def searched(clone: Path, given: argparse.Namespace) -> Iterator[tuple[str, BisectResult, float]]:
    """The commit that is right, what was found, and the seconds it took."""
    spin = slower_call(Slowdown("slower", given.slower))
    slow = Step(f"slower by {given.slower:.0%}", f"src/{HANDLER}", replacing(CALL, spin))
    lane = "exact" if given.symptom == "sql" else "paired"
    for number in range(given.first, given.first + given.searches):
        draws = Random(f"bisect {given.symptom} {number}")
        culprit = draws.randint(1, given.commits)
        step = more_sql(number) if given.symptom == "sql" else slow
        branch = f"bisect-{given.symptom}-{number}"
        commits = commit_series(clone, branch, steps(given.commits, culprit, step, draws))
        command = [str(Path(sys.executable).with_name("rssbench")), "bisect", f"{clone}@main", f"{clone}@{branch}"]
        options = ["--lane", lane, "--operation", READ, "--format", "json", *given.options]
        began_s = time.monotonic()
        done = subprocess.run([*command, *options], stdout=subprocess.PIPE, check=False)
        yield commits[culprit], msgspec.json.decode(done.stdout, type=BisectResult), time.monotonic() - began_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--searches", type=int, default=1)
    parser.add_argument(
        "--first", type=int, default=1, help="number of the first search, from which its places are drawn"
    )
    parser.add_argument("--commits", type=int, default=14)
    parser.add_argument("--symptom", choices=["cpu", "sql"], default="cpu")
    parser.add_argument("--slower", type=float, default=0.05, help="share of the CPU of a request")
    parser.add_argument("--clone", type=Path, help="made here if it is not there, and kept")
    parser.add_argument("options", nargs="*", help="of rssbench bisect")
    given = parser.parse_args()
    right = 0
    with tempfile.TemporaryDirectory() as folder:
        clone = given.clone or Path(folder) / "DIRAC"
        if not clone.exists():
            make_published_clone(clone, ("9.1.22",), Path(folder) / "downloads")
        for culprit, result, elapsed_s in searched(clone, given):
            found = [result.builds[position].commit for position in result.suspects]
            right += (is_right := found == [culprit])
            values = [(one.position, one.ratio, one.value) for one in result.tried]
            tried = sum(0 < one.position < len(result.builds) - 1 for one in result.tried)
            print(
                f"{'right' if is_right else 'WRONG'}  {result.outcome}  {elapsed_s / 60:.1f} min  {tried} tried, "
                f"{len(result.skipped)} skipped of {len(result.builds) - 2} between  "
                f"probability {result.probability}  {values}",
                flush=True,
            )
    print(f"right: {right} of {given.searches}")


if __name__ == "__main__":
    main()
