"""The RSS services of one build: one process that answers HTTPS."""

from __future__ import annotations

import os
from pathlib import Path

from harness import command
from harness.builds.environment import BuildEnvironment
from harness.stack.configuration import ServiceSettings, dirac_cfg

_LAUNCHER = Path(__file__).parent / "tornado_launcher.py"


def start_service(  # noqa: PLR0913  what to start, where, and what to set
    build: BuildEnvironment,
    settings: ServiceSettings,
    directory: Path,
    *,
    log_file: Path,
    mark: str,
    hash_seed: int | None = None,
) -> command.Process:
    """Write the configuration below ``directory`` and start the services; they are not ready yet.

    ``hash_seed``: PYTHONHASHSEED of the services; None leaves the choice to Python.
    """
    etc = directory / "etc"
    directory.mkdir(mode=0o700)
    etc.mkdir()
    cfg_file = etc / "dirac.cfg"
    descriptor = os.open(cfg_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(dirac_cfg(settings))
    return command.start(
        [build.python, _LAUNCHER, "--cfg", cfg_file],
        log_file=log_file,
        mark=mark,
        environment=_environment(build, directory)
        | ({} if hash_seed is None else {"PYTHONHASHSEED": str(hash_seed)}),
        directory=directory,
    )


def _environment(build: BuildEnvironment, directory: Path) -> dict[str, str]:
    """Nothing of the caller's but the search path.

    REQUESTS_CA_BUNDLE and SSL_CERT_FILE would take the place of the stack's own CA, X509_* of its certificates,
    PYTHONPATH of the build.
    """
    return {
        "PATH": f"{build.python.parent}:{os.environ.get('PATH', os.defpath)}",
        "HOME": str(directory),
        "LANG": "C.UTF-8",
        "DIRAC_ROOT_PATH": str(directory),
        "DIRAC_USE_TORNADO_IOLOOP": "Yes",
        "PYTHONUNBUFFERED": "1",  # the last lines of the log are there when the process dies
    }
