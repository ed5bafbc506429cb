"""Waiting for a socket ends when it is ready or at the deadline, for threads and for greenlets alike."""

import socket
import time
from collections.abc import Callable, Iterator

import gevent
import pytest

from scenarios.socket_wait import SocketWait, _GreenletWait, _ThreadWait, socket_wait


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        yield ours, theirs


both = pytest.mark.parametrize("kind", [_ThreadWait, _GreenletWait])


@both
def test_it_returns_when_the_socket_is_ready(
    pair: tuple[socket.socket, socket.socket], kind: Callable[[int], SocketWait]
) -> None:
    wait = kind(pair[0].fileno())
    pair[1].send(b"x")
    wait.readable(time.monotonic() + 10)
    wait.writable(time.monotonic() + 10)
    wait.close()


@both
def test_it_can_be_used_again_after_a_deadline(
    pair: tuple[socket.socket, socket.socket], kind: Callable[[int], SocketWait]
) -> None:
    wait = kind(pair[0].fileno())
    begin_s = time.monotonic()
    with pytest.raises(TimeoutError, match="deadline"):
        wait.readable(begin_s + 0.02)
    assert 0.015 < time.monotonic() - begin_s < 5
    pair[1].send(b"x")
    wait.readable(time.monotonic() + 10)
    wait.close()


@both
def test_a_deadline_that_has_passed_is_no_wait(
    pair: tuple[socket.socket, socket.socket], kind: Callable[[int], SocketWait]
) -> None:
    wait = kind(pair[0].fileno())
    with pytest.raises(TimeoutError):
        wait.readable(time.monotonic() - 1)
    wait.close()


def test_greenlets_run_meanwhile(pair: tuple[socket.socket, socket.socket]) -> None:
    wait = _GreenletWait(pair[0].fileno())
    gevent.spawn(pair[1].send, b"x")
    wait.readable(time.monotonic() + 10)
    assert pair[0].recv(1) == b"x"
    wait.close()


def test_threads_wait_as_threads_where_gevent_is_not_in_charge(pair: tuple[socket.socket, socket.socket]) -> None:
    assert isinstance(socket_wait(pair[0].fileno()), _ThreadWait)
