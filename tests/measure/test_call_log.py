"""Which calls the services served, by their log."""

from __future__ import annotations

from pathlib import Path

from harness.measure.call_log import CallLog

#: As DIRAC 9.1.22 and, with another time and no more than that, 8.0 write it.
LINES = """\
2026-11-25T09:41:59,362234Z Tornado/Tornado/RSTornadoPublisherHandler NOTICE: Incoming request \
(127.0.0.1:55976)[rss_admin:admin] ResourceStatus/TornadoPublisher: getElementHistory
2026-11-25 09:41:59 UTC Tornado/Tornado/RSTornadoResourceStatusHandler NOTICE: Incoming request \
([::1]:56010)[hosts:localhost] ResourceStatus/TornadoResourceStatus: select
2026-11-25T09:41:59,398617Z Tornado/Tornado/RSTornadoResourceStatusHandler INFO: select: ResourceHistory \
{'Name': ' NOTICE: Incoming request (1)[a:b] ResourceStatus/TornadoPublisher: getTree', 'VO': 'all'}
2026-11-25T09:41:59,409358Z Tornado/Tornado/RSTornadoPublisherHandler NOTICE: Returning response \
(127.0.0.1:55976)[rss_admin:admin] ResourceStatus/TornadoPublisher (49.27 ms) OK
"""

#: As both write it when a call ends with an exception.
FAILED = """\
2026-11-25T14:23:20,077593Z Tornado/Tornado/RMTornadoResourceManagementHandler INFO: insert: JobCache {'Site': 'x'}
2026-11-25T14:23:20,077636Z Tornado/Tornado/RMTornadoResourceManagementHandler ERROR: Exception serving request \
'self':KeyError('self')
Traceback (most recent call last):
  File "BaseRequestHandler.py", line 641, in _executeMethod
KeyError: 'self'
"""


def test_calls_are_named_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    log_file = tmp_path / "service.log"
    log_file.write_text(LINES)
    assert CallLog(log_file).served() == ("Publisher.getElementHistory", "ResourceStatus.select")


def test_what_was_served_before_is_forgotten(tmp_path: Path) -> None:
    log_file = tmp_path / "service.log"
    log_file.write_text(LINES)
    calls = CallLog(log_file)
    calls.clear()
    assert calls.served() == ()
    with log_file.open("a") as log:
        log.write(LINES.replace("getElementHistory", "getElementPolicies"))
    assert calls.served() == ("Publisher.getElementPolicies", "ResourceStatus.select")


def test_an_exception_that_ended_a_call_is_told_as_python_writes_it(tmp_path: Path) -> None:
    log_file = tmp_path / "service.log"
    log_file.write_text(LINES)
    calls = CallLog(log_file)
    assert calls.exception() is None
    with log_file.open("a") as log:
        log.write(FAILED)
    assert calls.exception() == "KeyError('self')"
    calls.clear()
    assert calls.exception() is None
