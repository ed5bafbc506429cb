"""What the value of a setting may be: each reader takes one as it stands in the file, and gives what it means."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from bzt.utils import dehumanize_time

from harness.builds.source import check_build
from harness.builds.spec import FORMS, parse_build
from harness.comparison import LANES, Lane
from harness.errors import BuildError, SettingsError, StackError
from harness.external.settings import Reached, parse_urls
from harness.measure.criteria import parse_criterion
from harness.model import SECTION_NAMES, SectionName
from harness.stack.releases import series_of
from scenarios.operations import OPERATIONS

#: Reads one value; ValueError says what is allowed.
Reader = Callable[[Any], Any]


def choice(*allowed: str) -> Reader:
    def read(value: Any) -> str:
        if str(value) not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return str(value)

    return read


def whole_number(low: int, high: int) -> Reader:
    def read(value: Any) -> int:
        wanted = f"a whole number from {low} to {high}"
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ValueError(wanted) from None
        if isinstance(value, bool) or number != math.floor(number) or not low <= number <= high:
            raise ValueError(wanted)
        return int(number)

    return read


def rate(value: Any) -> float:
    wanted = "a number of requests per second above 0, at most 100000"
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(wanted) from None
    if isinstance(value, bool) or not 0 < number <= 100_000:
        raise ValueError(wanted)
    return number


def duration_s(value: Any) -> float:
    wanted = "a time such as 500ms, 20s or 1m30s, at most 24h"
    try:
        seconds = float(dehumanize_time(value))
    except BaseException as error:  # TaurusInternalException is not an Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        raise ValueError(wanted) from None
    if isinstance(value, bool) or not 0 <= seconds <= 86_400:
        raise ValueError(wanted)
    return seconds


def address(value: Any) -> tuple[str, int]:
    wanted = "HOST:PORT with a port from 1024 to 65535, such as 127.0.0.1:5557"
    host, _, port = str(value).rpartition(":")
    if not host or not port.isdecimal() or not 1024 <= int(port) <= 65535:
        raise ValueError(wanted)
    return host.strip("[]"), int(port)


def yes_or_no(value: Any) -> bool:
    if str(value).lower() not in {"true", "false", "yes", "no"}:
        raise ValueError("true or false")
    return str(value).lower() in {"true", "yes"}


def text(value: Any) -> str:
    if not isinstance(value, (str, int, float)) or isinstance(value, bool) or not str(value).strip():
        raise ValueError("a text")
    return str(value).strip()


def section(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("keys with values")  # noqa: TRY004 - all wrong settings are ValueErrors
    return dict(value)


def urls(value: Any) -> Reached:
    return parse_urls([str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)])


def dirac_version(value: Any) -> str:
    try:
        series_of(str(value))
    except StackError as error:
        raise ValueError(f"a version such as 9.1 ({error})") from error
    return str(value)


def build_name(value: Any) -> str:
    """Folders and refs are looked at here; whether the index has a release is seen when it is installed."""
    try:
        check_build(parse_build(str(value)))
    except SettingsError as error:
        _build, _, reason = str(error).partition(": ")
        raise ValueError(f"{FORMS} ({reason.partition('; allowed: ')[0]})") from error
    except BuildError as error:
        raise ValueError(f"{FORMS} ({error})") from error
    return str(value)


def weights(value: Any) -> dict[str, float]:
    names = {operation.name for operation in OPERATIONS}
    if not isinstance(value, Mapping) or not value:
        raise ValueError("operation names with their weights")
    if unknown := sorted(set(map(str, value)) - names):
        raise ValueError(f"operations of this suite, not {', '.join(unknown)}; `rssbench operations` lists them")
    if counted := sorted(one.name for one in OPERATIONS if one.timed == "counted" and one.name in value):
        raise ValueError(f"operations that can be sent again and again, which {', '.join(counted)} cannot")
    try:
        numbers = {str(name): float(weight) for name, weight in value.items()}
    except (TypeError, ValueError):
        raise ValueError("weights that are numbers") from None
    if any(number < 0 for number in numbers.values()) or not sum(numbers.values()) > 0:
        raise ValueError("weights of 0 or more, at least one above 0")
    return numbers


def criteria(value: Any) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise ValueError("a list of criteria")  # noqa: TRY004 - all wrong settings are ValueErrors
    for criterion in value:
        parse_criterion(str(criterion))
    return tuple(map(str, value))


def sections(value: Any) -> tuple[SectionName, ...]:
    """In one order, whatever order they were given in."""
    names = _names(value) - {"none"}
    if names - set(SECTION_NAMES):
        raise ValueError(f"some of {', '.join(SECTION_NAMES)}, or none")
    return tuple(section for section in SECTION_NAMES if section in names)


def lanes(value: Any) -> tuple[Lane, ...]:
    names = _names(value)
    if not names or names - set(LANES):
        raise ValueError(f"some of {', '.join(LANES)}")
    return tuple(lane for lane in LANES if lane in names)


def _names(value: Any) -> set[str]:
    given = value if isinstance(value, (list, tuple)) else str(value).split(",")
    return {str(name).strip() for name in given}
