"""How large a change must be to matter, and how small to be called none. Reasons: docs/method.md, "Margins"."""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.comparison import Question, TimedMetric

#: Exact lane: a request or an answer that is larger by no more is no regression. No other counter has a margin.
EXACT_BYTES_MARGIN_RATIO = 1.02

#: Of these, more is better; of all others, less.
HIGHER_IS_BETTER: frozenset[TimedMetric] = frozenset({"reached_rate"})


@dataclass(frozen=True)
class Margins:
    """Margins of a metric as relative changes: 0.01 stands for the ratios 1.01 and 1 / 1.01.

    ``practical_ratio``: a change that was found is a regression or improvement beyond it.
    ``equivalence_ratio``: `same` when the effect certainly lies within it.
    ``limit_ratio``: a comparison is not `same` while a worsening beyond it is possible.
    ``resolution_ratio``: a comparison that finds nothing stops early only when it would have found this; 0.0
    where it does not wait for that.
    """

    practical_ratio: float
    equivalence_ratio: float
    limit_ratio: float
    resolution_ratio: float = 0.0

    @property
    def practical(self) -> float:
        """As a log-ratio, like the two others."""
        return math.log1p(self.practical_ratio)

    @property
    def equivalence(self) -> float:
        return math.log1p(self.equivalence_ratio)

    @property
    def limit(self) -> float:
        return math.log1p(self.limit_ratio)


#: The resolution of service CPU when one operation was chosen: it has the whole time to itself.
CHOSEN_SERVICE_CPU_RESOLUTION_RATIO = 0.01

#: All operations together, which is also the only operation when one was chosen, and scenarios of the load lane.
TOGETHER: dict[TimedMetric, Margins] = {
    "service_cpu": Margins(0.005, 0.02, 0.02, 0.02),
    "service_cpu_total": Margins(0.01, 0.03, 0.05),
    "service_time": Margins(0.01, 0.025, 0.025, 0.018),
    "database_cpu": Margins(0.02, 0.05, 0.05, 0.05),
    "start_cpu": Margins(0.03, 0.06, 0.10),
    "memory": Margins(0.02, 0.05, 0.10),
    "latency_p50": Margins(0.02, 0.05, 0.10),
    "latency_p95": Margins(0.05, 0.10, 0.25),
    "latency_p99": Margins(0.10, 0.20, 0.50),
    "reached_rate": Margins(0.01, 0.02, 0.05),
    "benchmark_cpu": Margins(0.005, 0.02, 0.02, 0.02),
    "benchmark_time": Margins(0.01, 0.025, 0.025, 0.018),
}

#: One operation among others.
SINGLE: dict[TimedMetric, Margins] = {
    "service_cpu": Margins(0.01, 0.05, 0.10),
    "service_time": Margins(0.02, 0.05, 0.10),
    "database_cpu": Margins(0.04, 0.10, 0.20),
    "benchmark_cpu": Margins(0.01, 0.05, 0.10),
    "benchmark_time": Margins(0.02, 0.05, 0.10),
}


def margins_of(question: Question) -> Margins:
    """ValueError for a question that no lane asks."""
    margins = SINGLE if question.is_single else TOGETHER
    if question.metric not in margins:
        raise ValueError(f"there is no margin for {question.metric} of a single operation")
    return margins[question.metric]
