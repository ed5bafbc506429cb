import math

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.comparison_figures import FARTHEST, NAME_LENGTH, axis_name, change_ticks, effects, pair_strips
from reports.comparison_frames import PAIR_COLUMNS, STRIPS, effect_frame, strip_frame
from reports.comparison_views import offenders, operation_views
from reports.figures import COLOURS
from tests.reports.synthetic_comparison import (
    KINDS,
    NAMES,
    comparison,
    judgement,
    pair_frame,
    regression,
    same,
    slower,
)

NO_PAIRS = pd.DataFrame(columns=list(PAIR_COLUMNS))


def panels_of(figure: Figure) -> dict[str, Axes]:
    return {axes.get_title(): axes for axes in figure.axes}


def points_of(axes: Axes, verdict: str) -> list[tuple[float, float]]:
    """Change in percent and row of each mark of a verdict."""
    (line,) = (line for line in axes.lines if line.get_label() == verdict)
    return [(round(math.expm1(x) * 100, 3), y) for x, y in zip(*line.get_data(), strict=True)]


def strips_of(result: object = None, pairs: pd.DataFrame | None = None) -> pd.DataFrame:
    result = result or regression()
    return strip_frame(pair_frame(result) if pairs is None else pairs, offenders(operation_views(result)))


def test_each_metric_has_a_panel_and_each_operation_its_row_in_all_of_them() -> None:
    figure = effects(effect_frame(regression(), "paired"))
    assert list(panels_of(figure)) == ["service CPU", "database CPU", "service time"]
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert sorted(rows) == sorted(NAMES)
    service = panels_of(figure)["service CPU"]
    assert points_of(service, "regression") == [(2.3, rows.index(NAMES[0])), (2.3, rows.index(NAMES[5]))]


def test_verdicts_differ_in_their_marks_as_well_as_in_colour() -> None:
    verdicts = ("regression", "improvement", "same", "inconclusive")
    frame = effect_frame(comparison(judgements=tuple(judgement(one, verdict=one) for one in verdicts)), "paired")
    (axes,) = effects(frame).axes
    looks = {
        (line.get_marker(), line.get_markerfacecolor()) for line in axes.lines if line.get_label() in verdicts
    }
    assert len(looks) == len(verdicts)


def test_the_margin_is_a_band_around_no_change() -> None:
    (axes,) = effects(effect_frame(comparison(judgements=(judgement("a", margin_ratio=1.02),)), "paired")).axes
    (band,) = axes.patches
    assert band.get_x() == pytest.approx(-math.log(1.02))
    assert band.get_x() + band.get_width() == pytest.approx(math.log(1.02))


def test_without_a_margin_there_is_no_band() -> None:
    (axes,) = effects(effect_frame(comparison(judgements=(judgement("a", margin_ratio=None),)), "paired")).axes
    assert not axes.patches


def test_one_huge_effect_stands_at_the_edge_with_its_number_and_does_not_hide_the_others() -> None:
    judgements = tuple(judgement(name) for name in NAMES)
    huge = slower("huge", effect_ratio=13.0, interval_ratio=(12.0, 14.0))
    (axes,) = effects(effect_frame(comparison(judgements=(*judgements, huge)), "paired")).axes
    edge = axes.get_xlim()[1]
    assert edge < 0.05
    assert points_of(axes, "regression") == [(round(math.expm1(edge) * 100, 3), len(NAMES))]
    assert [text.get_text() for text in axes.texts] == ["+1,200 %"]


def test_no_panel_is_wider_than_its_limit() -> None:
    judgements = tuple(slower(name, effect_ratio=5.0, interval_ratio=(4.0, 6.0)) for name in NAMES[:4])
    (axes,) = effects(effect_frame(comparison(judgements=judgements), "paired")).axes
    assert axes.get_xlim() == pytest.approx((-FARTHEST, FARTHEST))


def test_twice_and_half_are_equally_far_from_no_change() -> None:
    ticks = {"-10 %": math.log(0.9), "+10 %": math.log(1.1), "0": 0.0}
    (axes,) = pair_strips(strips_of()).axes
    shown = dict(zip((text.get_text() for text in axes.get_xticklabels()), axes.get_xticks(), strict=True))
    assert {name: shown[name] for name in ticks} == pytest.approx(ticks)
    assert axes.get_xlim()[0] == -axes.get_xlim()[1]


@pytest.mark.parametrize("each_side", [2, 4])
@pytest.mark.parametrize("limit", np.geomspace(0.001, 1.2, 60))
def test_ticks_are_round_and_on_both_sides_of_no_change(limit: float, each_side: int) -> None:
    ticks = change_ticks(limit, each_side)
    assert 0.0 in ticks
    assert 1 <= sum(tick < 0 for tick in ticks) <= each_side
    assert 1 <= sum(tick > 0 for tick in ticks) <= each_side
    assert all(abs(math.log1p(tick)) <= limit for tick in ticks)


def test_an_effect_without_an_interval_is_a_mark_alone() -> None:
    (axes,) = effects(effect_frame(KINDS["interrupted"](), "paired")).axes
    assert len(points_of(axes, "inconclusive")) == 1


def test_the_lane_as_a_whole_has_a_row_of_its_own() -> None:
    result = comparison(judgements=(judgement(None, "reached_rate", lane="load"),))
    assert list(effect_frame(result, "load")["operation"]) == ["all operations together"]
    assert effect_frame(result, "paired").empty


def test_the_strips_are_those_of_the_offenders_then_those_of_the_control_alone() -> None:
    strips = strips_of().drop_duplicates("strip")
    assert list(zip(strips["operation"], strips["metric"], strict=True)) == [
        (NAMES[0], "service_cpu"),
        (NAMES[0], "database_cpu"),
        (NAMES[5], "service_cpu"),
        (NAMES[0], "service_time"),
    ]
    assert list(strips["effect"].isna()) == [False, False, False, True]


def test_a_strip_holds_every_pair_of_both_sides() -> None:
    strips = strips_of()
    counted = strips.groupby(["strip", "side"]).size()
    assert counted[0, "compared"] == counted[0, "control"] == 40
    assert (2, "control") not in counted.index


def test_all_operations_together_have_a_strip_too() -> None:
    strips = strips_of(comparison(judgements=(slower(None), slower(NAMES[1]))))
    assert list(strips["operation"].unique())[:2] == [NAMES[1], "all operations together"]


def test_too_many_offenders_are_cut_to_the_worst() -> None:
    result = comparison(judgements=tuple(slower(name, effect_ratio=1.1 + i / 100) for i, name in enumerate(NAMES)))
    strips = strips_of(result).drop_duplicates("strip")
    assert list(strips["operation"]) == list(reversed(NAMES))[:STRIPS]


def test_no_pairs_make_no_strips_and_a_calm_comparison_shows_its_control() -> None:
    assert strips_of(regression(), NO_PAIRS).empty
    assert set(strips_of(same())["operation"]) == {NAMES[0]}


def test_all_dots_of_one_side_of_a_strip_are_one_path_in_the_order_of_measuring() -> None:
    strips = strips_of()
    (axes,) = pair_strips(strips.sample(frac=1, random_state=1)).axes
    lines = [line for line in axes.lines if line.get_label() == "compared"]
    first = lines[0]
    xs, ys = (np.asarray(data)[::3] for data in first.get_data())
    expected = strips.query("strip == 0 and side == 'compared'").sort_values("pair")["log_ratio"]
    assert list(xs[np.argsort(ys)]) == list(expected)
    assert len(lines) == strips["strip"].nunique()


def test_the_estimate_is_marked_in_its_strip() -> None:
    (axes,) = pair_strips(strips_of()).axes
    marks = [line.get_xdata()[0] for line in axes.lines if line.get_color() == COLOURS["ink"]]
    assert marks == pytest.approx([math.log(1.023), math.log(1.31), math.log(1.023)])


def test_a_name_beside_a_figure_is_printable_and_no_longer_than_its_room() -> None:
    assert axis_name("a\x1bb") == "a\\x1bb"
    long = axis_name("Service." + "x" * 100 + " by name")
    assert len(long) == NAME_LENGTH
    assert long.startswith("Service.")
    assert long.endswith("x by name")
