"""Many questions, one error: how the family's error is shared, and Holm's method with these shares.

Formulas, constants and references: docs/method.md, "Many questions".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.comparison import Question, TimedMetric

#: How probable at most any false regression or improvement is in a comparison of two equal builds.
FAMILY_ERROR_RATIO = 0.01

#: The load lane's share of that error, when the paired lane asks too.
LOAD_LANE_SHARE = 0.1

#: The share of a lane that goes to all operations together, when single ones are asked about too.
TOGETHER_SHARE = 0.5

#: The share that goes to service CPU, the quietest metric, when others are asked about too.
SERVICE_CPU_SHARE = 0.5


def question_weights(questions: Sequence[Question]) -> tuple[float, ...]:
    """Each question's share of the family's error, in the order given; they sum to 1.

    Shared by lane, then between all operations together and single ones, then by metric, then evenly by operation;
    what is not asked takes no share. ValueError for no question, or for one asked twice.
    """
    if not questions or len(set(questions)) < len(questions):
        raise ValueError("a comparison asks at least one question, and none twice")
    return tuple(_weight(question, questions) for question in questions)


def weighted_holm(p_values: Sequence[float], weights: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values: rejecting those at most a keeps the probability of any false rejection at a (Holm 1979).

    ``weights``: positive, fixed before the data. The least p/w comes first; each is tested with its share of the
    weights that are left.
    """
    p, w = np.asarray(p_values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    order = np.argsort(p / w, kind="stable")
    remaining = np.cumsum(w[order][::-1])[::-1]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] / w[order] * remaining))
    return tuple(adjusted.tolist())


def _weight(question: Question, questions: Sequence[Question]) -> float:
    lane = [other for other in questions if other.lane == question.lane]
    level = [other for other in lane if (other.operation is None) == (question.operation is None)]
    metric = [other for other in level if other.metric == question.metric]
    of_lane = LOAD_LANE_SHARE if question.lane == "load" else 1.0 - LOAD_LANE_SHARE
    of_level = TOGETHER_SHARE if question.operation is None else 1.0 - TOGETHER_SHARE
    return (
        (of_lane if len(lane) < len(questions) else 1.0)
        * (of_level if len(level) < len(lane) else 1.0)
        * _metric_share(question.metric, {other.metric for other in level})
        / len(metric)
    )


def _metric_share(metric: TimedMetric, asked: set[TimedMetric]) -> float:
    if "service_cpu" not in asked or len(asked) == 1:
        return 1.0 / len(asked)
    return SERVICE_CPU_SHARE if metric == "service_cpu" else (1.0 - SERVICE_CPU_SHARE) / (len(asked) - 1)
