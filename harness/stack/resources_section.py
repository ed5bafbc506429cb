"""The section Resources of dirac.cfg: where DIRAC looks up the sites and elements of an installation."""

from __future__ import annotations

from collections.abc import Sequence

from harness.dataset.installation import (
    Installation,
    goc_name_of_site,
    host_of_fts_server,
    host_of_storage_element,
)
from harness.stack.cfg_text import Section

#: DIRAC's own protocol: the only storage plugin that needs no grid software beside DIRAC.
_STORAGE_PROTOCOL = "dips"


def resources_section(names: Installation) -> Section:
    """All sites with their elements, all storage elements and transfer servers of ``names``."""
    computing, storage = frozenset(names.computing_elements), frozenset(names.storage_elements)
    sites: dict[str, dict[str, Section]] = {}
    for site in names.sites:
        grid = site.split(".")[0]
        elements = names.elements_of_site[site]
        sites.setdefault(grid, {})[site] = _site(
            site, [one for one in elements if one in computing], [one for one in elements if one in storage]
        )
    return {
        "Sites": sites,
        "StorageElements": {
            "AccessProtocols": _STORAGE_PROTOCOL,
            "WriteProtocols": _STORAGE_PROTOCOL,
            **{name: _storage_element(name) for name in names.storage_elements},
        },
        "FTSEndpoints": {"FTS3": {name: f"https://{host_of_fts_server(name)}:8446" for name in names.fts_servers}},
    }


def _site(site: str, computing: Sequence[str], storage: Sequence[str]) -> Section:
    return {
        "Name": goc_name_of_site(site),
        **({"SE": ", ".join(storage)} if storage else {}),
        "CEs": {
            element: {"CEType": "HTCondorCE", "Queues": {"default": {"CPUTime": "172800"}}}
            for element in computing
        },
    }


def _storage_element(name: str) -> Section:
    return {
        "BackendType": "Eos",
        "DIP": {
            "Host": host_of_storage_element(name),
            "Port": "9148",
            "Protocol": _STORAGE_PROTOCOL,
            "PluginName": "DIP",
            "Path": "/DataManagement/StorageElement",
            "Access": "remote",
            "SpaceToken": name,
        },
    }
