"""What a DISET client is told, as part of the orders of a worker."""

from __future__ import annotations

import msgspec

from scenarios.encoding import Encoding


class DisetSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a proposal says beside the call, and where to send it.

    ``urls``: by service, ``dips://host:port/system/service``. ``setup``: ``None`` in words where the release has
    no setups. ``group``: as a member of which the user calls; empty for the user's default group.
    ``quick_ack``: acknowledge what comes at once. DIRAC's client leaves that to the kernel, which waits up to
    40 ms for something to send along, and the service's socket (Nagle) waits for it: most of the time of a call
    is nobody's work then.
    """

    urls: dict[str, str]
    encoding: Encoding
    setup: str
    client_version: str
    group: str = ""
    vo: str = "unknown"
    quick_ack: bool = True
