"""The words and numbers of a comparison of micro-benchmarks, the same in every format."""

from __future__ import annotations

import math
from collections import Counter

from harness.comparison import Judgement
from harness.micro_comparison import MicroComparison, WallTime
from reports import comparison_wording as wording
from reports.escaping import one_line
from reports.units import MISSING, duration_text, plural

HEADING = (
    "benchmark",
    "verdict",
    "change",
    "adjusted p",
    "would have caught",
    "baseline → contender",
    "wall time, not judged",
)

_TOGETHER = "all together"


def label(fullname: str) -> str:
    """What pytest's -k takes: the name of a benchmark without its file's ending."""
    return one_line(fullname)


def verdict_line(result: MicroComparison) -> str:
    """One line: the verdict, how many benchmarks decide it, and why it is not more."""
    counts = Counter(one.verdict for one in result.judgements if one.operation is not None)
    told = wording.verdicts_text(counts.elements())
    pairs = max((one.pairs for one in result.judgements), default=0)
    line = f"{result.verdict.upper()}: {told or 'nothing measured'}; {plural(pairs, 'pair')}"
    together = next((one for one in result.judgements if one.operation is None), None)
    if together is not None:
        line += f", {_TOGETHER} {wording.effect_text(together)}"
    if not result.interleaved:
        line += f"; NOT INTERLEAVED: {'; '.join(result.reasons)}"
    elif result.verdict == "inconclusive" and result.reasons:
        more = f" (and {len(result.reasons) - 1} more)" if len(result.reasons) > 1 else ""
        line += f"; {one_line(result.reasons[0])}{more}"
    if result.status == "incomplete":
        line += "; incomplete, ended before its time"
    return f"{line} (family-wise error at most {result.family_error_ratio * 100:g} %)"


def rows(result: MicroComparison) -> list[list[str]]:
    """One per question: all together, then the worst verdict first, then the largest change."""
    walls = {one.benchmark: one for one in result.wall_times}
    return [_cells(one, walls.get(one.operation or "")) for one in sorted(result.judgements, key=_weight)]


def side_texts(result: MicroComparison) -> list[str]:
    """What was compared, and with what."""
    if result.files:
        return [
            f"baseline   {', '.join(map(one_line, result.files[::2]))}",
            f"contender  {', '.join(map(one_line, result.files[1::2]))}",
        ]
    lines = [
        f"baseline   {wording.build_text(result.baseline)}",
        f"contender  {wording.build_text(result.contender)}",
    ]
    if settings := result.settings:
        chosen = f"-k {one_line(settings.select)}; " if settings.select else ""
        lines.append(
            f"settings   {chosen}profile {settings.profile}, seed {settings.seed}; budget "
            f"{duration_text(settings.budget_s)}, took {duration_text(result.duration_s)}"
        )
    return lines


def control_text(result: MicroComparison) -> str:
    """What the baseline against itself shows: it must find nothing."""
    if not result.control:
        return "not measured"
    found = [one for one in result.control if one.verdict not in ("same", "inconclusive")]
    pairs = plural(max(one.pairs for one in result.control), "pair")
    if not found:
        return f"nothing found in {plural(len(result.control), 'question')}, {pairs}"
    names = "; ".join(label(one.operation or _TOGETHER) for one in found)
    return f"{plural(len(found), 'false alarm')} in {pairs}: {names}. Do not trust this comparison"


def _cells(judgement: Judgement, wall: WallTime | None) -> list[str]:
    return [
        label(judgement.operation or _TOGETHER),
        judgement.verdict,
        wording.effect_text(judgement) if judgement.effect_ratio else one_line(judgement.reason or ""),
        wording.p_text(judgement.adjusted_p),
        _caught(judgement),
        wording.values_text(judgement),
        _wall(wall),
    ]


def _caught(judgement: Judgement) -> str:
    return MISSING if judgement.smallest_detectable_ratio is None else f"{wording.detectable_percent(judgement)} %"


def _wall(wall: WallTime | None) -> str:
    if wall is None:
        return MISSING
    interval = ""
    if wall.interval_ratio:
        low, high = map(wording.signed_percent, wall.interval_ratio)
        interval = f" [{low}, {high}]"
    return f"{wording.signed_percent(wall.effect_ratio)} %{interval}"


def _weight(judgement: Judgement) -> tuple[bool, int, float]:
    effect = abs(math.log(judgement.effect_ratio)) if judgement.effect_ratio else 0.0
    return judgement.operation is not None, wording.VERDICTS.index(judgement.verdict), -effect
