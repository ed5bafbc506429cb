"""Which calls the services served, by their log."""

from __future__ import annotations

from functools import partial
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
#: As DISET services of 9.1.22 and, with another time, of 7.2 and 8.0 write it, each to a file of its own.
DISET_LINES = {
    "Publisher": """\
2026-11-25T14:28:24,878751Z ResourceStatus/Publisher NOTICE: Executing action \
([::ffff:127.0.0.1]:45422)[rss_admin:admin] RPC/getElementHistory(<masked>)
2026-11-25T14:28:24,933288Z ResourceStatus/Publisher NOTICE: Returning response \
([::ffff:127.0.0.1]:45422)[rss_admin:admin] (0.05 secs) OK
""",
    "ResourceStatus": """\
2026-11-25 14:28:24 UTC ResourceStatus/ResourceStatus NOTICE: Executing action \
([::ffff:127.0.0.1]:45430)[hosts:localhost] RPC/select(<masked>)
""",
}


def log_of(log_file: Path) -> CallLog:
    return CallLog(dict.fromkeys(("ResourceStatus", "ResourceManagement", "Publisher"), log_file))


def test_calls_are_named_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    log_file = tmp_path / "service.log"
    log_file.write_text(LINES)
    assert log_of(log_file).served("Publisher") == ("Publisher.getElementHistory", "ResourceStatus.select")


def test_what_was_served_before_is_forgotten(tmp_path: Path) -> None:
    log_file = tmp_path / "service.log"
    log_file.write_text(LINES)
    calls = log_of(log_file)
    calls.clear()
    assert calls.served("Publisher") == ()
    with log_file.open("a") as log:
        log.write(LINES.replace("getElementHistory", "getElementPolicies"))
    assert calls.served("Publisher") == ("Publisher.getElementPolicies", "ResourceStatus.select")


def test_an_exception_that_ended_a_call_is_told_as_python_writes_it(tmp_path: Path) -> None:
    log_file = tmp_path / "service.log"
    log_file.write_text(LINES)
    calls = log_of(log_file)
    assert calls.exception("ResourceManagement") is None
    with log_file.open("a") as log:
        log.write(FAILED)
    assert calls.exception("ResourceManagement") == "KeyError('self')"
    in_words = partial(calls.in_words, "ResourceManagement")
    assert in_words(500, "HTTP status 500: <html>") == "HTTP status 500: KeyError('self')"
    assert in_words(401, "HTTP status 401: <html>") == "HTTP status 401: <html>"
    calls.clear()
    assert calls.exception("ResourceManagement") is None


def test_over_diset_the_service_that_was_called_comes_first(tmp_path: Path) -> None:
    log_files = {name: tmp_path / name for name in ("ResourceStatus", "ResourceManagement", "Publisher")}
    for name, log_file in log_files.items():
        log_file.write_text(DISET_LINES.get(name, ""))
    calls = CallLog(log_files)
    assert calls.served("Publisher") == ("Publisher.getElementHistory", "ResourceStatus.select")
    assert calls.served("ResourceStatus") == ("ResourceStatus.select", "Publisher.getElementHistory")
    calls.clear()
    assert calls.served("Publisher") == ()
