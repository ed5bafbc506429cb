"""However requests come, no second holds more of them than the limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.rate_limit import RateLimit, share_of_worker

S = 1_000_000_000


def sent_ns(per_s: int, due_ns: list[int]) -> list[int]:
    """When requests that are due at these instants are let through, one after the other."""
    limit, now_ns, sent = RateLimit(per_s), 0, []
    for due in due_ns:
        now_ns = max(now_ns, due)
        while again_ns := limit.take(now_ns):
            assert again_ns > now_ns
            now_ns = again_ns
        sent.append(now_ns)
    return sent


@given(st.integers(1, 20), st.lists(st.integers(0, 5 * S), max_size=120).map(sorted))
def test_no_second_holds_more_than_the_limit(per_s: int, due_ns: list[int]) -> None:
    sent = sent_ns(per_s, due_ns)
    assert all(later - first > S for first, later in zip(sent, sent[per_s:], strict=False))


@given(st.integers(1, 20), st.integers(0, S))
def test_a_load_below_the_limit_is_never_held_back(per_s: int, begin_ns: int) -> None:
    due_ns = [begin_ns + number * (S // per_s + 1) for number in range(60)]
    assert sent_ns(per_s, due_ns) == due_ns


def test_all_at_once_is_let_through_up_to_the_limit() -> None:
    assert sent_ns(3, [5] * 7) == [5, 5, 5, S + 6, S + 6, S + 6, 2 * S + 7]


@given(st.integers(1, 64), st.integers(0, 500))
def test_the_shares_of_all_workers_are_the_limit(workers: int, more: int) -> None:
    shares = [share_of_worker(workers + more, worker, workers) for worker in range(workers)]
    assert sum(shares) == workers + more
    assert max(shares) - min(shares) <= 1


def test_a_limit_that_leaves_a_worker_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="2 requests/s cannot be shared by 3 workers"):
        share_of_worker(2, 0, 3)
    with pytest.raises(ValueError, match="at least one"):
        RateLimit(0)
