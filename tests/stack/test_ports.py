from __future__ import annotations

import socket

import pytest

from harness.errors import StackError
from harness.stack.ports import LOOPBACK, ReservedPort


def test_a_server_can_listen_on_a_port_that_is_reserved_for_it() -> None:
    with ReservedPort() as port, socket.create_server((LOOPBACK, port.number)) as server:
        assert server.getsockname()[1] == port.number


def test_a_reserved_port_is_given_to_nobody_who_asks_for_any() -> None:
    with ReservedPort() as port:
        others = []
        for _attempt in range(2000):
            others.append(socket.socket())
            others[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            others[-1].bind((LOOPBACK, 0))
        numbers = {other.getsockname()[1] for other in others}
        for other in others:
            other.close()
    assert port.number not in numbers


def test_the_port_asked_for_is_taken() -> None:
    with ReservedPort() as free:
        number = free.number
    with ReservedPort(number) as port:
        assert port.number == number


def test_a_port_that_someone_listens_on_is_refused_by_its_number() -> None:
    with socket.create_server((LOOPBACK, 0)) as busy:
        number = busy.getsockname()[1]
        with pytest.raises(StackError, match=f"cannot take port {number} on 127.0.0.1: Address already in use"):
            ReservedPort(number)
