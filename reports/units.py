"""Numbers as people read them: one scale per table, thousands separated, a dash where there is no number."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

#: Stands where a number does not exist.
MISSING = "–"  # noqa: RUF001 - an en dash is as wide as a digit


@dataclass(frozen=True)
class TimeUnit:
    """A unit of time and the decimals that all numbers of one table share."""

    symbol: str
    seconds: float
    decimals: int

    def number(self, value_s: float | None) -> str:
        """The number alone: the unit stands in the heading."""
        if value_s is None or math.isnan(value_s):
            return MISSING
        return f"{value_s / self.seconds:,.{self.decimals}f}"


def dash_if_missing(text: Callable[[float], str]) -> Callable[[float | None], str]:
    """MISSING in place of a number that does not exist: None, or the NaN that pandas makes of it."""

    @functools.wraps(text)
    def text_or_dash(value: float | None) -> str:
        return MISSING if value is None or math.isnan(value) else text(value)

    return text_or_dash


def time_unit(values_s: Iterable[float | None]) -> TimeUnit:
    """The unit for one table: the smallest number above zero keeps about three significant digits."""
    present = [value for value in values_s if value is not None and not math.isnan(value) and value > 0]
    smallest = min(present, default=1e-3)
    symbol, seconds = _scale(smallest, smallest_ms=1e-4)
    decimals = 2 - math.floor(math.log10(smallest / seconds))
    return TimeUnit(symbol, seconds, min(max(decimals, 0), 3))


@dash_if_missing
def time_text(value_s: float) -> str:
    """One time with its unit, three significant digits: ``2.31 ms``."""
    symbol, seconds = _scale(abs(value_s), smallest_ms=1e-3)
    return f"{_significant(value_s / seconds)} {symbol}"


@dash_if_missing
def duration_text(value_s: float) -> str:
    """A span that a person waits for: ``2 min 40 s``."""
    if value_s < 60:
        return f"{value_s:.3g} s"
    minutes, seconds = divmod(round(value_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


@dash_if_missing
def bytes_text(value_bytes: float) -> str:
    """A size in binary units: ``184 MiB``."""
    for symbol in ("B", "KiB", "MiB"):
        if value_bytes < 1024:
            return f"{_significant(value_bytes)} {symbol}"
        value_bytes /= 1024
    return f"{_significant(value_bytes)} GiB"


@dash_if_missing
def count(value: float) -> str:
    return f"{value:,.0f}"


@dash_if_missing
def rate(value_per_s: float) -> str:
    """A rate per second, without its unit; one decimal is what a run of minutes supports."""
    if value_per_s is None or math.isnan(value_per_s):
        return MISSING
    return f"{value_per_s:,.2f}" if 0 < value_per_s < 10 else f"{value_per_s:,.1f}"


@dash_if_missing
def percent(ratio: float) -> str:
    """A ratio in percent, without its unit."""
    return f"{ratio * 100:.0f}"


def plural(number: int, noun: str) -> str:
    return f"{count(number)} {noun}" + ("" if number == 1 else "s")


def _scale(value_s: float, *, smallest_ms: float) -> tuple[str, float]:
    if value_s >= 1:
        return "s", 1.0
    return ("ms", 1e-3) if value_s >= smallest_ms else ("µs", 1e-6)


def _significant(value: float) -> str:
    if value == 0:
        return "0"
    decimals = 2 - math.floor(math.log10(abs(value)))
    return f"{value:,.{min(max(decimals, 0), 3)}f}"
