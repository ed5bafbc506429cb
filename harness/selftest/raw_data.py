"""The pool as one file for others: every request of every pair, and the log-ratios that were made of them.

`numpy.load("pool.npz")` needs nothing of this suite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from harness.compare.verdict import Series
from harness.comparison import Question
from harness.selftest.pool import Arm, Floats
from harness.store import writing

FILE = "pool.npz"
ALL = "all operations together"
_OF = " of "


class RawData(NamedTuple):
    """What comparisons can be drawn from. ``share``: of CPU injected, by pair; ``log_ratios``: a row per pair, a
    column per question."""

    operations: tuple[str, ...]
    questions: tuple[Question, ...]
    share: Floats
    log_ratios: Floats

    def series(self, log_ratios: Floats) -> dict[Question, Series]:
        """What a comparison with these rows would judge, as if each baseline had taken 1."""
        baseline, contenders = (1.0,) * len(log_ratios), np.exp(log_ratios)
        return {
            question: Series(baseline, tuple(contenders[:, place].tolist()))
            for place, question in enumerate(self.questions)
        }


def read_raw_data(directory: Path) -> RawData:
    """Of the folder that :func:`write_raw_data` has written to; without the requests."""
    with np.load(directory / FILE) as data:
        asked = [str(text).split(_OF, 1) for text in data["questions"]]
        return RawData(
            tuple(map(str, data["operations"])),
            tuple(Question("paired", metric, None if of == ALL else of) for metric, of in asked),  # type: ignore[arg-type]
            data["share"],
            data["log_ratios"],
        )


def write_raw_data(arms: Mapping[str, Arm], operations: Sequence[str], directory: Path) -> Path:
    """Pairs by number, as they were measured. ``pair``, ``share`` (of CPU injected) and ``elapsed_s`` have an
    entry per pair, ``log_ratios`` a row per pair and a column per question. ``requests_pair`` says whose each
    row of ``requests`` is (PAIR_TYPE of harness/measure/pair.py). RssbenchError when the disk is full.
    """
    places = [(arm, place) for arm in arms.values() for place in range(len(arm))]
    places.sort(key=lambda one: one[0].pairs[one[1]].line.number)
    pairs = [arm.pairs[place] for arm, place in places]
    numbers = np.array([pair.line.number for pair in pairs])
    questions = places[0][0].questions
    file = directory / FILE
    with writing(file):
        np.savez_compressed(
            file,
            operations=np.array(operations),
            pair=numbers,
            share=np.array([arm.slowdown.share for arm, _place in places]),
            elapsed_s=np.array([pair.line.elapsed_s for pair in pairs]),
            questions=np.array([f"{one.metric}{_OF}{one.operation or ALL}" for one in questions]),
            log_ratios=np.array([np.diff(np.log(arm.values[place]))[:, 0] for arm, place in places]),
            requests_pair=np.repeat(numbers, [len(pair.rows) for pair in pairs]),
            requests=np.concatenate([pair.rows for pair in pairs]),
        )
    return file
