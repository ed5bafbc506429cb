"""An RSS that runs already, put under load in the place of a stack of ours, as far as others let it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from harness.errors import StackError
from harness.external.asking import Asking
from harness.external.live_catalogue import ask_catalogue
from harness.external.own_elements import (
    check_permission,
    make_own_elements,
    new_run_name,
    own_catalogue,
    remove_own_elements,
)
from harness.external.settings import ExternalSettings
from harness.model import ExternalRss, FrontDoor
from harness.stack.certificates import Identity
from harness.stack.cpu_meter import Meter
from harness.stack.ownership import OwnedDirectory, prepare_stack_root, remove_leftovers
from scenarios.catalogue import write_catalogue
from scenarios.diset_settings import DisetSettings
from scenarios.load_plan import LoadPlan
from scenarios.operation import Operation, Request
from scenarios.operations import OPERATIONS

Progress = Callable[[str], None]


class ExternalTarget:
    """Connected until :meth:`stop`, which removes what the suite has made there."""

    #: nothing of its database can be seen
    database = None

    def __init__(self, settings: ExternalSettings, stack_root: Path, progress: Progress) -> None:
        self.settings = settings
        self._progress = progress
        self._asking = Asking(settings)
        self._own_names: frozenset[str] = frozenset()
        prepare_stack_root(stack_root)
        remove_leftovers(stack_root, progress)
        self._owned: OwnedDirectory | None = OwnedDirectory(stack_root)
        self.mark = self._owned.mark
        self._private = self._owned.path / "external"
        self._private.mkdir(mode=0o700)
        self.catalogue_file = self._private / "catalogue.json"
        self.own_catalogue_file: Path | None = None
        self.version: str | None = None
        self.ready_s = 0.0

    @property
    def front_door(self) -> FrontDoor:
        return self.settings.reached.front_door

    @property
    def service_url(self) -> str:
        return self.settings.reached.service_url

    @property
    def ca_file(self) -> Path:
        return self.settings.ca_file

    @property
    def identities(self) -> dict[str, Identity]:
        """The one that the user has; plans ask for ``admin``."""
        return {"admin": self.settings.identity}

    @property
    def meters(self) -> dict[str, tuple[Meter, ...]]:
        """No process of it can be seen."""
        return {}

    @property
    def description(self) -> ExternalRss:
        settings = self.settings
        return ExternalRss(
            url=self.service_url,
            dirac_version=self.version,
            rate_limit_per_s=settings.rate_limit_per_s,
            writes_allowed=settings.allow_writes,
            own_elements=tuple(sorted(self._own_names)),
        )

    def diset(self, identity: str) -> DisetSettings:
        """Only over dips."""
        found = self.settings.diset()
        assert found, identity
        return found

    def restricted(self, plan: LoadPlan) -> LoadPlan:
        """The plan, kept to what is allowed here."""
        own_file = None if self.own_catalogue_file is None else str(self.own_catalogue_file)
        limit = self.settings.rate_limit_per_s
        return msgspec.structs.replace(plan, live=True, rate_limit_per_s=limit, own_catalogue_file=own_file)

    def check(self) -> None:
        """Whether it still runs is seen by the requests."""

    def rest(self) -> None:
        """Between two stretches that keep the rate limit each, so that they keep it together."""
        self._asking.rest()

    def connect(self, operations: list[Operation]) -> None:
        """Ask it for its names, and make what writes need. StackError when it is no RSS, refuses us, or has no
        rows for one of the operations."""
        began_s = time.monotonic()
        has_management = self.settings.reached.has("ResourceManagement")
        catalogue, left = ask_catalogue(self._asking, with_management=has_management)
        write_catalogue(catalogue, self.catalogue_file)
        self.version = _version(self._asking)
        own = own_catalogue(new_run_name())
        if left:
            self._settle_leftovers(left)
        if any(one.kind == "write" for one in operations):
            names = frozenset((*own.sites, *own.computing_elements))
            check_permission(self._asking, names)
            self._own_names = names  # to be removed, whatever happens from now on
            make_own_elements(self._asking, own)
            self.own_catalogue_file = self._private / "own-catalogue.json"
            write_catalogue(own, self.own_catalogue_file)
        for operation in operations:
            try:
                operation.call(own if operation.kind == "write" else catalogue, Request(0, ""))
            except (ValueError, KeyError) as error:
                raise StackError(
                    f"{self.service_url} has no rows that {operation.name} could ask for ({error}); "
                    f"leave it out with `weights` of a scenario"
                ) from error
        self.ready_s = time.monotonic() - began_s

    def _settle_leftovers(self, left: frozenset[str]) -> None:
        names = ", ".join(sorted(left))
        if not self.settings.allow_writes:
            self._progress(
                f"an earlier run left elements of its own, a run with allow-writes removes them: {names}"
            )
            return
        self._progress(f"removing elements that an earlier run left: {names}")
        self._remove(left)

    def stop(self) -> None:
        """Remove our elements, end our processes. StackError when elements could not be removed."""
        owned, self._owned = self._owned, None
        if owned is None:
            return
        try:
            if self._own_names:
                self._progress(f"removing {len(self._own_names)} elements of the suite's own")
                self._asking.rest()
                self._remove(self._own_names)
        finally:
            self._asking.close()
            owned.remove()

    def _remove(self, names: frozenset[str]) -> None:
        has_management = self.settings.reached.has("ResourceManagement")
        remove_own_elements(self._asking, names, with_management=has_management)


def connect(
    settings: ExternalSettings, names: frozenset[str], stack_root: Path, progress: Progress
) -> ExternalTarget:
    """``names`` of the operations that will be sent. StackError as in :meth:`ExternalTarget.connect`; then nothing
    is left over."""
    target = ExternalTarget(settings, stack_root, progress)
    try:
        target.connect([one for one in OPERATIONS if one.name in names])
    except BaseException as error:
        try:
            target.stop()
        except StackError as left:
            raise StackError(f"{error}\n{left}") from error
        raise
    progress(f"connected to {target.service_url} in {target.ready_s:.1f} s")
    return target


def _version(asking: Asking) -> str | None:
    """What it says of itself; None when it says nothing."""
    try:
        return str(asking.ask("ResourceStatus", "ping", [])["version"])
    except (StackError, KeyError, TypeError):
        return None
