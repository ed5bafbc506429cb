"""The settings of a load that comes from other machines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.measure.remote_workers import RemoteSettings, is_loopback
from harness.settings_reading import Reading
from scenarios.remote.token_file import REMEDY, read_token

_PATH = ("modules", "rss-load")


def read_remote(load: Mapping[str, Any], comparison: object | None, reading: Reading) -> RemoteSettings | None:
    """None when the workers are processes of this machine."""
    if load["remote-workers"] is None:
        return None
    if load["workers"] != 1:
        reading.mistake((*_PATH, "workers"), "cannot stand beside remote-workers, which send the whole load")
    if comparison is not None:
        reading.mistake((*_PATH, "remote-workers"), "a comparison makes its load on this machine; leave it out")
    host, port = load["bind"]
    if not is_loopback(host) and not load["allow-network"]:
        reading.mistake(
            (*_PATH, "bind"),
            f"{host} can be reached from other machines, and what workers and master say is signed but not "
            "encrypted; allow-network: true permits it, a tunnel (ssh -R) to loopback needs no permission",
        )
    file = _token_file(load["token-file"], reading)
    return RemoteSettings(load["remote-workers"], host, port, file, load["wait-for-workers"])


def _token_file(given: str | None, reading: Reading) -> Path:
    path = (*_PATH, "token-file")
    if given is None:
        reading.mistake(path, f"missing; {REMEDY}")
        return Path()
    file = Path(given).expanduser().absolute()
    try:
        read_token(file)
    except ValueError as error:
        reading.mistake(path, str(error))
    return file
