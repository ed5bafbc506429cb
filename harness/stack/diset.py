"""How a client of our own talks to the DISET services of a stack."""

from __future__ import annotations

from harness.stack.configuration import ServiceSettings, group_of, service_url, setup_named_by_clients
from scenarios.diset_settings import DisetSettings


def diset_settings(settings: ServiceSettings, dirac_version: str, identity: str) -> DisetSettings:
    """What the client of the release itself would say, as this identity of the stack."""
    return DisetSettings(
        urls={name: service_url("dips", name, port) for name, port in settings.ports.items()},
        encoding=settings.series.encoding,
        setup=setup_named_by_clients(settings.series),
        client_version=dirac_version,
        group=group_of(identity),
    )
