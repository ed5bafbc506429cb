"""What is known of an RSS that runs already: how to reach it, as whom, and what is allowed there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from harness.model import FrontDoor
from harness.stack.certificates import Identity
from harness.stack.configuration import SERVICES
from scenarios.diset_settings import DisetSettings
from scenarios.encoding import Encoding


@dataclass(frozen=True)
class Reached:
    """``urls``: over dips by service, over https the one of all services under their joint name ``https``."""

    front_door: FrontDoor
    urls: Mapping[str, str]

    @property
    def service_url(self) -> str:
        return next(iter(self.urls.values()))

    def has(self, service: str) -> bool:
        return self.front_door == "https" or service in self.urls


@dataclass(frozen=True)
class ExternalSettings:
    """``rate_limit_per_s``: requests in any second, of all the suite sends. The last four are said over dips."""

    reached: Reached
    ca_file: Path
    identity: Identity
    rate_limit_per_s: int
    allow_writes: bool
    version: str
    encoding: Encoding
    setup: str
    group: str
    vo: str

    def diset(self) -> DisetSettings | None:
        """None over https."""
        if self.reached.front_door == "https":
            return None
        return DisetSettings(
            urls=dict(self.reached.urls),
            encoding=self.encoding,
            setup=self.setup,
            client_version=self.version,
            group=self.group,
            vo=self.vo,
        )


def parse_urls(given: Sequence[str]) -> Reached:
    """ValueError that says what is allowed."""
    wanted = (
        "https://HOST:PORT, or dips://HOST:PORT/ResourceStatus/SERVICE of each service, "
        f"SERVICE being one of {', '.join(SERVICES)}"
    )
    parts = [urlsplit(url) for url in given]
    schemes = {one.scheme for one in parts}
    if (
        not parts
        or len(schemes) != 1
        or schemes - {"https", "dips"}
        or not all(_has_address(one.netloc) for one in parts)
    ):
        raise ValueError(wanted)
    if schemes == {"https"}:
        if len(parts) > 1 or parts[0].path.strip("/") not in {"", "ResourceStatus"}:
            raise ValueError(wanted)
        return Reached("https", {"https": f"https://{parts[0].netloc}"})
    urls = {url.path.strip("/").rpartition("/")[2]: text for url, text in zip(parts, given, strict=True)}
    if len(urls) < len(parts) or set(urls) - set(SERVICES) or "ResourceStatus" not in urls:
        raise ValueError(f"{wanted}; ResourceStatus is needed")
    first = {"ResourceStatus": urls["ResourceStatus"]}
    return Reached("dips", first | urls)


def _has_address(netloc: str) -> bool:
    host, _, port = netloc.rpartition(":")
    return bool(host) and "@" not in netloc and port.isdecimal() and 0 < int(port) < 65536
