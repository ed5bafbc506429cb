"""What a night is to do, from the keys of its own and those of the job it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.comparison import Lane
from harness.model import FrontDoor


@dataclass(frozen=True)
class NightlySettings:
    """What a night compares with which build, and where results and pages go; ``nights`` stay published."""

    reference: str
    #: a git clone or URL; None for the releases of the package index
    sources: str | None
    branch: str
    budget_s: float
    lanes: tuple[Lane, ...]
    front_doors: tuple[FrontDoor | None, FrontDoor | None]
    results: Path
    public: Path
    nights: int


def nightly_settings(given: Mapping[str, Any], stack: Mapping[str, Any]) -> NightlySettings:
    """``given`` and ``stack``: the checked values of ``rss-nightly`` and ``rss-stack``."""
    return NightlySettings(
        reference=given["reference"] or stack["build"],
        sources=given["sources"],
        branch=given["branch"],
        budget_s=given["budget"],
        lanes=stack["lanes"],
        front_doors=(stack["front-door"], stack["contender-front-door"] or stack["front-door"]),
        results=Path(given["results"]).expanduser(),
        public=Path(given["public"]).expanduser(),
        nights=given["nights"],
    )
