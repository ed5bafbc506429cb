"""What went wrong and how often: the file ``outcomes-<worker>.json`` beside the samples."""

from __future__ import annotations

from pathlib import Path

import msgspec

from scenarios.samples import Outcome

#: A message longer than this says no more.
MESSAGE_LIMIT = 500


class OutcomeCount(msgspec.Struct, forbid_unknown_fields=True):
    """``first_message`` is empty for ``ok``."""

    count: int
    first_message: str


#: Operation name, then name of the :class:`~scenarios.samples.Outcome`.
Outcomes = dict[str, dict[str, OutcomeCount]]


def count_outcome(outcomes: Outcomes, operation: str, outcome: Outcome, message: str) -> None:
    of_operation = outcomes.setdefault(operation, {})
    counted = of_operation.get(outcome.name)
    if counted is None:
        counted = of_operation[outcome.name] = OutcomeCount(0, message[:MESSAGE_LIMIT])
    counted.count += 1


def read_outcomes(path: Path) -> Outcomes:
    """What one worker counted; msgspec.ValidationError when it is not that."""
    return msgspec.json.decode(path.read_bytes(), type=Outcomes)


def write_outcomes(outcomes: Outcomes, path: Path) -> None:
    """Replace the file as a whole: a reader sees the old one or the new one."""
    unfinished = path.with_suffix(".tmp")
    unfinished.write_bytes(msgspec.json.encode(outcomes))
    unfinished.replace(path)
