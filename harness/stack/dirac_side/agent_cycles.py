"""Goes through cycles of DIRAC's agents, by DIRAC's own classes; runs in the build's environment.

Argument: see session.py, and ``pids``, group to process ids, whose CPU time is read. Orders: ``prepare`` a cycle
by its name and options, and ``run`` what was prepared, once.
"""

import logging
import time
from collections import Counter

import session

ORDERS = session.read_orders()

import outside_sources  # noqa: E402  with the configuration
from cpu_clocks import cpu_seconds  # noqa: E402
from DIRAC import gLogger  # noqa: E402
from DIRAC.Core.Utilities.ObjectLoader import ObjectLoader  # noqa: E402
from DIRAC.ResourceStatusSystem.Client.ResourceManagementClient import ResourceManagementClient  # noqa: E402
from DIRAC.ResourceStatusSystem.Client.ResourceStatus import ResourceStatus  # noqa: E402
from DIRAC.ResourceStatusSystem.Client.ResourceStatusClient import ResourceStatusClient  # noqa: E402
from DIRAC.ResourceStatusSystem.Client.SiteStatus import SiteStatus  # noqa: E402
from DIRAC.ResourceStatusSystem.Utilities.Synchronizer import Synchronizer  # noqa: E402
from recorded_calls import recorded_calls  # noqa: E402

#: How many different errors of a cycle are told.
_ERRORS_TOLD = 10


class _Mailbox:
    """In place of DIRAC's admin interface, of which the token agent uses nothing but the mail."""

    @staticmethod
    def sendMail(*_arguments, **_options):  # noqa: N802
        return {"OK": True, "Value": ""}


class _Errors(logging.Handler):
    """What DIRAC logs as errors: agents log what went wrong and return that all is well."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.counts = Counter()

    def emit(self, record):
        variable = getattr(record, "varmessage", "")  # DIRAC's second part of a message
        text = f"{record.getMessage()} {variable}".strip().splitlines()[0]
        if record.exc_info and record.exc_info[1] is not None:
            text += f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        self.counts[text] += 1


def _agent(name):
    """A new agent that has been initialised as the framework does it."""
    loaded = ObjectLoader().loadObject(f"DIRAC.ResourceStatusSystem.Agent.{name}")
    _done(loaded)
    agent = loaded["Value"](f"ResourceStatus/{name}", f"ResourceStatus/{name}")
    _done(agent.initialize())
    return agent


def summarize_logs(months):
    """``months``: how long history is kept. Longer than the data set is old: the purge finds nothing, as nearly
    always."""
    agent = _agent("SummarizeLogsAgent")
    agent.months = months
    return agent.execute


def token():
    agent = _agent("TokenAgent")
    agent.diracAdmin = _Mailbox()
    return agent.execute


def cache_feeder(downtimes, pilots):
    agent = _agent("CacheFeederAgent")
    outside_sources.feed(agent, downtimes, pilots)
    return agent.execute


def inspector(agent):
    return _agent(agent).execute


def synchronizer():
    """What the service does when its configuration has changed; this process has the changed one."""
    synchronizer = Synchronizer()
    return lambda: synchronizer.sync(None, None)


def refresh(client):
    """The client's cache is filled anew, as it is every few minutes where it is used, and once in every job."""
    cache = _cache_client(client).rssCache
    return cache.refreshCache


def hits(client, name, count):
    """``count`` look-ups of one name in a cache that is full."""
    full = _cache_client(client)
    _done(full.rssCache.refreshCache())
    if client == "SiteStatus":
        return lambda: _last(full.getSiteStatuses(name) for _ in range(count))
    return lambda: _last(full.getElementStatus(name, "ComputingElement", vO="all") for _ in range(count))


def _cache_client(client):
    return {"ResourceStatus": ResourceStatus, "SiteStatus": SiteStatus}[client]()


_PREPARE = {
    function.__name__: function
    for function in (summarize_logs, token, cache_feeder, inspector, synchronizer, refresh, hits)
}
_prepared = {}


def prepare(cycle, options):
    """Whatever an agent does once, before its first cycle; services and their pools are used once."""
    for client in (ResourceStatusClient(), ResourceManagementClient()):
        _done(client.ping())
    _prepared["cycle"] = _PREPARE[cycle](**options)


def run():
    """One cycle of what was prepared. ``problem``: what it returned or raised, ``errors``: what DIRAC logged."""
    errors = _Errors()
    gLogger._logger.addHandler(errors)
    problem = None
    try:
        with recorded_calls() as calls:
            before_s = cpu_seconds(ORDERS["meters"])
            began_ns, cpu_began_ns = time.monotonic_ns(), time.process_time_ns()
            try:
                _done(_prepared["cycle"]())
            except Exception as error:  # noqa: BLE001  it belongs to the result
                problem = f"{type(error).__name__}: {error}"
            wall_ns, cpu_ns = time.monotonic_ns() - began_ns, time.process_time_ns() - cpu_began_ns
            after_s = cpu_seconds(ORDERS["meters"])
    finally:
        gLogger._logger.removeHandler(errors)
    return {
        "wall_s": wall_ns / 1e9,
        "cpu_s": {"agent": cpu_ns / 1e9, **{group: after_s[group] - before_s[group] for group in after_s}},
        "calls": Counter(calls),
        "errors": errors.counts.most_common(_ERRORS_TOLD),
        "problem": problem,
    }


def _last(results):
    """The last of many results, or the first that is an error."""
    for result in results:
        if not result["OK"]:
            break
    return result


def _done(result):
    if not result["OK"]:
        raise RuntimeError(result["Message"])


if __name__ == "__main__":
    session.serve(ORDERS["channel"], {"prepare": prepare, "run": run})
