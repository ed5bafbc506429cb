"""JSON of pytest-benchmark that was made earlier, judged as far as the order of its making allows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from harness.errors import SettingsError
from harness.micro.benchmark_file import BenchmarkFile, read_benchmark_file
from harness.micro.observations import MicroObservations
from harness.micro.record import MicroRecord
from harness.micro_comparison import MicroComparison

#: Why files of separate runs have no verdict.
NOT_INTERLEAVED = (
    "the files were not made in turns, one of each side: build and hour cannot be told apart, figures only"
)


FilePair = tuple[BenchmarkFile, BenchmarkFile]


def read_pairs(paths: Sequence[Path]) -> list[FilePair]:
    """``paths``: baseline, contender, baseline, contender, ... SettingsError when one has no partner;
    RssbenchError when one is no JSON of pytest-benchmark."""
    if len(paths) % 2 or not paths:
        raise SettingsError(["files come in pairs: BASELINE.json CONTENDER.json, and again for each further pair"])
    files = [read_benchmark_file(path) for path in paths]
    return list(zip(files[::2], files[1::2], strict=True))


def compare_files(pairs: Sequence[FilePair], record: MicroRecord) -> MicroComparison:
    """Judge them. RssbenchError when they have not measured the same thing."""
    compared = MicroObservations()
    for baseline, contender in pairs:
        compared.add(baseline, contender)
    record.judge(compared, MicroObservations(), ("baseline", "contender"))
    interleaved = made_in_turns(pairs)
    record.update(status="complete", problems=(), interleaved=interleaved)
    if not interleaved and record.result.verdict != "wrong":
        record.update(verdict="inconclusive", reasons=(NOT_INTERLEAVED,))
    return record.result


def made_in_turns(pairs: Sequence[FilePair]) -> bool:
    """Whether no file of another pair was written between the two of a pair, and neither side was always first."""
    if len(pairs) < 2:
        return False
    instants = [(baseline.written_at, contender.written_at) for baseline, contender in pairs]
    ordered = sorted(instants, key=min)
    apart = all(max(one) <= min(next_one) for one, next_one in itertools.pairwise(ordered))
    return apart and len({baseline < contender for baseline, contender in instants}) == 2
