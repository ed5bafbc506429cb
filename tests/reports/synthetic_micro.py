"""Made-up micro-benchmarks of one build."""

from __future__ import annotations

from harness.micro_measurement import BenchmarkTime, MicroMeasurement
from harness.model import DataSet
from harness.store import MICRO
from tests.reports.synthetic_measurement import beginning, identity


def micro() -> MicroMeasurement:
    return MicroMeasurement(
        **beginning(MICRO),
        build=identity(),
        data_set=DataSet("M", 1, {"ResourceStatus": 262}, 1.0),
        select="",
        benchmark_s=0.1,
        benchmarks=(
            BenchmarkTime("bench_cache.py::bench_hit[40]", 2.1e-5, 2.2e-5),
            BenchmarkTime("bench_select.py::bench_by_name", 0.00123, None),
        ),
        absent={"bench_add.py::bench_modify[AccountingCache]": "DIRAC 9.1.22 has no table AccountingCache"},
        failed={"bench_add.py::bench_new": "AssertionError: 2 rows"},
    )
