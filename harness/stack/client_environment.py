"""What a client in a process of its own needs to use a stack: a configuration, a proxy, and the variables that
name them. DIRAC's own commands and tests run with it, started by us or by hand."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.builds.environment import BuildEnvironment
from harness.stack.configuration import client_cfg, group_of
from harness.stack.dirac_process import DiracProcess
from harness.stack.lifecycle import Stack
from harness.stack.private_file import write_private
from harness.stack.service import dirac_environment

#: As long as anybody plays with a stack, and shorter than its certificates live.
_PROXY_LIFETIME_S = 24 * 3600
_TIMEOUT_S = 60.0

#: What would take the place of the stack's own authority, or of the build's own packages.
_UNSET = (
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("X509_USER_CERT", "X509_USER_KEY", "PYTHONPATH", "PYTHONHOME"),
)


@dataclass(frozen=True)
class ClientEnvironment:
    """``variables``: all that a process of the client is to have. ``shell_file`` sets them in a shell."""

    directory: Path
    cfg_file: Path
    proxy_file: Path
    shell_file: Path
    variables: Mapping[str, str]


def make_client_environment(stack: Stack, build: BuildEnvironment, identity: str = "admin") -> ClientEnvironment:
    """Of a client of ``build`` that comes through the first front door and shows a proxy of ``identity`` with its
    group; one per identity and stack, gone with that.

    StackError when DIRAC cannot make the proxy.
    """
    directory = stack.directory / f"client-{identity}"
    (directory / "etc").mkdir(parents=True)
    directory.chmod(0o700)
    made = ClientEnvironment(
        directory,
        cfg_file=directory / "etc" / "dirac.cfg",
        proxy_file=directory / "proxy.pem",
        shell_file=directory / "environment.sh",
        variables=dirac_environment(build, directory)
        | {
            # of old releases DIRAC_ROOT_PATH is not enough
            "DIRACSYSCONFIG": str(directory / "etc" / "dirac.cfg"),
            "X509_USER_PROXY": str(directory / "proxy.pem"),
            "X509_CERT_DIR": str(stack.certificates.ca_directory),
        },
    )
    write_private(made.cfg_file, client_cfg(stack.settings[stack.front_door]))
    who = stack.identities[identity]
    orders = {
        "certificate": str(who.certificate_file),
        "key": str(who.key_file),
        "group": group_of(identity),
        "lifetime_s": _PROXY_LIFETIME_S,
        "proxy": str(made.proxy_file),
    }
    DiracProcess(build, directory, stack.mark).run("grid_proxy.py", "", orders, timeout_s=_TIMEOUT_S)
    write_private(made.shell_file, _shell_text(made))
    return made


def _shell_text(made: ClientEnvironment) -> str:
    """A file for ``.`` of a shell: what the caller has of his own stays, but for what would spoil it."""
    names = ("DIRACSYSCONFIG", "DIRAC_ROOT_PATH", "X509_USER_PROXY", "X509_CERT_DIR")
    path, _, _ = made.variables["PATH"].partition(":")
    lines = [f"unset {' '.join(_UNSET)}", f'export PATH={shlex.quote(path)}:"$PATH"']
    lines += [f"export {name}={shlex.quote(made.variables[name])}" for name in names]
    return "\n".join([*lines, ""])
