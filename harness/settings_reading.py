"""Reading the sections of a configuration: what is wrong is collected, so that a user sees all of it at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from harness.settings_keys import (
    ENGINE_VARIABLES,
    INDEX_VARIABLES,
    INTERNAL_VARIABLES,
    NEEDED_MODULES,
    SECTIONS,
    Key,
)

#: Keys that belong to Taurus and may stand in our sections.
TAURUS_KEYS = {
    "modules": frozenset({"class", "module", "disable", "run-at"}),
    "execution": frozenset({"executor", "delay", "start-at", "files", "env"}),
    "scenarios": frozenset(),
}

#: Names the file in which a key stands, for a path such as ("modules", "rss-stack", "profile").
Locate = Callable[[tuple[str | int, ...]], str]


class Reading:
    """Collects mistakes while sections are read."""

    def __init__(self, environ: Mapping[str, str], locate: Locate) -> None:
        self.environ = environ
        self.locate = locate
        self.mistakes: list[str] = []

    def mistake(self, path: tuple[str | int, ...], what: str) -> None:
        self.mistakes.append(f"{self.locate(path)}: {_dotted(path)}: {what}")

    def unknown(self, path: tuple[str | int, ...], name: str, allowed: Iterable[str]) -> None:
        allowed = sorted(allowed)
        close = difflib.get_close_matches(name, allowed, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        self.mistake(path, f"unknown key; allowed: {', '.join(allowed)}{hint}")

    def mapping(self, content: Any, path: tuple[str | int, ...]) -> Mapping[str, Any]:
        if content is None:
            return {}
        if not isinstance(content, Mapping):
            self.mistake(path, f"{content!r} is not allowed; allowed: keys with values")
            return {}
        return dict(content)  # bzt's own mapping answers {} for what it does not have

    def need_modules(self, config: Mapping[str, Any]) -> None:
        for section, module in NEEDED_MODULES.items():
            given = config.get(section)
            entries = given if isinstance(given, list) else []
            if module not in [one.get("module") if isinstance(one, Mapping) else one for one in entries]:
                self.mistake((section,), f"{module} is missing; allowed: a list that has it, such as [{module}]")

    def section(self, content: Any, path: tuple[str | int, ...], keys: tuple[Key, ...]) -> dict[str, Any]:
        """The values of one section by key; a wrong one is noted and replaced by its default."""
        given = self.mapping(content, path)
        names = {key.name for key in keys}
        for name in given:
            if plain(name) not in names | TAURUS_KEYS[str(path[0])]:
                self.unknown((*path, str(name)), plain(name), names)
        return {key.name: self._value(key, given, path) for key in keys}

    def _value(self, key: Key, given: Mapping[str, Any], path: tuple[str | int, ...]) -> Any:
        # an empty variable is none: a CI job passes on what may not be set
        from_environment = bool(key.variable and self.environ.get(key.variable))
        value = self.environ[cast("str", key.variable)] if from_environment else given.get(key.name)
        if value is None:
            return key.default_value
        try:
            return key.read(value)
        except ValueError as error:
            what = f"{value!r} is not allowed; allowed: {error}"
            if from_environment:
                self.mistakes.append(f"environment: {key.variable}: {what}")
            else:
                self.mistake((*path, key.name), what)
            return key.default_value

    def check_variables(self) -> None:
        known = {key.variable for keys in SECTIONS.values() for key in keys if key.variable}
        known |= INDEX_VARIABLES | ENGINE_VARIABLES
        for name in sorted(self.environ):
            if name.startswith("RSSBENCH_") and name not in known | INTERNAL_VARIABLES:
                allowed = ", ".join(sorted(known))
                self.mistakes.append(f"environment: {name}: unknown variable; allowed: {allowed}")


def plain(name: object) -> str:
    # Taurus marks how a key is merged with a leading ~, ^ or $.
    return str(name).lstrip("~^$")


def _dotted(path: tuple[str | int, ...]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
