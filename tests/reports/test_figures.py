from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

import reports
from harness.measure.window import Window
from reports.figures import (
    COLOURS,
    cpu_per_request,
    curve_gid,
    latency_curves,
    operation_percentiles,
    tick_text,
    time_ticks,
    timeline,
)
from reports.frames import cpu_frame, curve_frame, operation_frame, sample_frame, timeline_frame
from tests.reports.synthetic_run import START_NS, make_samples, operation_result, run_result, trial_result

NAMES = ["Publisher.getTree", "ResourceStatus.select log"]
SAMPLES = sample_frame(
    make_samples(2, 4_000, errors=20), NAMES, start_ns=START_NS, window=Window(START_NS, START_NS + 30 * 10**9)
)
RUN = run_result(
    trial_result("1-mix", operation_result("a $1 < 2 & b $2"), operation_result("Publisher.getTree")),
    trial_result("2-burst", operation_result("Publisher.getTree")),
)


def lines_of(axes: Axes, label: str) -> list[Line2D]:
    return [line for line in axes.lines if line.get_label() == label]


def test_the_curves_of_one_operation_carry_its_group_and_its_data() -> None:
    curves = curve_frame(SAMPLES)
    axes = latency_curves(curves).axes[0]
    mine = [line for line in axes.lines if line.get_gid() == curve_gid(1)]
    drawn = [point for line in mine[:2] for point in line.get_ydata()]
    expected = curves.query("operation == @NAMES[1] and time == 'latency'")["time_s"]
    assert set(drawn) == set(expected)
    assert {line.get_gid() for line in axes.lines} == {curve_gid(0), curve_gid(1)}


def test_latency_and_service_time_differ_in_dashes_as_well_as_in_colour() -> None:
    axes = latency_curves(curve_frame(SAMPLES)).axes[0]
    latency, service = lines_of(axes, "latency")[0], lines_of(axes, "service time")[0]
    assert latency.get_linestyle() == "-"
    assert service.get_linestyle() == "--"
    assert latency.get_color() != service.get_color()


def test_the_percentile_axis_is_one_in_how_many() -> None:
    axes = latency_curves(curve_frame(SAMPLES)).axes[0]
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert dict(zip(axes.get_xticks(), (text.get_text() for text in axes.get_xticklabels()), strict=True)) == {
        2: "p50",
        10: "p90",
        100: "p99",
    }


def test_the_timeline_shows_latency_errors_rates_and_what_is_outside_the_window() -> None:
    steps = timeline_frame(SAMPLES)
    latency, rate = timeline(steps, window_s=(1.0, 19.0), open_loop=True).axes
    assert lines_of(latency, "median")[0].get_ydata().tolist() == steps["median_latency_s"].to_list()
    assert lines_of(latency, "slowest")[0].get_ydata().tolist() == steps["largest_latency_s"].to_list()
    assert len(lines_of(latency, "errors")[0].get_xdata()) == (steps["errors"] > 0).sum()
    shaded = [patch for patch in rate.patches if patch.get_label() == "outside"]
    assert [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in shaded] == [
        (0.0, 1.0),
        (19.0, steps["end_s"].iloc[-1]),
    ]
    asked = next(patch for patch in rate.patches if patch.get_label() == "asked")
    assert list(asked.get_data()[0]) == steps["due_per_s"].to_list()
    assert (latency.get_ylabel(), rate.get_ylabel()) == ("latency", "requests / s")


def test_a_closed_loop_has_no_rate_asked() -> None:
    _, rate = timeline(timeline_frame(SAMPLES), window_s=(0.0, 20.0), open_loop=False).axes
    assert [patch.get_label() for patch in rate.patches if patch.get_label() == "asked"] == []


def test_percentiles_of_operations_stand_in_the_order_of_the_table() -> None:
    frame = operation_frame(RUN).query("trial == '1-mix'")
    axes = operation_percentiles(frame).axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a $1 < 2 & b $2", "Publisher.getTree"]
    assert axes.yaxis_inverted()
    assert lines_of(axes, "latency_p99_s")[0].get_xdata().tolist() == [0.0117, 0.0117]
    assert lines_of(axes, "service_time_p50_s")[0].get_xdata().tolist() == [0.00212, 0.00212]


def test_cpu_bars_are_stacked_by_side() -> None:
    cpu = cpu_frame(RUN)
    axes = cpu_per_request(cpu).axes[0]
    generator, service, database = axes.containers
    assert [bars.get_label() for bars in axes.containers] == ["generator", "service", "database"]
    assert [bar.get_width() for bar in service] == cpu["service_s"].to_list()
    assert database[0].get_x() == pytest.approx(generator[0].get_width() + service[0].get_width())
    assert "1.84 ms" in {text.get_text() for text in axes.texts}


@pytest.mark.parametrize(
    ("times_s", "texts"),
    [
        ([0.0021, 0.0024], ["2 ms", "5 ms"]),
        ([0.002, 0.05], ["2 ms", "5 ms", "10 ms", "20 ms", "50 ms"]),
        ([0.0002, 31.0], ["100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s"]),
        ([0.0, float("inf"), float("nan")], []),
    ],
)
def test_ticks_of_time_are_round_and_contain_all_times(times_s: list[float], texts: list[str]) -> None:
    assert [tick_text(tick_s) for tick_s in time_ticks(pd.Series(times_s))] == texts


def test_drawing_leaves_the_settings_of_matplotlib_alone() -> None:
    before = dict(mpl.rcParams)
    cpu_per_request(cpu_frame(RUN))
    assert dict(mpl.rcParams) == before


def test_the_style_sheet_of_the_page_knows_the_same_colours() -> None:
    parts = (Path(reports.__file__).parent / "templates" / "parts.html.j2").read_text()
    assert {COLOURS[name] for name in ("latency", "service time", "error", "asked", "outside")} <= set(
        parts.replace("'", " ").split()
    )
