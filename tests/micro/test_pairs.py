from __future__ import annotations

import pytest

from harness.micro.pairs import LEAST_BENCHMARK_S, MOST_BENCHMARK_S, PROCESS_S, benchmark_s


@pytest.mark.parametrize(
    ("benchmarks", "time_s"),
    [(0, LEAST_BENCHMARK_S), (1, MOST_BENCHMARK_S), (1000, LEAST_BENCHMARK_S), (40, PROCESS_S / 40)],
)
def test_few_benchmarks_share_as_much_time_as_many(benchmarks: int, time_s: float) -> None:
    assert benchmark_s(benchmarks) == time_s
