"""Which operation works on which release over which front door: the table of docs/operations.md, from real stacks.

Prints the table; with ``--write`` puts it into the document in place of the one that stands there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.builds.environment import prepare_build
from harness.dataset.profiles import PROFILES
from harness.measure.surface import problems_of
from harness.model import FrontDoor
from harness.settings import cache_folder
from harness.stack.releases import series_of
from harness.stack.starting import start_stack
from scenarios.answer_check import NO_METHOD
from scenarios.operations import OPERATIONS

RELEASES = ("7.2.52", "7.3.38", "8.0.86", "9.0.0", "9.0.28", "9.1.22")
DOCUMENT = Path(__file__).parents[1] / "docs" / "operations.md"
BEGIN, END = "<!-- table of operations -->\n", "<!-- end of the table -->\n"

#: Front door to operation to what is wrong.
Found = dict[FrontDoor, dict[str, str]]


def measured(release: str, stack_root: Path) -> Found:
    """Over every front door of a release, each on a stack of its own."""
    build = prepare_build(release, cache_folder(), print)
    found: Found = {}
    for door in series_of(build.identity.dirac_version).front_doors:
        with start_stack(
            build,
            profile=PROFILES["S"],
            seed=1,
            stack_root=stack_root,
            log_directory=None,
            front_doors=(door,),
        ) as stack:
            found[door] = problems_of(stack, OPERATIONS)
    return found


def cell(found: Found, operation: str) -> str:
    """The front doors over which it works; in a word why it does not."""
    states = {
        door: state(problems[operation]) if operation in problems else "works" for door, problems in found.items()
    }
    if set(states.values()) == {"works"}:
        return " ".join(states)
    return states.popitem()[1] if len(set(states.values())) == 1 else ", ".join(map(" ".join, states.items()))


def state(problem: str) -> str:
    return "absent" if problem.startswith(NO_METHOD) else "broken"


def table(by_release: Mapping[str, Found]) -> str:
    heading = ("operation", "kind", "method", "timed", *by_release)
    rows = [
        (
            *(one.name, one.kind, f"{one.service}.{one.method}", one.timed),
            *(cell(found, one.name) for found in by_release.values()),
        )
        for one in OPERATIONS
    ]
    lines = [heading, ("---",) * len(heading), *rows]
    reasons = dict.fromkeys(
        f"- {state(problem)}: {name} over {door}: {problem}"
        for found in by_release.values()
        for door, problems in found.items()
        for name, problem in problems.items()
    )
    return "\n".join([*(f"| {' | '.join(row)} |" for row in lines), "", *reasons]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", action="append", choices=RELEASES, help="only these; may be repeated")
    parser.add_argument("--write", action="store_true", help="into docs/operations.md, with all releases")
    options = parser.parse_args()
    if options.write and options.release:
        parser.error("--write puts all releases into the document; leave --release out")
    with tempfile.TemporaryDirectory(prefix="rssbench-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)
        made = table({release: measured(release, Path(folder)) for release in options.release or RELEASES})
    if options.write:
        before, _, rest = DOCUMENT.read_text().partition(BEGIN)
        DOCUMENT.write_text(f"{before}{BEGIN}\n{made}{END}{rest.partition(END)[2]}")
    else:
        print(made)


if __name__ == "__main__":
    main()
