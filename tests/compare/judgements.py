"""Questions with pairs made up for them, and judgements as if something had been measured."""

from __future__ import annotations

import numpy as np

from harness.compare.verdict import Series
from harness.comparison import Judgement, Question, Verdict

CPU = Question("paired", "service_cpu", None)
TIME = Question("paired", "service_time", None)
ONE_CPU = Question("paired", "service_cpu", "select")
RATE = Question("load", "reached_rate", None)


def series(effect_ratio: float, deviation: float, pairs: int, seed: int = 1) -> Series:
    """Pairs with normal noise around a baseline of 4 ms."""
    generator = np.random.default_rng(seed)
    baseline = 0.004 * np.exp(generator.normal(0.0, 0.2, pairs))
    return Series(
        baseline=tuple(baseline),
        contender=tuple(baseline * effect_ratio * np.exp(generator.normal(0.0, deviation, pairs))),
    )


def judgement(question: Question, verdict: Verdict, interval: tuple[float, float] | None = None) -> Judgement:
    return Judgement(
        lane=question.lane,
        metric=question.metric,
        operation=question.operation,
        verdict=verdict,
        effect_ratio=1.0,
        interval_ratio=interval,
        anytime_interval_ratio=interval,
        smallest_detectable_ratio=1.01,
        adjusted_p=1.0,
        pairs=20,
    )
