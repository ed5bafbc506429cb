"""Whether an answer is the right one. DIRAC reports errors with HTTP status 200, so a status says little."""

from __future__ import annotations

from scenarios.encoding import decode_answer
from scenarios.operation import Call
from scenarios.rpc import Answer
from scenarios.samples import Outcome

_RIGHT = (Outcome.ok, "")

#: How the message begins when the service does not have the method: a release may lack it.
NO_METHOD = "the service has no such method"

#: What DIRAC says then over DISET; over HTTPS it is the status.
_UNKNOWN = "Unknown method "


def check_answer(answer: Answer, call: Call) -> tuple[Outcome, str]:
    """The outcome and, unless it is ok, what is wrong."""
    if answer.status == 501:
        return Outcome.http_status, f"{NO_METHOD}: HTTP status 501"
    if answer.status != 200:
        return Outcome.http_status, f"HTTP status {answer.status}: {_beginning(answer.body)}"
    try:
        result = decode_answer(answer.body)
    except ValueError as error:
        return Outcome.wrong_answer, f"no JSON ({error}): {_beginning(answer.body)}"
    if not isinstance(result, dict) or not isinstance(result.get("OK"), bool):
        return Outcome.wrong_answer, f"no DIRAC result: {_beginning(answer.body)}"
    if not result["OK"]:
        message = str(result.get("Message", _beginning(answer.body)))
        return Outcome.refused, f"{NO_METHOD}: {message}" if message.startswith(_UNKNOWN) else message
    try:
        problem = call.check(result.get("Value"))
    except Exception as error:  # noqa: BLE001  a check that trips over a value has found it wrong
        problem = f"{type(error).__name__} in the check: {error}: {_beginning(answer.body)}"
    return _RIGHT if problem is None else (Outcome.wrong_answer, problem)


def _beginning(body: bytes) -> str:
    return body[:200].decode(errors="replace")
