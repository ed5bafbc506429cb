"""One generator process: its share of the plan, the start together with the others, and its end.

A controller greenlet leads: it waits until all users are connected, creates ``ready-<worker>``, waits for the
file ``start``, lets the users go, flushes samples while they work, and ends the worker when they are done or the
time to drain is over. Users (scenarios/rss_user.py) ask for instants and requests.
"""

from __future__ import annotations

import gc
import os
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from gevent.event import Event

from scenarios.catalogue import read_catalogue
from scenarios.clients import new_client
from scenarios.held_back import write_held_back
from scenarios.live_answers import without_values
from scenarios.load_plan import LoadPlan
from scenarios.operation import Call, Operation, Request
from scenarios.operations import OPERATIONS
from scenarios.own_elements import check_own
from scenarios.precise_timer import PreciseTimer
from scenarios.rate_limit import RateLimit, share_of_worker
from scenarios.recorder import Recorder
from scenarios.request_stream import UNSENT_SEQUENCE, NumberedRequest, iterations, operations_of
from scenarios.rpc import Message, RpcClient
from scenarios.samples import Outcome
from scenarios.schedule import end_s, iterations_per_user, user_start_s, worker_arrivals_s, worker_users
from scenarios.start_file import read_start

#: Between two looks for the start file, two flushes of samples, and two looks whether the harness still lives.
_START_POLL_S = 0.01
_FLUSH_INTERVAL_S = 0.5


#: Iterations built at a time. After each wait for an answer the caches are cold, and code runs several times
#: slower than in a loop; more at a time would make the next arrival late.
_BUILT_AHEAD = 32


@dataclass(slots=True)
class BuiltRequest:
    """``index`` is that of the operation in OPERATIONS, ``message`` what a client sends."""

    operation: Operation
    index: int
    sequence: int
    call: Call
    message: Message


@dataclass(slots=True)
class Pending:
    """A request that a user has taken and not recorded yet; ``start_ns`` is 0 before it is sent."""

    due_ns: int
    request: BuiltRequest
    start_ns: int = 0


class Worker:
    """``in_flight``: users that wait for an answer now. ``pending``: by user, what it has taken."""

    def __init__(self, plan: LoadPlan) -> None:
        self.plan = plan
        self.users = worker_users(plan)
        self.in_flight = 0
        self.pending: dict[int, Pending] = {}
        self.is_over = False
        self.recorder = Recorder(Path(plan.output_dir), plan.worker, [operation.name for operation in OPERATIONS])
        self._catalogue = read_catalogue(Path(plan.catalogue_file))
        self._own_catalogue = read_catalogue(Path(plan.own_catalogue_file)) if plan.own_catalogue_file else None
        self._limit = _limit_of(plan)
        self._held_back = 0
        self._iterations = iterations(plan)
        self._built: deque[list[BuiltRequest]] = deque()
        self._preparing = self.new_client()  # never connects
        self._arrivals_s = worker_arrivals_s(plan) if plan.rate_per_s else iter(())
        self._connected = 0
        self._finished = 0
        self._failure: Exception | None = None
        self._released = Event()
        self._progress = Event()
        self._start_ns = 0
        for operation in operations_of(plan):  # the first call prepares, which takes its time
            self._call(OPERATIONS[operation], Request(0, ""))

    # what users ask for

    def new_client(self) -> RpcClient:
        plan = self.plan
        return new_client(
            plan.service_url,
            plan.ca_file,
            plan.certificate_file,
            plan.key_file,
            diset=plan.diset,
            keep_alive=plan.connection == "keep-alive",
            timeout_s=plan.request_timeout_s,
        )

    def wait_for_start(self) -> None:
        """A user is connected; returns when the schedule begins for all."""
        self._connected += 1
        self._progress.set()
        self._released.wait()

    def due_instants_ns(self, user: int) -> Iterator[int]:
        """When this user's next iteration is due. Open loop: the next arrival that no user has taken yet; closed
        loop: as soon as it asks."""
        if self.plan.rate_per_s:
            for due_s in self._arrivals_s:
                yield self._start_ns + round(due_s * 1e9)
            return
        limit = iterations_per_user(self.plan)
        last_s = end_s(self.plan)
        end_ns = None if last_s is None else self._start_ns + round(last_s * 1e9)
        due_ns = self._start_ns + round(user_start_s(self.plan, user) * 1e9)
        for _ in count() if limit is None else range(limit):
            if end_ns is not None and due_ns >= end_ns:
                return
            yield due_ns
            due_ns = time.monotonic_ns()

    def next_iteration(self) -> list[BuiltRequest]:
        """The requests of the next iteration of this worker, whoever sends them."""
        if not self._built:
            self._built.extend(list(map(self._build, each)) for each in islice(self._iterations, _BUILT_AHEAD))
        return self._built.popleft()

    def _build(self, numbered: NumberedRequest) -> BuiltRequest:
        operation = OPERATIONS[numbered.operation]
        call = self._call(operation, numbered.request)
        message = self._preparing.prepare(operation.service, operation.method, call.arguments)
        return BuiltRequest(operation, numbered.operation, numbered.sequence, call, message)

    def _call(self, operation: Operation, request: Request) -> Call:
        if not self.plan.live:
            return operation.call(self._catalogue, request)
        if operation.kind == "read":
            return without_values(operation.call(self._catalogue, request))
        if self._own_catalogue is None:
            raise ValueError(f"{operation.name} writes, which the plan does not allow")
        call = operation.call(self._own_catalogue, request)
        check_own(call)
        return call

    def keep_to_limit(self, timer: PreciseTimer) -> None:
        """Return when one more request may be sent, at once; it counts as sent."""
        if self._limit is None:
            return
        again_ns = self._limit.take(time.monotonic_ns())
        self._held_back += again_ns > 0
        while again_ns:
            timer.wait_until(again_ns)
            again_ns = self._limit.take(time.monotonic_ns())

    def user_finished(self, failure: Exception | None) -> None:
        self._failure = self._failure or failure
        self._finished += 1
        self._progress.set()

    # the controller

    def run(self) -> None:
        """From the first connection to the last sample. OSError when samples cannot be written; what made a user
        fail, which is never a request's error."""
        parent = os.getppid()
        while self._connected < len(self.users):
            self._wait(_FLUSH_INTERVAL_S)
        gc.collect()
        gc.freeze()  # the data set never becomes garbage; looking through it takes longer than a request
        output_dir = Path(self.plan.output_dir)
        (output_dir / f"ready-{self.plan.worker}").touch()
        while (instant := read_start(output_dir)) is None:
            if os.getppid() != parent:
                return
            time.sleep(_START_POLL_S)
        self._start_ns = instant
        drain_end_ns = self._drain_end_ns()
        self._released.set()
        while self._finished < len(self.users) and os.getppid() == parent:
            left_s = (drain_end_ns - time.monotonic_ns()) / 1e9 if drain_end_ns else _FLUSH_INTERVAL_S
            if left_s <= 0:
                break
            self._wait(min(left_s, _FLUSH_INTERVAL_S))
            self.recorder.flush()
            if self._failure is not None:
                raise self._failure
        self.finish()

    def finish(self) -> None:
        """Record what was sent or due and has no answer, and close. Can be called again, and before the start."""
        if self.is_over:
            return
        self.is_over = True
        self._record_what_is_left(time.monotonic_ns())
        self.recorder.close()
        if self._limit is not None:
            write_held_back(Path(self.plan.output_dir), self.plan.worker, self._held_back)

    def _record_what_is_left(self, now_ns: int) -> None:
        for pending in self.pending.values():
            request = pending.request
            if pending.start_ns:
                self._record_unanswered(pending.due_ns, pending.start_ns, now_ns, request.sequence, request.index)
            elif pending.due_ns <= now_ns:
                self._record_unanswered(pending.due_ns, now_ns, now_ns, UNSENT_SEQUENCE, request.index)
        if self._start_ns:
            for due_s in self._arrivals_s:
                due_ns = self._start_ns + round(due_s * 1e9)
                if due_ns > now_ns:
                    break
                index = self.next_iteration()[0].index  # the dependent ones of a sequence never became due
                self._record_unanswered(due_ns, now_ns, now_ns, UNSENT_SEQUENCE, index)

    def _record_unanswered(self, due_ns: int, start_ns: int, now_ns: int, sequence: int, index: int) -> None:
        outcome = Outcome.unsent if sequence == UNSENT_SEQUENCE else Outcome.unfinished
        message = "the trial ended first"
        self.recorder.record(due_ns, start_ns, now_ns, 0, sequence, index, outcome, self.in_flight, message)

    def _drain_end_ns(self) -> int | None:
        """When arrivals that were due are given up; None for users that only stop after their iterations."""
        last_s = end_s(self.plan)
        if last_s is None and self.plan.rate_per_s:
            last_s = max(worker_arrivals_s(self.plan), default=0.0)
        if last_s is None:
            return None
        return self._start_ns + round((last_s + self.plan.drain_timeout_s) * 1e9)

    def _wait(self, longest_s: float) -> None:
        self._progress.wait(longest_s)
        self._progress.clear()


def _limit_of(plan: LoadPlan) -> RateLimit | None:
    """The share of this worker."""
    if plan.rate_limit_per_s is None:
        return None
    return RateLimit(share_of_worker(plan.rate_limit_per_s, plan.worker, plan.workers))
