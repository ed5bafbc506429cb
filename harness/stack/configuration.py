"""dirac.cfg as text: everything three RSS services need, so that no Configuration service is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.stack.certificates import ADMIN, HOST, USER, Certificates, distinguished_name
from harness.stack.database import DATABASES, DatabaseAddress

SERVICES = ("ResourceStatus", "ResourceManagement", "Publisher")

#: A section of dirac.cfg: options are strings, sections are sections.
Section = Mapping[str, "str | Section"]

# DIRAC's ConfigTemplate.cfg for the RSS: who may call what.
_AUTHORIZATION: Mapping[str, Section] = {
    "ResourceStatus": {"Default": "SiteManager", "select": "all"},
    "ResourceManagement": {"Default": "SiteManager", "select": "all"},
    "Publisher": {"Default": "Authenticated"},
}


@dataclass(frozen=True)
class ServiceSettings:
    """What differs from stack to stack. The database account is DIRAC's own, not the suite's."""

    service_port: int
    certificates: Certificates
    database: DatabaseAddress


def dirac_cfg(settings: ServiceSettings) -> str:
    """The text of dirac.cfg for the services. It holds the database password: mode 0600."""
    return "".join(
        _lines(
            {
                "DIRAC": _dirac(settings.certificates),
                "Systems": _systems(settings),
                "Registry": _registry(),
                "Operations": {"Defaults": {"ResourceStatus": {"Config": _RSS_CONFIG}}},
            },
            indent="",
        )
    )


# DIRAC's documented defaults, State Active so that the RSS, not the CS, is asked for the status of an element.
_RSS_CONFIG: Section = {
    "State": "Active",
    "Cache": "300",
    "StatusTypes": {
        "default": "all",
        "StorageElement": "ReadAccess, WriteAccess, CheckAccess, RemoveAccess",
    },
}


def _dirac(certificates: Certificates) -> Section:
    host = certificates.identities["host"]
    return {
        "Hostname": HOST,
        "Security": {
            "CertFile": str(host.certificate_file),
            "KeyFile": str(host.key_file),
            "CALocation": str(certificates.ca_directory),
            # calls from service to service (Publisher) are made as the host
            "UseServerCertificate": "yes",
        },
    }


def _systems(settings: ServiceSettings) -> Section:
    port = str(settings.service_port)
    url = f"https://{HOST}:{port}/ResourceStatus/Tornado"
    account = {
        "Host": settings.database.host,
        "Port": str(settings.database.port),
        "User": settings.database.user,
        "Password": settings.database.password,
    }
    return {
        "ResourceStatus": {
            "Databases": {name: {"DBName": name, **account} for name in DATABASES},
            # a client asks for "ResourceStatus" and takes what stands here, DISET or HTTPS
            "URLs": {f"{prefix}{name}": url + name for name in SERVICES for prefix in ("", "Tornado")},
            "Services": {
                f"Tornado{name}": {"Protocol": "https", "Port": port, "Authorization": _AUTHORIZATION[name]}
                for name in SERVICES
            },
        },
        "Tornado": {"Port": port},
    }


def _registry() -> Section:
    return {
        "Users": {name: {"DN": distinguished_name(name), "DefaultGroup": f"rss_{name}"} for name in (ADMIN, USER)},
        "Groups": {
            f"rss_{ADMIN}": {"Users": ADMIN, "Properties": "NormalUser, SiteManager", "VO": "rssbench"},
            f"rss_{USER}": {"Users": USER, "Properties": "NormalUser", "VO": "rssbench"},
        },
        "VO": {"rssbench": {}},
        "Hosts": {HOST: {"DN": distinguished_name(HOST), "Properties": "TrustedHost, SiteManager"}},
    }


def _lines(section: Section, indent: str) -> list[str]:
    lines: list[str] = []
    for name, value in section.items():
        if isinstance(value, str):
            lines.append(f"{indent}{name} = {value}\n")
        else:
            lines += [f"{indent}{name}\n", f"{indent}{{\n", *_lines(value, indent + "  "), f"{indent}}}\n"]
    return lines
