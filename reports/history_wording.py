"""The words and numbers of a history, the same in every format."""

from __future__ import annotations

from collections.abc import Iterable

from harness.history import HistoryBuild, HistoryChange, HistoryResult, HistoryTrend
from harness.stats.sequential import MINIMUM_PAIRS
from reports import history_views as views
from reports.comparison_views import ALL_OPERATIONS, PackageDifference
from reports.comparison_wording import METRICS, signed_percent
from reports.escaping import one_line, shorten
from reports.history_changes import ChangeGroup, grouped
from reports.history_look_ups import LookUps, keys_of, look_ups
from reports.units import count, plural, time_text

#: Most packages that a summary names.
_NAMED_PACKAGES = 6

#: What a counter is called stands in it already.
_METRIC_WORDS: dict[str, str] = {str(metric): words for metric, words in METRICS.items()}


def history_line(result: HistoryResult) -> str:
    """The verdict, why, and what was measured, in one line."""
    measured = [build for build in result.builds if not build.missing]
    facts = [changes_text(result), *_trend_facts(result)]
    facts.append(f"{count(len(measured))} of {plural(len(result.builds), 'build')} measured")
    if result.status == "incomplete":
        problem = shorten(one_line(result.problems[0]), 160) if result.problems else "no reason was recorded"
        facts.insert(0, f"incomplete: {problem}")
    return f"{result.verdict.upper()}: {'; '.join(facts)}"


def changes_text(result: HistoryResult) -> str:
    """``12 changes from build to build, 9 for the worse, 1 recovered``."""
    groups = grouped(result.changes)
    if not groups:
        return "no change from build to build"
    worse = sum(group.first.worse for group in groups)
    recovered = sum(group.first.recovered_in is not None for group in groups)
    text = f"{plural(len(groups), 'change')} from build to build, {count(worse)} for the worse"
    return f"{text}, {count(recovered)} recovered" if recovered else text


def trend_text(trend: HistoryTrend, names: dict[str, str]) -> str:
    """``service CPU of all operations together, 7.2.52 to 9.1.22: same, -0.4 % [-1.1, +0.3]``."""
    what = "all look-ups together" if trend.lane == "micro" else ALL_OPERATIONS
    low, high = map(signed_percent, trend.interval_ratio)
    builds = f"{names[trend.earlier]} to {names[trend.later]}"
    effect = f"{signed_percent(trend.effect_ratio)} % [{low}, {high}]"
    return f"{_METRIC_WORDS[trend.metric]} of {what}, {builds}: {trend.verdict}, {effect}"


def change_text(change: HistoryChange, names: dict[str, str]) -> str:
    """``ResourceStatus.insert log: service CPU +3.2 % [+2.1, +4.4]``, or ``statements 3 → 4``."""
    text = f"{operation_name(change)}: {_METRIC_WORDS.get(change.metric, change.metric)} "
    if change.counts is not None:
        text += " → ".join(map(count, change.counts))
    elif change.interval_ratio is not None:
        low, high = map(signed_percent, change.interval_ratio)
        text += f"{signed_percent(change.effect_ratio)} % [{low}, {high}]"
    return f"{text}, recovered in {names[change.recovered_in]}" if change.recovered_in else text


def group_text(group: ChangeGroup, names: dict[str, str]) -> str:
    """As ``change_text``, or ``answer bytes of 26 operations +3.7 % to +21.4 %``."""
    if len(group.changes) == 1:
        return change_text(group.first, names)
    ratios = [one.effect_ratio for one in group.changes if one.effect_ratio is not None]
    text = f"{group.first.metric} of {plural(len(group.changes), 'operation')}"
    if ratios:
        text += f" {signed_percent(min(ratios))} % to {signed_percent(max(ratios))} %"
    recovered_in = group.first.recovered_in
    return f"{text}, recovered in {names[recovered_in]}" if recovered_in else text


def operation_name(change: HistoryChange) -> str:
    if change.operation is None:
        return "all look-ups together" if change.lane == "micro" else ALL_OPERATIONS
    if change.lane == "micro" and (keys := keys_of(change.operation)) is not None:
        return f"look-up in a cache of {plural(keys, 'key')}"
    return f"evaluation of {change.operation}" if change.lane == "evaluations" else change.operation


def boundary_text(boundary: views.Boundary) -> str:
    return f"{views.label(boundary.earlier)} → {views.label(boundary.later)}"


def environment_text(boundary: views.Boundary) -> str:
    """What differs between two neighbours, in one line."""
    packages = boundary.packages
    facts = [f"differs in {boundary.kind}"]
    for word, chosen in (
        ("added", [one for one in packages if one.baseline is None]),
        ("removed", [one for one in packages if one.contender is None]),
        ("changed", [one for one in packages if one.baseline is not None and one.contender is not None]),
    ):
        if chosen:
            facts.append(f"{plural(len(chosen), 'package')} {word} ({_packages_text(chosen)})")
    assert boundary.earlier.identity
    assert boundary.later.identity
    pythons = [boundary.earlier.identity.python_version, boundary.later.identity.python_version]
    if len(set(pythons)) > 1:
        facts.append(f"Python {' → '.join(pythons)}")
    return "; ".join(facts)


def in_short(result: HistoryResult) -> list[str]:
    """What the figures say, without what is known of DIRAC: the trends, what stayed, how look-ups grow."""
    names = views.labels(result)
    said = [trend_text(trend, names) for trend in result.trends]
    if pairs := too_few_pairs(result):
        said.append(pairs)
    constant = views.constant_operations(result)
    if total := constant.total():
        said.append(
            "statements, rows examined and sent, commits and connections are the same in all builds that have it "
            f"for {count(constant[True])} of {plural(total, 'operation')}"
        )
    found = look_ups(result)
    return [*said, look_up_text(found)] if found else said


def too_few_pairs(result: HistoryResult) -> str | None:
    """Why there is no interval of any timed operation; None when there is one, or nothing was to be timed."""
    known = [one for build in result.builds for one in build.judgements]
    if "operations" not in result.settings.parts or any(one.interval_ratio for one in known):
        return None
    most = max((one.pairs for one in known), default=0)
    measured = f"{plural(most, 'pair')} a build at most were measured"
    return f"times: no intervals, for {measured}, and {MINIMUM_PAIRS} are needed"


def look_up_text(found: list[LookUps]) -> str:
    """All builds in one sentence, from the least to the most of them."""
    few, many = min(found[0].cpu_s), max(found[0].cpu_s)
    cheap, dear = ([one.cpu_s[keys] for one in found if keys in one.cpu_s] for keys in (few, many))
    growth = _span(f"{ratio:,.1f}" for ratio in _ends([one.growth_ratio for one in found]))
    return (
        f"a look-up in the client's cache costs {_span(map(time_text, _ends(cheap)))} of CPU with {count(few)} "
        f"keys and {_span(map(time_text, _ends(dear)))} with {count(many)}: "
        f"{growth} times as much for {many / few:,.0f} times the keys, in {plural(len(found), 'build')}"
    )


def _ends(values: list[float]) -> tuple[float, float]:
    return min(values), max(values)


def _span(texts: Iterable[str]) -> str:
    """``3 to 5``, or one of them when both are the same."""
    return " to ".join(dict.fromkeys(texts))


def build_text(build: HistoryBuild) -> str:
    """Its name, and what its commit is about."""
    return build.name if build.subject is None else f"{views.label(build)} {shorten(one_line(build.subject), 80)}"


def problems_text(build: HistoryBuild) -> str:
    return shorten(one_line("; ".join(build.problems) or "it was not measured yet"), 400)


def _packages_text(packages: list[PackageDifference]) -> str:
    texts = [
        f"{one.name} {one.baseline} → {one.contender}" if one.baseline and one.contender else one.name
        for one in packages[:_NAMED_PACKAGES]
    ]
    return ", ".join([*texts, "…"] if len(packages) > _NAMED_PACKAGES else texts)


def _trend_facts(result: HistoryResult) -> list[str]:
    names = views.labels(result)
    told = [one for one in result.trends if (one.lane, one.metric) == ("paired", "service_cpu")]
    return [trend_text(one, names) for one in told]
