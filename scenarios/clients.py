"""The client of a front door."""

from __future__ import annotations

from scenarios.diset_client import DisetClient
from scenarios.diset_settings import DisetSettings
from scenarios.https_client import HttpsClient
from scenarios.rpc import RpcClient


def new_client(  # noqa: PLR0913  where to, as whom, and how
    service_url: str,
    ca_file: str,
    certificate_file: str,
    key_file: str,
    *,
    diset: DisetSettings | None,
    keep_alive: bool,
    timeout_s: float,
) -> RpcClient:
    """Over DISET with its settings, else over https to ``service_url``; ``keep_alive`` is of https alone."""
    if diset is not None:
        return DisetClient(diset, ca_file, certificate_file, key_file, timeout_s=timeout_s)
    return HttpsClient(
        service_url, ca_file, certificate_file, key_file, keep_alive=keep_alive, timeout_s=timeout_s
    )
