"""From the name of a build to an environment with that DIRAC installed, made once and kept (docs/builds.md)."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from harness import command
from harness.builds import locks, package_index
from harness.builds.cache import (
    Installed,
    donors,
    environment_key,
    in_use_by,
    intact_environment,
    lock_of,
    log_of,
    packages_digest,
    write_marker,
)
from harness.builds.dependency_sets import kept_today, packages_before
from harness.builds.installation import Installation, Order
from harness.builds.recorded_files import record_digest
from harness.builds.source import Source, opened_source
from harness.builds.spec import RELEASED, TODAY, BuildSpec, parse_build
from harness.errors import BuildError
from harness.model import BuildIdentity

Progress = Callable[[str], None]

_WAITING = "waiting for another run that installs the same build"


@dataclass(frozen=True)
class BuildEnvironment:
    """``python`` is the interpreter that has this DIRAC installed. Nobody changes it while this process lives."""

    python: Path
    identity: BuildIdentity


@dataclass(frozen=True)
class _Cache:
    directory: Path
    progress: Progress
    today: datetime
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


def prepare_build(
    name: str, cache_directory: Path, progress: Progress, *, refresh: bool = False
) -> BuildEnvironment:
    """The environment of one build, as :func:`prepare_builds` makes it."""
    (build,) = prepare_builds([name], cache_directory, progress, refresh=refresh)
    return build


def prepare_builds(
    names: Iterable[str], cache_directory: Path, progress: Progress, *, refresh: bool = False
) -> list[BuildEnvironment]:
    """The environments of builds that are to be compared, installed where they are not there yet.

    All that ask for the packages of ``today`` get those of the same day: the one that the cache keeps, or now with
    ``refresh``. Concurrent calls wait for one another. SettingsError when a name is no build; BuildError says
    which step failed, with the end of its output.
    """
    specs = [parse_build(name) for name in names]
    try:
        cache_directory.mkdir(parents=True, exist_ok=True)
        wants_today = any(spec.dependency_set == TODAY for spec in specs)
        now = datetime.now(UTC)
        today = kept_today(cache_directory, refresh=refresh) if wants_today else now
        cache = _Cache(cache_directory, progress, today, now)
        return [_prepare(spec, cache) for spec in specs]
    except OSError as error:
        raise BuildError(f"cannot use {cache_directory} for builds: {error.strerror}") from error


def _prepare(spec: BuildSpec, cache: _Cache) -> BuildEnvironment:
    with opened_source(spec, cache.directory) as source:
        key = environment_key(source.content, spec.dependency_set, _known_instant(spec, source, cache))
        directory = cache.directory / key
        installed = _used(directory, spec, cache.progress) or _made(directory, spec, source, cache)
        identity = BuildIdentity(
            name=spec.name,
            dirac_version=installed.dirac_version,
            dependency_set=spec.dependency_set,
            python_version=installed.python_version,
            environment_key=key,
            packages=installed.packages,
            kind=source.kind,
            commit=source.commit,
            tree=source.tree,
            packages_before=installed.packages_before.isoformat(),
            packages_digest=packages_digest(installed.packages),
        )
        return BuildEnvironment(directory / "bin" / "python", identity)


def _known_instant(spec: BuildSpec, source: Source, cache: _Cache) -> datetime | None:
    """The instant of the dependency set, without asking the index: None is the day of a release."""
    if spec.dependency_set == RELEASED and source.day is None:
        return None
    return _instant(spec, source, cache)


def _instant(spec: BuildSpec, source: Source, cache: _Cache) -> datetime:
    def own_day() -> datetime:
        return source.day or package_index.published_at(source.version)

    return packages_before(spec.dependency_set, today=cache.today, own_day=own_day, now=cache.now)


def _used(directory: Path, spec: BuildSpec, progress: Progress) -> Installed | None:
    """The environment, in use by this process from now on; None when it must be made."""
    lock = lock_of(directory)
    if not directory.exists() and not locks.is_used_here(lock):
        return None
    mine = locks.is_used_here(lock)
    locks.use(lock, lambda: progress(_WAITING))
    installed = intact_environment(directory)
    if installed is None:
        if mine:
            raise BuildError(f"build {spec.name}: {directory} was changed while this run uses it")
        locks.stop_using(lock)
    return installed


def _made(directory: Path, spec: BuildSpec, source: Source, cache: _Cache) -> Installed:
    """Make the environment unless another process did meanwhile, and use it."""
    for _try in range(2):
        with locks.changing(lock_of(directory), lambda: cache.progress(_WAITING)):
            if intact_environment(directory) is None:
                _install(directory, spec, source, cache)
        if (installed := _used(directory, spec, cache.progress)) is not None:
            return installed
    raise BuildError(f"build {spec.name}: what was installed into {directory} does not stay as it was installed")


def _install(directory: Path, spec: BuildSpec, source: Source, cache: _Cache) -> None:
    if (processes := in_use_by(directory)) and directory.exists():
        raise BuildError(
            f"build {spec.name}: {directory} was changed, and cannot be made anew while processes run from it: "
            f"{', '.join(map(str, processes))} (rssbench stack down)"
        )
    mark = f"build-{directory}"  # with its cache: other caches have installers of their own
    command.stop_marked(mark)  # an installer that outlived a run that was killed
    shutil.rmtree(directory, ignore_errors=True)
    cache.progress(f"installing {spec.name} into {directory}, once")
    before = _instant(spec, source, cache)
    order = Order(spec.name, source.version, source.write_out(), before, donors(cache.directory))
    installation = Installation(order, directory, log_of(directory), mark)
    try:
        installation.make()
        packages = installation.packages()
        installed = Installed(
            name=spec.name,
            dirac_version=packages[next(name for name in packages if name.lower() == "dirac")],
            dependency_set=spec.dependency_set,
            packages_before=order.packages_before,
            python_version=platform.python_version(),
            packages=packages,
            record_digest=record_digest(directory),
            choice_digest=installation.choice_digest(),
        )
        write_marker(directory, installed)
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        raise
