"""A build's own Python environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.model import BuildIdentity


@dataclass(frozen=True)
class BuildEnvironment:
    """``python`` is the interpreter that has this DIRAC installed."""

    python: Path
    identity: BuildIdentity
