"""What a trial needs of the RSS that it puts under load, whether it is a stack of ours or runs already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from harness.model import FrontDoor
from harness.stack.certificates import Identity
from harness.stack.cpu_meter import Meter
from harness.stack.database import DatabaseAddress
from scenarios.diset_settings import DisetSettings


class Target(Protocol):
    """``mark``: of the generator's processes. ``meters``: by side, what CPU time can be read from."""

    mark: str
    catalogue_file: Path

    @property
    def front_door(self) -> FrontDoor: ...

    @property
    def service_url(self) -> str: ...

    @property
    def ca_file(self) -> Path: ...

    @property
    def identities(self) -> Mapping[str, Identity]: ...

    @property
    def meters(self) -> Mapping[str, Sequence[Meter]]: ...

    @property
    def database(self) -> DatabaseAddress | None:
        """Where acknowledged writes can be looked up; None where nobody lets us."""

    def diset(self, identity: str, /) -> DisetSettings: ...
