"""Files of separate runs: figures, and a verdict only where they were made in turns."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from harness.errors import RssbenchError, SettingsError
from harness.micro.earlier_files import NOT_INTERLEAVED, compare_files, made_in_turns, read_pairs
from harness.micro.record import MicroRecord
from harness.micro_comparison import MicroComparison
from harness.store import MICRO_COMPARISON
from tests.micro.files import START, file


def pairs_made(order: str) -> list[Path]:
    """``order``: who was measured, one letter per minute; returned as pairs, baseline first."""
    sides: dict[str, list[Path]] = {"b": [], "c": []}
    for minute, side in enumerate(order):
        sides[side].append(Path(f"{side}{minute}.json"))
    return [path for pair in zip(sides["b"], sides["c"], strict=True) for path in pair]


def judged(order: str, ratio: float, directory: Path) -> MicroComparison:
    draws = np.random.default_rng(2)
    paths = [directory / path for path in pairs_made(order)]
    for path in paths:
        minute = int(path.stem[1:])
        value = (ratio if path.stem.startswith("c") else 1.0) * float(np.exp(draws.normal(0, 0.003)))
        path.write_text(
            json.dumps(
                {
                    "datetime": (START + timedelta(minutes=minute)).isoformat(),
                    "benchmarks": [
                        {
                            "fullname": name,
                            "stats": {"median": value},
                            "options": {"timer": "perf_counter"},
                            "extra_info": {},
                        }
                        for name in ("test_a", "test_b")
                    ],
                }
            )
        )
    record = MicroRecord(directory, command="rssbench micro", files=tuple(map(str, paths)))
    result = compare_files(read_pairs(paths), record)
    assert MICRO_COMPARISON.read(directory) == result
    return result


IN_TURNS = "bccbcbbcbccbcbbc" * 3


@pytest.mark.parametrize(("ratio", "verdict"), [(1.1, "regression"), (0.9, "improvement"), (1.0, "same")])
def test_files_made_in_turns_are_judged_like_our_own_pairs(ratio: float, verdict: str, tmp_path: Path) -> None:
    result = judged(IN_TURNS, ratio, tmp_path)
    assert (result.verdict, result.interleaved, result.status) == (verdict, True, "complete")


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("order", ["bc", "b" * 20 + "c" * 20, "bc" * 20])
def test_separate_runs_have_figures_and_no_verdict(order: str, ratio: float, tmp_path: Path) -> None:
    result = judged(order, ratio, tmp_path)
    assert (result.verdict, result.interleaved, result.reasons) == ("inconclusive", False, (NOT_INTERLEAVED,))
    assert result.judgements[0].effect_ratio == pytest.approx(ratio, rel=0.02)


def test_too_few_files_in_turns_decide_nothing(tmp_path: Path) -> None:
    assert judged("bccb", 3.0, tmp_path).verdict == "inconclusive"


@pytest.mark.parametrize(
    ("minutes", "in_turns"),
    [
        ([(0, 1), (3, 2)], True),
        ([(3, 2), (0, 1)], True),
        ([(0, 1)], False),
        ([(0, 1), (2, 3)], False),  # the baseline was always first
        ([(0, 2), (3, 1)], False),
    ],
)
def test_in_turns_means_pair_by_pair_in_either_order(minutes: list[tuple[int, int]], *, in_turns: bool) -> None:
    pairs = [(file({}, minute=baseline), file({}, minute=contender)) for baseline, contender in minutes]
    assert made_in_turns(pairs) is in_turns


def test_a_file_without_a_partner_and_one_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="files come in pairs"):
        read_pairs([Path("a.json")])
    with pytest.raises(RssbenchError, match="cannot read"):
        read_pairs([tmp_path / "a.json", tmp_path / "b.json"])
