"""What look-ups in the client's cache cost in each build of a history, and how that grows with the keys (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.comparison import Judgement
from harness.history import HistoryBuild, HistoryResult

_KEYS = re.compile(r"\[(\d+)\]$")


@dataclass(frozen=True)
class LookUps:
    """What a look-up in the client's cache costs in one build, by keys in the cache, in seconds of CPU."""

    build: HistoryBuild
    cpu_s: dict[int, float]

    @property
    def growth_ratio(self) -> float:
        """Of the fullest cache over the emptiest."""
        return self.cpu_s[max(self.cpu_s)] / self.cpu_s[min(self.cpu_s)]


def look_ups(result: HistoryResult) -> list[LookUps]:
    """Of every build with figures; those of the reference are from its turns beside the first build."""
    found = []
    for build in result.builds:
        is_reference = build.name == result.settings.reference
        source = _beside_reference(result) if is_reference else build.look_ups
        field = "baseline_value" if is_reference else "contender_value"
        cpu_s = {keys: getattr(one, field) for one in source if (keys := keys_of(one.operation)) is not None}
        if len(cpu_s) > 1 and all(cpu_s.values()):
            found.append(LookUps(build, dict(sorted(cpu_s.items()))))
    return found


def keys_of(benchmark: str | None) -> int | None:
    """How many keys the cache of a benchmark of look-ups has."""
    found = _KEYS.search(benchmark or "")
    return int(found[1]) if found else None


def _beside_reference(result: HistoryResult) -> tuple[Judgement, ...]:
    return next((build.look_ups for build in result.builds if build.look_ups), ())
