"""A signal ends the program in order, even when its exception is lost on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from harness.interruption import ENDING_SIGNALS, Interruption


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_the_first_signal_raises_where_the_program_stands_and_later_ones_do_not(number: signal.Signals) -> None:
    signal.signal(number, signal.SIG_IGN)  # as a shell leaves it for what runs in the background
    Interruption()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    for again in ENDING_SIGNALS:
        os.kill(os.getpid(), again)


def test_without_a_signal_the_check_says_nothing() -> None:
    Interruption().check()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_exception_that_is_lost_in_a_finaliser_comes_again_at_the_check() -> None:
    class Finalised:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

    class EndedError(Exception):
        pass

    interruption = Interruption(EndedError)
    Finalised()
    with pytest.raises(EndedError):
        interruption.check()
