"""What a self-test found, as tables for a terminal, Markdown and the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.selftest_result import Figure, Part, PeerScore, PoolArm, Rate, SelftestResult
from reports.plain_tables import Table
from reports.units import MISSING, count, duration_text, plural, time_text

_TITLES: dict[Part, str] = {
    "false-alarms": "False alarms",
    "power": "Power",
    "coverage": "Intervals",
    "exact": "The exact lane",
    "stall": "A known stall",
}

_METRICS = {"service_cpu": "service CPU", "service_time": "service time"}

_FIGURES = ("source", "what", "found", "rate (95 %)", "aim", "", "pairs, median (95 %)", "time, median")
_POOL = ("pairs of", "pairs", "one pair", "service CPU", "service time", "spread, CPU", "spread, time")
_STALLS = ("generator", "requests", "p50", "p95", "p99", "true p99", "over the truth")
_EFFORTS = ("what", "began", "took", "trials", "load average")


def verdict_line(result: SelftestResult) -> str:
    """Which figures reach their aims, in one line."""
    standings = [figure.standing for figure in result.figures if figure.standing]
    parts = [f"{standings.count('reached')} of {plural(len(standings), 'aim')} reached"]
    parts += [f"{standings.count('missed')} missed"] if "missed" in standings else []
    parts += [f"{standings.count('open')} with too few trials to say"] if "open" in standings else []
    return "self-test: " + ", ".join(parts if standings else ["nothing measured"])


def selftest_tables(result: SelftestResult) -> list[Table]:
    """In the order in which a reader asks; empty ones are left out."""
    tables = [_figures(title, part, result) for part, title in _TITLES.items()]
    tables.append(_stalls(result))
    tables += [_peers(result, metric, tuned=tuned) for metric in _METRICS for tuned in (True, False)]
    tables += [_pool(result.pool), _efforts(result)]
    return [table for table in tables if table.rows]


def rate_text(rate: Rate) -> str:
    """``98.5 % (95.7 to 99.5)``."""
    return f"{100 * rate.found / rate.trials:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})"


def _figures(title: str, part: Part, result: SelftestResult) -> Table:
    figures = [figure for figure in result.figures if figure.part == part]
    notes = dict.fromkeys(f"{figure.what}: {figure.note}" for figure in figures if figure.note)
    return Table(title, _FIGURES, [_figure(figure) for figure in figures], tuple(notes))


def _figure(figure: Figure) -> tuple[str, ...]:
    pairs = figure.pairs and f"{figure.pairs[0]:.0f} ({figure.pairs[1]:.0f})"
    return (
        figure.source,
        figure.what,
        f"{count(figure.rate.found)} of {count(figure.rate.trials)}",
        rate_text(figure.rate),
        figure.aim or MISSING,
        figure.standing or MISSING,
        pairs or MISSING,
        MISSING if figure.minutes is None else duration_text(60 * figure.minutes),
    )


def _stalls(result: SelftestResult) -> Table:
    rows = [
        (
            one.generator,
            count(one.requests),
            time_text(one.p50_s),
            time_text(one.p95_s),
            time_text(one.p99_s),
            time_text(one.truth_s),
            f"{one.p99_s / one.truth_s:.4f}",
        )
        for one in result.stalls
    ]
    note = "The truth is without service time and backlog, which come on top of it."
    return Table("Latency of a service that stands still 1 s in every 10 s", _STALLS, rows, (note,))


def _peers(result: SelftestResult, metric: str, *, tuned: bool) -> Table:
    scores = [one for one in result.peers if one.metric == metric and one.is_tuned is tuned]
    shares = sorted({share for one in scores for share, _rate in one.detections})
    how = "tuned to 1 % false alarms on the other half of the equal pairs" if tuned else "as they come"
    rows = [_peer(one, shares) for one in sorted(scores, key=lambda one: (one.runs, one.order))]
    if rows and tuned:
        rows = [*_ours(result, shares), *rows]
    headings = ("rule", "runs of each build", "threshold", "false alarms", *(f"+{share:.0%}" for share in shares))
    return Table(
        f"Peers on the same pairs, {_METRICS[metric]}, {how}", headings, rows, _PEER_NOTES if rows else ()
    )


_PEER_NOTES = (
    (
        "A run is one side of a pair. One after the other: one build from a stretch of pairs, the other from the "
        "next; interleaved: both from the same pairs."
    ),
    (
        "Trials share pairs, so that they tell less than as many independent ones; an interval counts them as "
        "independent."
    ),
)


def _peer(score: PeerScore, shares: Sequence[float]) -> tuple[str, ...]:
    found = dict(score.detections)
    order = "one after the other" if score.order == "sequential" else "interleaved"
    return (
        score.peer,
        f"{score.runs}, {order}",
        score.threshold,
        rate_text(score.false_alarms),
        *(rate_text(found[share]) if share in found else MISSING for share in shares),
    )


def _ours(result: SelftestResult, shares: Sequence[float]) -> Iterator[tuple[str, ...]]:
    """The whole rule of a comparison, untuned, on as many pairs as it takes."""
    drawn = [one for one in result.figures if one.source == "pool" and one.share is not None and one.pairs]
    alarms = next((one for one in drawn if one.part == "false-alarms"), None)
    if alarms is None or alarms.pairs is None:
        return
    found = {one.share: one for one in drawn if one.part == "power"}
    cells = [
        f"{rate_text(found[share].rate)}, {found[share].pairs[0]:.0f} pairs" if share in found else MISSING  # type: ignore[index]
        for share in shares
    ]
    runs = f"{alarms.pairs[0]:.0f}, interleaved"
    yield ("rssbench compare, all questions", runs, "its own", rate_text(alarms.rate), *cells)


def _pool(pool: Sequence[PoolArm]) -> Table:
    rows = [
        (
            f"+{arm.share:.0%}" if arm.share else "two equal builds",
            count(arm.pairs),
            time_text(arm.pair_s),
            *(_effect(arm, metric) for metric in _METRICS),
            *(f"{100 * arm.spreads[metric]:.2f} %" if metric in arm.spreads else MISSING for metric in _METRICS),
        )
        for arm in pool
    ]
    note = "Effects are those of all operations together, estimates with 95 % intervals over all pairs."
    return Table("The pool of pairs", _POOL, rows, (note,))


def _effect(arm: PoolArm, metric: str) -> str:
    if metric not in arm.effects_ratio:
        return MISSING
    value, low, high = (100 * (ratio - 1) for ratio in arm.effects_ratio[metric])
    return f"{value:+.2f} % ({low:+.2f} to {high:+.2f})"


def _efforts(result: SelftestResult) -> Table:
    rows = [
        (
            one.what,
            one.began_at.replace("T", " "),
            duration_text(60 * one.minutes),
            count(one.added),
            " / ".join(f"{load:.1f}" for load in one.load_average),
        )
        for one in result.efforts
    ]
    return Table(
        "What it took", _EFFORTS, rows, ("Load average of one minute: least, median and largest meanwhile.",)
    )
