"""dirac.cfg as text: everything the RSS services of one front door need, so that no Configuration service is
needed; or, where a stack has one, what it leaves to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from harness.dataset.installation import Installation
from harness.model import FrontDoor
from harness.stack.certificates import ADMIN, HOST, USER, Certificates, distinguished_name
from harness.stack.cfg_text import Section, cfg_text, merged
from harness.stack.database import DATABASES, DatabaseAddress
from harness.stack.policies import POLICIES
from harness.stack.releases import Series
from harness.stack.resources_section import resources_section

SERVICES = ("ResourceStatus", "ResourceManagement", "Publisher")

# DIRAC's ConfigTemplate.cfg for the RSS: who may call what.
_AUTHORIZATION: Mapping[str, Section] = {
    "ResourceStatus": {"Default": "SiteManager", "select": "all"},
    "ResourceManagement": {"Default": "SiteManager", "select": "all"},
    "Publisher": {"Default": "Authenticated"},
}


#: The setup and its instances, where a release has them.
_SETUP, _INSTANCE = "rssbench", "bench"
_SYSTEMS = ("Configuration", "Framework", "ResourceStatus", "Tornado", "WorkloadManagement")
SETUPS: Section = {"Setup": _SETUP, "Setups": {_SETUP: dict.fromkeys(_SYSTEMS, _INSTANCE)}}

#: Of clients that evaluate policies; services never ask for them.
CLIENTS_OPERATIONS: Section = {"Operations": {"Defaults": {"ResourceStatus": POLICIES}}}


@dataclass(frozen=True)
class ServiceSettings:
    """What differs from stack to stack. ``ports``: one per service, all the same for https.

    The database account is DIRAC's own, not the suite's. ``configuration_url``: of the Configuration service, if
    the stack has one; else the services have all in their own file.
    """

    series: Series
    front_door: FrontDoor
    ports: Mapping[str, int]
    certificates: Certificates
    database: DatabaseAddress
    installation: Installation
    configuration_url: str = ""


def dirac_cfg(settings: ServiceSettings) -> str:
    """The text of dirac.cfg for the services. It holds the database password: mode 0600."""
    return cfg_text(_own_sections(settings) if settings.configuration_url else server_sections(settings))


def server_sections(settings: ServiceSettings) -> Section:
    """What the servers' dirac.cfg holds when it holds all."""
    return merged(_own_sections(settings), shared_sections([settings]))


def client_cfg(settings: ServiceSettings) -> str:
    """The text of dirac.cfg for a client of these services, which shows a certificate or proxy of its own. It asks
    the Configuration service where there is one, else all that it may want to know is here."""
    security = {
        "CALocation": str(settings.certificates.ca_directory),
        "UseServerCertificate": "no",
    }
    own: Section = {"DIRAC": {**dirac_section(settings), "Security": security}}
    if settings.configuration_url:
        return cfg_text(own)
    return cfg_text(merged({**own, **CLIENTS_OPERATIONS}, shared_sections([settings])))


def setup_named_by_clients(series: Series) -> str:
    """What a DISET client says where setups had their place."""
    return _SETUP if series.has_setups else "None"


def group_of(identity: str) -> str:
    """As a member of which an identity of the stack calls; DIRAC's word for hosts, which are in no group."""
    return "hosts" if identity == "host" else f"rss_{identity}"


def database_cfg(series: Series, account: DatabaseAddress) -> str:
    """The text of dirac.cfg for a process that uses the classes of the databases itself, and asks no service.
    It holds the database password: mode 0600."""
    databases: Section = {name: database_section(account, name) for name in DATABASES}
    return cfg_text(
        {
            "DIRAC": SETUPS if series.has_setups else {},
            "Systems": in_instances(series, {"ResourceStatus": {"Databases": databases}}),
            "Operations": {"Defaults": {"ResourceStatus": {"Config": _RSS_CONFIG}}},
        }
    )


def service_name(front_door: FrontDoor, service: str) -> str:
    """What DIRAC calls a service of the RSS behind a front door."""
    return f"Tornado{service}" if front_door == "https" else service


def service_url(front_door: FrontDoor, service: str, port: int) -> str:
    return f"{front_door}://{HOST}:{port}/ResourceStatus/{service_name(front_door, service)}"


# DIRAC's documented defaults, State Active so that the RSS, not the CS, is asked for the status of an element.
_RSS_CONFIG: Section = {
    "State": "Active",
    "Cache": "300",
    "StatusTypes": {
        "default": "all",
        "StorageElement": "ReadAccess, WriteAccess, CheckAccess, RemoveAccess",
    },
}


def dirac_section(settings: ServiceSettings) -> Section:
    certificates = settings.certificates
    host = certificates.identities["host"]
    return {
        "Hostname": HOST,
        **(SETUPS if settings.series.has_setups else {}),
        **({"Configuration": {"Servers": settings.configuration_url}} if settings.configuration_url else {}),
        "Security": {
            "CertFile": str(host.certificate_file),
            "KeyFile": str(host.key_file),
            "CALocation": str(certificates.ca_directory),
            # calls from service to service (Publisher) are made as the host
            "UseServerCertificate": "yes",
        },
    }


def _own_sections(settings: ServiceSettings) -> Section:
    """What only the services know."""
    databases: Section = {name: database_section(settings.database, name) for name in DATABASES}
    return {
        "DIRAC": dirac_section(settings),
        "Systems": in_instances(settings.series, {"ResourceStatus": {"Databases": databases}}),
    }


def shared_sections(doors: Sequence[ServiceSettings]) -> Section:
    """What services and clients of these front doors must agree on; the first is the one that a client takes."""
    settings = doors[0]
    return {
        "Systems": in_instances(settings.series, reduce(merged, map(_systems, reversed(doors)))),
        "Registry": _registry(),
        "Operations": {"Defaults": {"ResourceStatus": {"Config": _RSS_CONFIG}}},
        "Resources": resources_section(settings.installation),
    }


def _systems(settings: ServiceSettings) -> Section:
    door = settings.front_door
    urls = {name: service_url(door, name, port) for name, port in settings.ports.items()}
    systems: dict[str, Section] = {
        "ResourceStatus": {
            # a client asks for "ResourceStatus" and takes what stands here, DISET or HTTPS
            "URLs": {known: url for name, url in urls.items() for known in (name, service_name(door, name))},
            "Services": {
                service_name(door, name): {
                    "Protocol": door,
                    "Port": str(port),
                    "Authorization": _AUTHORIZATION[name],
                }
                for name, port in settings.ports.items()
            },
        }
    }
    if door == "https":
        systems["Tornado"] = {"Port": str(settings.ports["ResourceStatus"])}
    return systems


def in_instances(series: Series, systems: Section) -> Section:
    """The section Systems, where ``systems`` are all in the same instance, if the release has such."""
    return {name: {_INSTANCE: section} if series.has_setups else section for name, section in systems.items()}


def database_section(address: DatabaseAddress, name: str) -> Section:
    """How DIRAC finds a database."""
    return {
        "DBName": name,
        "Host": address.host,
        "Port": str(address.port),
        "User": address.user,
        "Password": address.password,
    }


def _registry() -> Section:
    return {
        "Users": {
            name: {"DN": distinguished_name(name), "DefaultGroup": group_of(name)} for name in (ADMIN, USER)
        },
        "Groups": {
            group_of(ADMIN): {
                "Users": ADMIN,
                "Properties": "NormalUser, SiteManager, CSAdministrator",
                "VO": "rssbench",
            },
            group_of(USER): {"Users": USER, "Properties": "NormalUser", "VO": "rssbench"},
        },
        "VO": {"rssbench": {}},
        "Hosts": {HOST: {"DN": distinguished_name(HOST), "Properties": "TrustedHost, SiteManager"}},
    }
