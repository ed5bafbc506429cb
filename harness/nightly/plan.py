"""What a night compares: tonight's build with the reference and with last night's, as far as they are others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from harness.model import BuildIdentity
from harness.night import Against


class Plan(NamedTuple):
    """Baselines in the order they are measured, and what is left out, with its reason."""

    baselines: tuple[tuple[Against, BuildIdentity], ...]
    remarks: tuple[str, ...]


def plan_night(reference: BuildIdentity, tonight: BuildIdentity, last: BuildIdentity | None) -> Plan:
    """Builds are the same when their environments are: the same DIRAC with the same packages. ``last`` is None
    when it is not known, which is said elsewhere."""
    baselines: list[tuple[Against, BuildIdentity]] = []
    remarks = []
    if tonight.environment_key == reference.environment_key:
        remarks.append("tonight's build is the reference: nothing to compare there")
    else:
        baselines.append(("reference", reference))
    if last is not None and last.environment_key == tonight.environment_key:
        remarks.append("last night's build is tonight's: nothing new since")
    elif last is not None and last.environment_key == reference.environment_key:
        remarks.append("last night's build is the reference: one comparison is both")
    elif last is not None:
        baselines.append(("last night", last))
    return Plan(tuple(baselines), tuple(remarks))


def last_build(earlier: Iterable[str], tonight: str) -> str | None:
    """The first of the names, newest first, that is of tonight's kind, a release or a commit; without its
    dependency set. A commit is looked for in tonight's clone, for that may be elsewhere by now."""
    clone, at, _commit = tonight.rpartition("@")
    for name in earlier:
        _clone, earlier_at, content = name.rpartition("@")
        if at == earlier_at:
            return f"{clone}{at}{content.partition(':')[0]}"
    return None


def share_s(left_s: float, comparisons: Sequence[object]) -> float:
    """How long the first of the comparisons that are left may take, so that the others get as much."""
    return max(left_s, 0.0) / len(comparisons)
