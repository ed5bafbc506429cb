import numpy as np
import pandas as pd
import pytest

from harness.measure.samples import Samples
from harness.measure.window import Window
from harness.model import CpuPerRequest, Percentiles
from reports.frames import (
    CURVE_POINTS,
    TIMELINE_STEPS,
    cpu_frame,
    curve_frame,
    operation_frame,
    sample_frame,
    timeline_frame,
)
from scenarios.samples import Outcome
from tests.reports.synthetic_run import START_NS, make_samples, operation_result, run_result, trial_result

NAMES = ["Publisher.getTree", "ResourceStatus.select log"]


def frame_of(samples: Samples, begin_s: float = 0.0, end_s: float = 1_000.0) -> pd.DataFrame:
    window = Window(START_NS + int(begin_s * 1e9), START_NS + int(end_s * 1e9))
    return sample_frame(samples, NAMES, start_ns=START_NS, window=window)


def test_a_sample_becomes_seconds_since_the_start_of_the_schedule() -> None:
    samples = make_samples(2, 4, rate_per_s=10.0)
    samples["start_ns"] = samples["due_ns"] + 1_000_000
    samples["end_ns"] = samples["start_ns"] + 2_000_000
    frame = frame_of(samples, begin_s=0.15)
    assert frame["due_s"].to_list() == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert frame["latency_s"].to_list() == pytest.approx([0.003] * 4)
    assert frame["service_time_s"].to_list() == pytest.approx([0.002] * 4)
    assert frame["operation"].to_list() == [NAMES[0], NAMES[1]] * 2
    assert frame["in_window"].to_list() == [False, False, True, True]


def test_an_error_has_infinite_latency_and_one_never_sent_no_service_time() -> None:
    samples = make_samples(1, 3)
    samples["outcome"][1:] = (Outcome.timeout, Outcome.unsent)
    samples["end_ns"][2] = samples["start_ns"][2] = 0
    frame = frame_of(samples)
    assert np.isposinf(frame["latency_s"]).to_list() == [False, True, True]
    assert np.isnan(frame["service_time_s"]).to_list() == [False, False, True]


def test_a_curve_goes_through_the_quantiles_of_the_sample() -> None:
    samples = make_samples(1, 10_000)
    latency_s = np.sort(frame_of(samples)["latency_s"])
    curve = curve_frame(frame_of(samples)).query("time == 'latency'")
    slower = 10_000 / curve["one_in"] - 0.5
    assert curve["time_s"].to_list() == latency_s[9_999 - slower.round().astype(int)].tolist()
    assert curve["time_s"].iloc[-1] == latency_s.max()
    assert curve["one_in"].iloc[-1] == pytest.approx(20_000)


def test_a_curve_is_thin_however_many_requests_there_were() -> None:
    curve = curve_frame(frame_of(make_samples(2, 100_000)))
    assert curve.groupby(["operation", "time"]).size().max() <= CURVE_POINTS
    assert set(curve["operation"]) == set(NAMES)


def test_a_curve_marks_what_fewer_than_ten_requests_exceeded() -> None:
    curve = curve_frame(frame_of(make_samples(1, 1_000))).query("time == 'latency'")
    assert (curve["few"] == (1_000 / curve["one_in"] < 10)).all()
    assert curve["few"].sum() == 10


def test_a_curve_ends_where_errors_begin() -> None:
    samples = make_samples(1, 1_000, errors=100)
    curve = curve_frame(frame_of(samples))
    assert np.isfinite(curve["time_s"]).all()
    assert curve["one_in"].max() <= 10


def test_a_curve_leaves_out_what_was_due_before_the_window() -> None:
    samples = make_samples(1, 1_000, rate_per_s=100.0)
    samples["end_ns"][:100] += 9_000_000_000
    assert curve_frame(frame_of(samples, begin_s=1.0))["time_s"].max() < 1.0


def test_no_request_in_the_window_makes_an_empty_curve() -> None:
    assert curve_frame(frame_of(make_samples(1, 10), begin_s=900.0)).empty


def test_a_timeline_counts_every_request_once() -> None:
    samples = make_samples(2, 4_000, errors=30)
    steps = timeline_frame(frame_of(samples))
    widths_s = steps["end_s"] - steps["begin_s"]
    assert (steps["due_per_s"] * widths_s).sum() == pytest.approx(4_000)
    assert (steps["answered_per_s"] * widths_s).sum() == pytest.approx(3_970)
    assert steps["errors"].sum() == 30


def test_a_timeline_shows_a_stall_in_latency_and_in_rate() -> None:
    steps = timeline_frame(frame_of(make_samples(1, 4_000)))
    assert steps["largest_latency_s"].max() == pytest.approx(0.4, abs=0.02)
    assert steps["begin_s"][steps["largest_latency_s"].idxmax()] == pytest.approx(10.0, abs=0.2)
    assert steps["answered_per_s"].min() < 0.1 * steps["due_per_s"].median()
    assert steps["due_per_s"].iloc[-1] == pytest.approx(200.0, rel=0.1)


@pytest.mark.parametrize("requests", [1, 7, 300_000])
def test_a_timeline_has_few_steps_that_follow_each_other(requests: int) -> None:
    steps = timeline_frame(frame_of(make_samples(1, requests)))
    assert 1 <= len(steps) <= TIMELINE_STEPS
    assert steps["begin_s"].iloc[1:].to_list() == steps["end_s"].iloc[:-1].to_list()


def test_a_percentile_without_support_is_nan_in_the_frame() -> None:
    run = run_result(trial_result("1-mix", operation_result(NAMES[0], latency=Percentiles())))
    row = operation_frame(run).iloc[0]
    assert np.isnan(row["latency_p50_s"])
    assert row["service_time_p50_s"] == 0.00212
    assert (row["scenario"], row["requests"], row["errors"]) == ("mix", 1_000, 4)


def test_cpu_that_was_not_counted_is_nan() -> None:
    run = run_result(trial_result("1-mix", cpu_per_request=CpuPerRequest(0.001, None, 0.002)))
    row = cpu_frame(run).iloc[0]
    assert row["trial"] == "1-mix"
    assert row["generator_s"] == 0.001
    assert np.isnan(row["service_s"])
