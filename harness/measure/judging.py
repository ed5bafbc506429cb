"""From all that the lanes measured to the judgements and the verdict of a comparison."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from harness.compare.verdict import Series, conclude, judge
from harness.comparison import (
    AbsentOperation,
    ComparisonResult,
    ComparisonSettings,
    Judgement,
    Question,
    TimedMetric,
    Verdict,
)
from harness.measure.observations import Observations, wrong_answer
from harness.measure.pair_store import PairStore
from harness.measure.window_store import LoadWindow, WindowPair, WindowStore
from harness.store import COMPARISON
from scenarios.answer_check import NO_METHOD

#: A lane in which more of the windows than this say nothing about the builds gives no verdict.
INVALID_LIMIT_RATIO = 0.5

_OF_WINDOW: dict[TimedMetric, str] = {
    "latency_p50": "latency_p50_s",
    "latency_p95": "latency_p95_s",
    "latency_p99": "latency_p99_s",
    "reached_rate": "reached_rate_per_s",
}


class Measured(NamedTuple):
    """What the lanes with pairs have, so far. ``control``: the baseline against itself."""

    compared: Observations
    control: Observations
    windows: Sequence[WindowPair]


def read_measured(directory: Path, operations: Sequence[str]) -> Measured:
    """What a comparison has on disk; ``operations`` are those of its settings."""
    compared, control = Observations(operations), Observations(operations)
    for line, rows in PairStore(directory).read():
        (control if line.is_control else compared).add(line, rows)
    return Measured(compared, control, WindowStore(directory).read())


def judged(result: ComparisonResult, measured: Measured) -> ComparisonResult:
    """The comparison with judgements and verdict of what is measured until now."""
    wrong = measured.compared.wrong[0].keys() | measured.compared.wrong[1].keys()
    timed = judge_timed(result.settings, measured)
    only = result.settings.only_operation
    right = (one for one in timed if (one.operation or only) not in wrong)
    judgements = (*right, *wrong_answers(measured))
    control = judge(measured.control.series()) if measured.control.pairs else ()
    return replace(
        result,
        verdict=_verdict(result, judgements, control),
        judgements=_named(judgements, result.settings),
        control=_named(control, result.settings),
        absent=(*result.absent, *_absent(result, measured)),
    )


def _absent(result: ComparisonResult, measured: Measured) -> Iterator[AbsentOperation]:
    """What the pairs show the baseline to answer wrongly, and the contender not to have, unless it is known."""
    known = {one.operation for one in result.absent}
    of_baseline = {**measured.control.wrong[0], **measured.control.wrong[1], **measured.compared.wrong[0]}
    lacking = {one: text for one, text in measured.compared.wrong[1].items() if text.startswith(NO_METHOD)}
    for build, name, problems in (
        (result.baseline, "baseline", of_baseline),
        (result.contender, "contender", lacking),
    ):
        for operation, problem in problems.items():
            if operation not in known:
                yield AbsentOperation(operation, build.name if build else name, problem)


def _named(judgements: Sequence[Judgement], settings: ComparisonSettings) -> tuple[Judgement, ...]:
    """Of one operation alone, what is said of all together bears its name, and goes with what is said of it."""
    return tuple(replace(one, operation=one.operation or settings.only_operation) for one in judgements)


def wrong_answers(measured: Measured) -> tuple[Judgement, ...]:
    """Of what the contender answers wrongly, and the baseline rightly, in any lane."""
    return (*measured.compared.wrong_answers(), *_wrong_windows(measured.windows))


def _verdict(
    result: ComparisonResult, judgements: tuple[Judgement, ...], control: tuple[Judgement, ...]
) -> Verdict:
    """A lane that was asked for and has measured nothing yet leaves everything open that is not bad already."""
    verdict = conclude(judgements, control, result.exact).verdict
    measured = {one.lane for one in judgements} | ({"exact"} if result.exact else set())
    is_open = verdict in ("same", "improvement") and not measured.issuperset(result.settings.lanes)
    return "inconclusive" if is_open else verdict


def recover_comparison(directory: Path) -> ComparisonResult:
    """The comparison in ``directory``; of one that was killed, judged by all that it had measured.

    RssbenchError when there is none.
    """
    result = COMPARISON.read(directory)
    if result.status == "complete":
        return result
    return judged(result, read_measured(directory, result.settings.operations))


def judge_timed(settings: ComparisonSettings, measured: Measured) -> tuple[Judgement, ...]:
    """All questions of the lanes that were asked for, measured or not: they share one error."""
    series: dict[Question, Series] = {}
    if "paired" in settings.lanes:
        series |= measured.compared.series()
    if "load" in settings.lanes:
        series |= _window_series([one.name for one in settings.scenarios], measured.windows)
    return tuple(_invalidated(one, measured.windows) for one in judge(series)) if series else ()


def _window_series(scenarios: Sequence[str], pairs: Sequence[WindowPair]) -> dict[Question, Series]:
    """A question per scenario and metric; NaN where a window has none, or says nothing of its build."""
    found: dict[Question, Series] = {}
    for scenario in scenarios:
        of_scenario = [pair for pair in pairs if pair.scenario == scenario]
        for metric, field in _OF_WINDOW.items():
            sides = (tuple(_value(pair.windows[side], field) for pair in of_scenario) for side in (0, 1))
            found[Question("load", metric, scenario)] = Series(*sides)
    return found


def _value(window: LoadWindow, field: str) -> float:
    value = None if window.bottleneck else getattr(window, field)
    return math.nan if value is None else float(value)


def _wrong_windows(pairs: Sequence[WindowPair]) -> tuple[Judgement, ...]:
    """A judgement per scenario in which requests to the contender failed, and none to the baseline."""
    found = []
    for scenario in dict.fromkeys(pair.scenario for pair in pairs):
        baseline, contender = zip(*(pair.windows for pair in pairs if pair.scenario == scenario), strict=True)
        errors = sum(window.errors for window in contender)
        if errors and not any(window.errors for window in baseline):
            first = next((window.first_error for window in contender if window.first_error), None)
            reason = f"{errors} of {sum(window.requests for window in contender)} requests failed: {first}"
            found.append(wrong_answer("load", "latency_p50", scenario, len(contender), reason))
    return tuple(found)


def _invalidated(judgement: Judgement, pairs: Sequence[WindowPair]) -> Judgement:
    """Of the lane load no verdict when the generator, not a build, shaped most of its windows."""
    if judgement.lane != "load" or judgement.verdict == "wrong":
        return judgement
    windows = [window for pair in pairs if pair.scenario == judgement.operation for window in pair.windows]
    invalid = [window.bottleneck for window in windows if window.bottleneck]
    if len(invalid) <= INVALID_LIMIT_RATIO * len(windows):
        return judgement
    reason = f"{len(invalid)} of {len(windows)} windows say nothing about a build: {invalid[0]}"
    return replace(judgement, verdict="inconclusive", reason=reason)
