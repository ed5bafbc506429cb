"""Images of containers: made from ``docker/`` when they are not there, named after all that went into them.

An image of services holds the packages of its build in the versions that the build's environment has here. Nothing
of a build that failed stays, and of one that succeeded only the image.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
from filelock import FileLock

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.builds.recorded_files import OWN_PACKAGES
from harness.errors import RssbenchError, StackError
from harness.stack.engine import Engine

Progress = Callable[[str], None]

#: The account that everything of ours runs as in a container; nobody's on any machine.
CONTAINER_USER = 10001
#: Where an image of services has its build.
DIRAC_PYTHON = Path("/opt/dirac/bin/python")

DOCKER = Path(__file__).parent.parent.parent / "docker"
#: What images are made from: that of docker/engine.sh where there is one, else what the registry has.
LOCAL_BASE = "rssbench-base:bookworm"
REGISTRY_BASE = "debian:bookworm-slim"

#: Label of all layers of one build.
_BUILD_LABEL = "rssbench.build"
_BUILD_TIMEOUT_S = 1800.0
#: Removing is slower than making, on a busy disk.
_PRUNE_TIMEOUT_S = 600.0
#: Of our caller, for the tools that reach package indexes; values stay out of the command line.
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@dataclass(frozen=True)
class Recipe:
    """``folder`` of ``docker/``, what else is in the build's context, and arguments of the build."""

    folder: str
    tag: str
    arguments: Mapping[str, str]


def database_image(engine: Engine, other: str | None, stack_root: Path, progress: Progress) -> str:
    """Ours, or ``other``, which may have to be fetched; StackError when it cannot be had."""
    if other:
        if not engine.has_image(other):
            progress(f"fetching {other}")
            engine.call("pull", other, timeout_s=_BUILD_TIMEOUT_S)
        return other
    recipe = Recipe("database", _digest([DOCKER / "database"]), {})
    return _made(engine, recipe, stack_root, progress, lambda context: _copy_folder(DOCKER / "database", context))


def service_image(engine: Engine, build: BuildEnvironment, stack_root: Path, progress: Progress) -> str:
    """The services of one build, in the versions that its environment has."""
    identity = build.identity
    packages = _packages(build)
    tag = f"{identity.environment_key}-{_digest([DOCKER / 'service'], packages)}"
    wheels = build.python.parent.parent / "wheels"

    def fill(context: Path) -> None:
        (context / "packages.txt").write_text(packages)
        if wheels.is_dir():
            shutil.copytree(wheels, context / "wheels")

    return _made(engine, Recipe("service", tag, {}), stack_root, progress, fill)


def _packages(build: BuildEnvironment) -> str:
    """One requirement per line; what was built from sources comes as wheels."""
    from_sources = build.identity.kind != "release"
    names = {name.lower() for name in OWN_PACKAGES}
    return "".join(
        f"{name}=={version}\n"
        for name, version in sorted(build.identity.packages.items())
        if not (from_sources and name.lower() in names)
    )


def _made(
    engine: Engine, recipe: Recipe, stack_root: Path, progress: Progress, fill: Callable[[Path], None]
) -> str:
    image = f"rssbench-{recipe.folder}:{recipe.tag}".lower()
    if engine.has_image(image):
        return image
    with FileLock(stack_root / f"image-{recipe.folder}.lock"):
        if not engine.has_image(image):
            progress(f"building the image {image}, once")
            with tempfile.TemporaryDirectory(prefix="rssbench-image-") as context:
                fill(Path(context))
                _build(engine, image, recipe, Path(context))
    return image


def _build(engine: Engine, image: str, recipe: Recipe, context: Path) -> None:
    mark = f"{os.getpid()}-{secrets.token_hex(4)}"
    base = LOCAL_BASE if engine.has_image(LOCAL_BASE) else REGISTRY_BASE
    given = {"BASE": base, "MARK": mark, **recipe.arguments}
    arguments = [
        *(engine.program, "build", "--force-rm", "--network", "host", "--tag", image),
        *("--file", str(DOCKER / recipe.folder / "Dockerfile")),
        *(word for name, value in given.items() for word in ("--build-arg", f"{name}={value}")),
        *(word for name in _PROXY_VARIABLES if name in os.environ for word in ("--build-arg", name)),
        str(context),
    ]
    try:
        ended = command.run(arguments, timeout_s=_BUILD_TIMEOUT_S)
    except RssbenchError as error:
        raise StackError(f"the image {image} was not built: {error}") from error
    finally:
        with contextlib.suppress(StackError):  # an engine that has died meanwhile; the next start removes them
            _prune(engine, mark)
    if ended.returncode != 0:
        last = "\n".join((ended.stdout + ended.stderr).strip().splitlines()[-15:])
        raise StackError(f"the image {image} was not built; {engine} says last:\n{last}")


def remove_abandoned_layers(engine: Engine) -> None:
    """What builds have left whose makers were killed; a mark begins with the pid of its maker."""
    ours = ("--filter", f"label={_BUILD_LABEL}", "--filter", "dangling=true")
    if not (layers := engine.call("image", "ls", "--quiet", *ours).split()):
        return
    label = f'{{{{index .Config.Labels "{_BUILD_LABEL}"}}}}'
    for mark in set(engine.call("image", "inspect", "--format", label, *layers).split()):
        pid = mark.partition("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            _prune(engine, mark)


def _prune(engine: Engine, mark: str) -> None:
    """Remove the layers of a build that no image needs."""
    condition = f"label={_BUILD_LABEL}={mark}"
    engine.call("image", "prune", "--force", "--filter", condition, timeout_s=_PRUNE_TIMEOUT_S)


def _digest(folders: list[Path], text: str = "") -> str:
    """The same for the same files and text."""
    digest = hashlib.sha256(text.encode())
    for folder in folders:
        if not folder.is_dir():
            raise StackError(f"{folder} is missing: images are made from a checkout of the suite")
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def _copy_folder(folder: Path, context: Path) -> None:
    shutil.copytree(folder, context, dirs_exist_ok=True)
