"""Every answer has one outcome, and everything but the right answer says why."""

from typing import Any

import pytest

from scenarios.answer_check import check_answer
from scenarios.operation import Call
from scenarios.rpc import Answer
from scenarios.samples import Outcome


def exactly_one_row(value: Any) -> str | None:
    return None if len(value) == 1 else f"{len(value)} rows instead of 1"


ANSWERS = [
    ("the rows that are there", 200, b'{"OK": true, "Value": [["CE1"]]}', Outcome.ok, ""),
    ("other rows, however fast", 200, b'{"OK": true, "Value": []}', Outcome.wrong_answer, "0 rows instead of 1"),
    ("S_ERROR, which comes with status 200", 200, b'{"OK": false, "Message": "Unauthorized query"}',
     Outcome.refused, "Unauthorized query"),
    ("S_ERROR without a message", 200, b'{"OK": false, "Errno": 13}', Outcome.refused, '"Errno": 13'),
    ("not authorized", 401, b"<html>no</html>", Outcome.http_status, "HTTP status 401: <html>no"),
    ("a body that is right does not excuse the status", 500, b'{"OK": true, "Value": [["CE1"]]}',
     Outcome.http_status, "HTTP status 500"),
    ("a method that the service does not have, over https", 501, b"<html>501: Not Implemented</html>",
     Outcome.http_status, "the service has no such method: HTTP status 501"),
    ("and over dips", 200, b'{"OK": false, "Message": "Unknown method getNodeStatuses"}',
     Outcome.refused, "the service has no such method: Unknown method getNodeStatuses"),
    ("no JSON", 200, b"<html>", Outcome.wrong_answer, "no JSON"),
    ("no body", 200, b"", Outcome.wrong_answer, "no JSON"),
    ("bytes that are no text", 200, b"\xff\xfe", Outcome.wrong_answer, "no JSON"),
    ("JSON that is no DIRAC result", 200, b"[1]", Outcome.wrong_answer, "no DIRAC result"),
    ("OK that is no truth value", 200, b'{"OK": "yes", "Value": [1]}', Outcome.wrong_answer, "no DIRAC result"),
    ("a value that the check cannot even look at", 200, b'{"OK": true, "Value": 5}',
     Outcome.wrong_answer, "TypeError in the check"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "outcome", "message"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS]
)
def test_the_outcome_of(status: int, body: bytes, outcome: Outcome, message: str) -> None:
    found, said = check_answer(Answer(status, body, 0, 0, 0), Call([], exactly_one_row))
    assert found is outcome
    assert message in said
    assert bool(said) == (outcome is not Outcome.ok)
