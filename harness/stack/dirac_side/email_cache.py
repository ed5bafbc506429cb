"""Writes messages with DIRAC's own EmailAction to one cache after the other; runs in the build's environment.

Argument: see session.py, with ``meters``, group to what CPU is read from. Its order is ``block``, with ``cache``
(``service``, ``database`` or ``sqlite``), ``processes``, ``threads`` (of each), ``seconds``, ``prefix`` and
``file`` (of SQLite). The answer has ``cpu_s`` (group to seconds, the writers' too) and ``writers``, each with
``latency_ns`` of every message, ``in_time`` (how many were acknowledged before the time was over) and ``failed``
(number of the message, and why).

A message is ``<prefix>-<writer>-<number>``, the name of the site that it is about. Writers work back to back. As
under an inspector agent, the threads of a process share one client; each process is fresh, forked when all is
imported.
"""

import multiprocessing
import threading
import time
from contextlib import suppress
from queue import Empty

import session
from cpu_clocks import cpu_seconds
from sqlite_cache import SqliteCache

ORDERS = session.read_orders()

from DIRAC.ResourceStatusSystem.Client.ResourceStatusClient import ResourceStatusClient  # noqa: E402  configured
from DIRAC.ResourceStatusSystem.DB.ResourceStatusDB import ResourceStatusDB  # noqa: E402
from DIRAC.ResourceStatusSystem.PolicySystem.Actions.EmailAction import EmailAction  # noqa: E402

#: How long a process may take until it has its cache, and until its last message has ended.
_START_S, _END_S = 60, 120

_CACHES = {
    "service": lambda _block: ResourceStatusClient(),
    "database": lambda _block: ResourceStatusDB(),
    "sqlite": lambda block: SqliteCache(block["file"]),
}


def _message(cache, token):
    """What DIRAC's action answers; it takes what it is given for a client of the service."""
    decision = {"element": "Site", "name": token, "elementType": "Site", "statusType": "all", "status": "Active"}
    enforced = {"Status": "Banned", "Reason": "no reason"}
    return EmailAction("EmailAction", decision, enforced, [], clients={"ResourceStatusClient": cache}).run()


def _write(cache, prefix, end_ns):
    """One writer, until the time is over."""
    latency_ns, failed, in_time = [], [], 0
    while (began_ns := time.monotonic_ns()) < end_ns:
        try:
            answer = _message(cache, f"{prefix}-{len(latency_ns)}")
            problem = "" if answer["OK"] else answer["Message"]
        except Exception as error:  # noqa: BLE001  of whatever kind, it is counted with its reason
            problem = f"{type(error).__name__}: {error}"
        ended_ns = time.monotonic_ns()
        if problem:
            failed.append((len(latency_ns), problem))
        else:
            in_time += ended_ns <= end_ns
        latency_ns.append(ended_ns - began_ns)
    return {"latency_ns": latency_ns, "in_time": in_time, "failed": failed}


def _process(block, number, barrier, results):
    """A process of a block: a cache of its own, then all its threads at once."""
    written = {}

    def thread(writer, end_ns):
        written[writer] = _write(cache, f"{block['prefix']}-{writer}", end_ns)

    try:
        cache = _CACHES[block["cache"]](block)
        barrier.wait(_START_S)
    except Exception as error:  # noqa: BLE001
        barrier.abort()
        results.put({"problem": f"{type(error).__name__}: {error}"})
        return
    cpu_s = time.process_time()
    end_ns = time.monotonic_ns() + round(block["seconds"] * 1e9)
    first = number * block["threads"]
    writers = range(first, first + block["threads"])
    threads = [threading.Thread(target=thread, args=(writer, end_ns)) for writer in writers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    results.put({"cpu_s": time.process_time() - cpu_s, "writers": written})


def run_block(**block):
    """All its processes have ended afterwards."""
    meters = ORDERS["meters"]
    fork = multiprocessing.get_context("fork")
    barrier, results = fork.Barrier(block["processes"] + 1), fork.Queue()
    processes = [
        fork.Process(target=_process, args=(block, number, barrier, results))
        for number in range(block["processes"])
    ]
    for process in processes:
        process.start()
    with suppress(threading.BrokenBarrierError):  # a process that failed says why
        barrier.wait(_START_S)
    before_s = cpu_seconds(meters)
    try:
        ended = [results.get(timeout=block["seconds"] + _END_S) for _ in processes]
    except Empty:
        ended = [{"problem": f"a message took longer than {_END_S} s"}]
    after_s = cpu_seconds(meters)
    for process in processes:
        process.kill()
        process.join()
    problems = [one["problem"] for one in ended if "problem" in one]
    if problems:  # that of the process which broke the barrier for the others comes first
        raise RuntimeError(f"{block['cache']}: {min(problems, key=lambda one: 'BrokenBarrier' in one)}")
    cpu_s = {group: after_s[group] - before_s[group] for group in meters}
    writers = {writer: written for one in ended for writer, written in one["writers"].items()}
    return {
        "cpu_s": {**cpu_s, "writers": sum(one["cpu_s"] for one in ended)},
        "writers": [writers[number] for number in sorted(writers)],
    }


if __name__ == "__main__":
    session.serve(ORDERS["channel"], {"block": run_block})
