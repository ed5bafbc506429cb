"""The names of an installation: sites, their computing and storage elements, transfer servers, communities.

They follow from the profile alone, so that two data sets of one profile ask for the same names. Hosts lie in
``.example`` (RFC 2606): nothing that reads the data can reach a real machine by accident.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.dataset.profiles import Profile

# Words in a line read better than ninety quoted ones.
# ruff: noqa: SIM905

# One site each; beyond that many sites a town gets a second one ("Bologna-2"). ASCII only, and different also when
# the database compares without regard to case.
_PLACES = (
    "Geneva.ch Bologna.it Karlsruhe.de Lyon.fr Barcelona.es Amsterdam.nl Didcot.uk Warsaw.pl Prague.cz "
    "Budapest.hu Bucharest.ro Sofia.bg Athens.gr Zagreb.hr Ljubljana.si Bratislava.sk Vienna.at Zurich.ch "
    "Manchester.uk Glasgow.uk Liverpool.uk Oxford.uk Cambridge.uk Durham.uk Edinburgh.uk Bristol.uk "
    "Sheffield.uk Lancaster.uk Marseille.fr Strasbourg.fr Grenoble.fr Clermont.fr Nantes.fr Toulouse.fr "
    "Hamburg.de Dresden.de Munich.de Mainz.de Aachen.de Zeuthen.de Naples.it Turin.it Pisa.it Rome.it "
    "Padua.it Legnaro.it Catania.it Bari.it Madrid.es Santiago.es Valencia.es Lisbon.pt Coimbra.pt Krakow.pl "
    "Poznan.pl Dubna.ru Kyiv.ua Beijing.cn Tsukuba.jp Melbourne.au"
).split()

_VOS = (
    "lhcb belle biomed ctao ilc calice na62 gridpp pheno t2k hyperk solid dune ligo virgo km3net juno bes3 "
    "clas12 eiscat auger enmr comet mice skatelescope snoplus euclid lz magic icecube"
).split()

_COMPUTING_KINDS = ("arc", "htc", "ce")
_STORAGE_KINDS = ("DISK", "TAPE", "USER", "BUFFER")


@dataclass(frozen=True)
class Installation:
    """Names, largest sites first. ``elements_of_site``: computing and storage elements of every site."""

    sites: tuple[str, ...]
    computing_elements: tuple[str, ...]
    storage_elements: tuple[str, ...]
    fts_servers: tuple[str, ...]
    vos: tuple[str, ...]
    elements_of_site: dict[str, tuple[str, ...]]
    site_of: dict[str, str]


def installation_of(profile: Profile) -> Installation:
    """The names of a profile, each at most 64 characters; elements are dealt to the sites in turn."""
    sites = tuple(_site(number) for number in range(profile.sites))
    site_of: dict[str, str] = {}
    computing, storage = [], []
    for number in range(profile.computing_elements):
        round_, position = divmod(number, profile.sites)
        kind = _COMPUTING_KINDS[position % len(_COMPUTING_KINDS)]
        computing.append(f"{kind}{round_ + 1:02d}.{_town(sites[position])}.example")
        site_of[computing[-1]] = sites[position]
    for number in range(profile.storage_elements):
        round_, position = divmod(number, profile.sites)
        storage.append(f"{_town(sites[position]).upper()}-{_STORAGE_KINDS[round_]}")
        site_of[storage[-1]] = sites[position]
    elements_of_site: dict[str, list[str]] = {site: [] for site in sites}
    for element, site in site_of.items():
        elements_of_site[site].append(element)
    return Installation(
        sites=sites,
        computing_elements=tuple(computing),
        storage_elements=tuple(storage),
        fts_servers=tuple(f"{_town(sites[number]).upper()}-FTS3" for number in range(profile.fts_servers)),
        vos=tuple(_VOS[: profile.vos]),
        elements_of_site={site: tuple(elements) for site, elements in elements_of_site.items()},
        site_of=site_of,
    )


def _site(number: int) -> str:
    round_, position = divmod(number, len(_PLACES))
    town, country = _PLACES[position].split(".")
    # about LHCb's shares: 49 LCG, 10 DIRAC and 1 CLOUD of 60
    grid = "CLOUD" if position == 59 else "DIRAC" if position % 6 == 5 else "LCG"
    return f"{grid}.{town}{f'-{round_ + 1}' if round_ else ''}.{country}"


def _town(site: str) -> str:
    return site.split(".")[1].lower()


def goc_name_of_site(site: str) -> str:
    """What GOCDB calls a site; its downtimes are declared for this name."""
    return f"GRID-{_town(site).upper()}"


def host_of_storage_element(storage_element: str) -> str:
    """Downtimes are declared for hosts."""
    return f"se.{storage_element.rsplit('-', 1)[0].lower()}.example"


def host_of_fts_server(fts_server: str) -> str:
    return f"fts.{fts_server.rsplit('-', 1)[0].lower()}.example"
