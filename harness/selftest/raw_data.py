"""The pool as one file for others: every request of every pair, and the log-ratios that were made of them.

`numpy.load("pool.npz")` needs nothing of this suite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from harness.selftest.pool import Arm
from harness.store import writing

FILE = "pool.npz"
ALL = "all operations together"


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
            questions=np.array([f"{one.metric} of {one.operation or ALL}" for one in questions]),
            log_ratios=np.array([np.diff(np.log(arm.values[place]))[:, 0] for arm, place in places]),
            requests_pair=np.repeat(numbers, [len(pair.rows) for pair in pairs]),
            requests=np.concatenate([pair.rows for pair in pairs]),
        )
    return file
