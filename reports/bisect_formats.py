"""What a bisection found, for a terminal, as Markdown and as JSON."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable

import msgspec

from harness.bisection import BisectResult, RangeBuild, Symptom, TriedBuild
from harness.comparison import OF_SERVICES, ComparisonResult
from reports.comparison_formats import COMPARISON_FORMATS
from reports.comparison_views import operation_views
from reports.comparison_wording import METRICS, sides_text, signed_percent, where_texts
from reports.escaping import markdown_text, one_line, shorten
from reports.plain_tables import plain_table
from reports.units import MISSING, count, duration_text, plural

#: Most builds that are listed where the search could not tell them apart.
SUSPECTS_SHOWN = 20

#: Most characters of a commit's name in the table.
NAME_SHOWN = 60

#: A build that is further than this share of the bad end's effect from both ends is like neither.
OTHER_SHARE = 0.25

_HEADINGS = ("build", "commit or release", "written", "against the good end", "95 % interval", "pairs", "so it is")
_TEXTS = 3


def bisect_text(result: BisectResult, comparison: ComparisonResult | None) -> str:
    """The finding first, then why; without a search what the comparison of both ends says."""
    sections = [
        ("", [headline(result), *(f"  {line}" for line in facts(result, comparison))]),
        ("EVIDENCE", _table(result, markdown=False).splitlines()),
        ("REMARKS", remarks(result)),
        ("SKIPPED", [line for text in skipped_lines(result) for line in text.splitlines()]),
        ("WORSE TOO, not searched for", [symptom_text(one) for one in result.other_symptoms]),
        ("PROBLEMS", [line for text in result.problems for line in shorten(text).splitlines()]),
        ("SHOW IT AGAIN", [command] if (command := again(result)) else []),
    ]
    shown = "\n\n".join(_section(title, lines) for title, lines in sections if lines)
    return "\n\n".join([shown, *_ends(result, comparison, "text")])


def bisect_markdown(result: BisectResult, comparison: ComparisonResult | None) -> str:
    """The same as blocks with an empty line between them."""
    lists = (
        remarks(result),
        skipped_lines(result),
        [f"worse too: {symptom_text(one)}" for one in result.other_symptoms],
    )
    blocks = [
        f"**{markdown_text(headline(result))}**",
        "\n".join(f"- {markdown_text(line)}" for line in facts(result, comparison)),
        _table(result, markdown=True),
        *("\n".join(f"- {markdown_text(line)}" for line in lines) for lines in lists),
        "\n".join(f"- problem: {markdown_text(text)}" for text in result.problems),
        f"    {command}" if (command := again(result)) else "",
        *_ends(result, comparison, "markdown"),
    ]
    return "\n\n".join(block for block in blocks if block)


def bisect_json(result: BisectResult, _comparison: ComparisonResult | None) -> str:
    """What ``bisect.json`` holds, field by field."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2).decode()


BISECT_FORMATS: dict[str, Callable[[BisectResult, ComparisonResult | None], str]] = {
    "text": bisect_text,
    "markdown": bisect_markdown,
    "json": bisect_json,
}


def headline(result: BisectResult) -> str:
    """What was found, in one line."""
    ended = "" if result.status == "complete" else "INCOMPLETE, "
    good, bad = (build_text(result.builds[end]) for end in (0, -1))
    if result.outcome == "no regression" and result.verdict == "wrong":
        return f"{ended}WRONG: {bad} answers wrongly what {good} answers rightly; nothing was searched"
    if result.outcome == "no regression":
        return f"{ended}NO REGRESSION from {good} to {bad}: {result.verdict}; nothing was searched"
    if result.symptom is None:
        said = f": {result.verdict}" if result.verdict else ""
        return f"{ended}INCONCLUSIVE from {good} to {bad}{said}; nothing was searched"
    if not result.suspects:
        return f"{ended}INCONCLUSIVE: what made {bad} worse does not show when it is looked at alone"
    suspects = [build_text(result.builds[position]) for position in result.suspects]
    which = suspects[0] if len(suspects) == 1 else f"one of {count(len(suspects))}"
    said = "FIRST BAD" if result.outcome == "found" else "INCONCLUSIVE, first bad"
    return f"{ended}{said}: {which}"


def facts(result: BisectResult, comparison: ComparisonResult | None) -> list[str]:
    """In what, how sure, and what it took. ``comparison``: of both ends, which says where a change of all
    operations together is."""
    if result.symptom is None:
        return []
    lines = [symptom_text(result.symptom)]
    if comparison is not None and result.symptom.operation is None:
        lines += [text for view in operation_views(comparison) for text in where_texts(view)]
    if len(result.suspects) > 1:
        shown = [result.builds[position] for position in result.suspects[:SUSPECTS_SHOWN]]
        lines += [f"one of: {build_text(build)}" for build in shown]
        if len(result.suspects) > SUSPECTS_SHOWN:
            lines.append(f"and {count(len(result.suspects) - SUSPECTS_SHOWN)} more")
    if result.probability is not None:
        asked = f"{100 * result.settings.confidence_ratio:g} % was asked for"
        counted = result.symptom.lane == "exact"
        lines.append("counted, so certain" if counted else f"probability {_percent(result.probability)}; {asked}")
    between = max(0, len(result.builds) - 2)
    tried = sum(0 < one.position < len(result.builds) - 1 for one in result.tried)
    effort = f"{count(len(result.skipped))} skipped; took {duration_text(result.duration_s)}"
    return [*lines, f"{count(tried)} of {plural(between, 'build')} between both ends tried, {effort}"]


def symptom_text(symptom: Symptom) -> str:
    """``ResourceStatus.select by name: statements 4 → 5``."""
    operation = symptom.operation or "all operations together"
    if symptom.lane == "exact":
        values = f"{count(symptom.good_value)} → {count(symptom.bad_value)}"
        return one_line(f"{operation}: {symptom.metric.replace('_', ' ')} {values}")
    interval = "" if symptom.interval_ratio is None else f" [{_interval(symptom.interval_ratio)}]"
    metric, text = next(one for one in METRICS.items() if one[0] == symptom.metric)
    values = sides_text(metric, (symptom.good_value, symptom.bad_value))
    each = "" if metric in OF_SERVICES else " a request"
    return one_line(f"{operation}: {text} {signed_percent(symptom.effect_ratio)} %{interval}, {values}{each}")


def build_text(build: RangeBuild) -> str:
    """A release by its number, a commit by its id, day and subject."""
    if build.commit is None:
        return one_line(build.name)
    return one_line(f"{build.commit[:12]} ({(build.author_date or '')[:10]}) {build.subject or ''}")


def remarks(result: BisectResult) -> list[str]:
    """What does not look like one step; a search finds one of several."""
    symptom, bad = result.symptom, result.tried[-1] if result.tried else None
    if symptom is None or bad is None or not result.suspects:
        return []
    if symptom.lane == "exact":
        usual = {round(symptom.good_value), round(symptom.bad_value)}
        other = [one for one in result.tried if one.value not in usual]
    else:
        other = [one for one in result.tried if _fits_neither(one, bad)]
    places = ", ".join(str(one.position) for one in other)
    several = (
        f"neither as the good end nor as the bad one: build {places}; there is more than one step, one was found"
    )
    return [several] if other else []


def skipped_lines(result: BisectResult) -> list[str]:
    return [f"{build_text(result.builds[one.position])}: {shorten(one.reason)}" for one in result.skipped]


def again(result: BisectResult) -> str | None:
    """What to type to see the first bad build beside the last good one; without one the whole range."""
    if result.symptom is None:
        return None
    settings, last = result.settings, max(result.suspects, default=len(result.builds) - 1)
    names = [result.builds[position].name for position in (result.last_good, last)]
    words = ["rssbench", "compare", *names, "--lane", result.symptom.lane]
    words += ["--operation", result.symptom.operation] if result.symptom.operation else []
    words += ["--front-door", settings.front_door] if settings.front_door else []
    return shlex.join([*words, "--profile", settings.profile, "--seed", str(settings.seed)])


def _table(result: BisectResult, *, markdown: bool) -> str:
    if result.symptom is None or not result.tried:
        return ""
    rows = [_cells(result, one) for one in result.tried]
    return plain_table(_HEADINGS, [_good_cells(result), *rows], markdown=markdown, texts=_TEXTS)


def _good_cells(result: BisectResult) -> tuple[str, ...]:
    assert result.symptom is not None
    value = count(result.symptom.good_value) if result.symptom.lane == "exact" else MISSING
    return ("0", *_named(result.builds[0]), value, MISSING, MISSING, "good end")


def _cells(result: BisectResult, one: TriedBuild) -> tuple[str, ...]:
    effect = count(one.value) if one.value is not None else f"{signed_percent(one.ratio)} %"
    interval = MISSING if one.interval_ratio is None else f"{_interval(one.interval_ratio)} %"
    pairs = count(one.pairs) if one.pairs else MISSING
    state = "bad end" if one.position == len(result.builds) - 1 else _state(one)
    return (str(one.position), *_named(result.builds[one.position]), effect, interval, pairs, state)


def _named(build: RangeBuild) -> tuple[str, str]:
    if build.commit is None:
        return one_line(build.name), ""
    text = one_line(f"{build.commit[:12]} {build.subject or ''}")
    return text if len(text) <= NAME_SHOWN else f"{text[: NAME_SHOWN - 1]}…", (build.author_date or "")[:10]


def _state(one: TriedBuild) -> str:
    if one.bad_probability is None:
        return MISSING
    is_bad = one.bad_probability > 0.5
    sure = one.bad_probability if is_bad else 1.0 - one.bad_probability
    word = "bad" if is_bad else "good"
    return word if one.value is not None else f"{word}, {_percent(sure)}"


def _fits_neither(one: TriedBuild, bad: TriedBuild) -> bool:
    """By its interval, and by more than chance makes of one interval in twenty."""
    if one.interval_ratio is None or bad.interval_ratio is None or one is bad:
        return False
    share = math.log(one.ratio or 1.0) / math.log(bad.ratio or math.inf)
    low, high = one.interval_ratio
    differs = not low <= 1.0 <= high and not (low <= bad.interval_ratio[1] and bad.interval_ratio[0] <= high)
    return differs and min(abs(share), abs(share - 1.0)) > OTHER_SHARE


def _ends(result: BisectResult, comparison: ComparisonResult | None, form: str) -> list[str]:
    """The comparison of both ends, when it is the answer."""
    return [COMPARISON_FORMATS[form](comparison)] if comparison and result.symptom is None else []


def _interval(interval_ratio: tuple[float, float]) -> str:
    return f"{signed_percent(interval_ratio[0])}, {signed_percent(interval_ratio[1])}"


def _percent(ratio: float) -> str:
    return "> 99.99 %" if ratio > 0.9999 else f"{100 * ratio:.2f} %"


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)] if title else lines)
