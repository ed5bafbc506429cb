"""The suite's own calls to an RSS that others use: one at a time, within the rate limit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from harness import command
from harness.errors import StackError
from harness.external.settings import ExternalSettings
from scenarios.clients import new_client
from scenarios.encoding import decode_answer
from scenarios.rate_limit import RateLimit
from scenarios.rpc import CallFailedError

#: How long one of the suite's own calls may take: a whole table over a slow line.
CALL_TIMEOUT_S = 60.0

#: What the failure of a connection says to who knows TLS, and what it means.
_MEANINGS = {
    "WRONG_VERSION_NUMBER": "what answers there does not speak TLS",
    "certificate has expired": "the certificate of the server has expired",
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not signed by the authority in `ca`, or for another host",
    "ALERT_CERTIFICATE_EXPIRED": "the server refuses our certificate: expired",
    "ALERT_UNKNOWN_CA": "the server refuses our certificate: it does not know who signed it",
    "ALERT_BAD_CERTIFICATE": "the server refuses our certificate",
    "ALERT_CERTIFICATE_UNKNOWN": "the server refuses our certificate",
    "CERTIFICATE_REQUIRED": "the server refuses our certificate",
    "Connection refused": "nobody listens there",
}


class Asking:
    """A client of its own."""

    def __init__(self, settings: ExternalSettings) -> None:
        self._url = settings.reached.service_url
        self._limit = RateLimit(settings.rate_limit_per_s)
        self._client = new_client(
            self._url,
            str(settings.ca_file),
            str(settings.identity.certificate_file),
            str(settings.identity.key_file),
            diset=settings.diset(),
            keep_alive=True,
            timeout_s=CALL_TIMEOUT_S,
        )

    def ask(self, service: str, method: str, arguments: Sequence[Any]) -> Any:  # noqa: ANN401  whatever DIRAC says
        """The value of DIRAC's answer. StackError with what was answered instead, and what that means."""
        while again_ns := self._limit.take(time.monotonic_ns()):
            command.wait_seconds((again_ns - time.monotonic_ns()) / 1e9)
        what = f"{service}.{method}"
        try:
            answer = self._client.call(service, method, arguments)
        except CallFailedError as error:
            meaning = next((f": {text}" for mark, text in _MEANINGS.items() if mark in str(error)), "")
            raise self._failure(f"does not answer {what}{meaning} ({error})") from error
        if answer.status in {401, 403}:
            raise self._failure(f"does not let this certificate call {what}: HTTP status {answer.status}")
        if answer.status != 200:
            raise self._failure(f"is not an RSS: HTTP status {answer.status} to {what}")
        try:
            result = decode_answer(answer.body)
            if result["OK"]:
                return result.get("Value")
        except (ValueError, KeyError, TypeError) as error:
            raise self._failure(f"is not an RSS: {answer.body[:100]!r} to {what}") from error
        message = str(result.get("Message"))
        if "Unauthorized" in message:
            raise self._failure(f"does not let this certificate call {what}: {message}")
        raise self._failure(f"answers {what} with an error: {message}")

    def rest(self) -> None:
        """Let a second pass, so that whoever sends next keeps the limit together with us."""
        command.wait_seconds(1.0)

    def close(self) -> None:
        self._client.close()

    def _failure(self, what: str) -> StackError:
        return StackError(f"{self._url} {what}")
