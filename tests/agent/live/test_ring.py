"""The ring between two threads: in order, and what is lost is counted."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.live.ring import Ring
from speech.protocols import Audio


def numbered(first: int, count: int) -> Audio:
    return np.arange(first, first + count, dtype=np.float32)


STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 25)), max_size=40)


@given(st.integers(1, 16), STEPS)
def test_the_last_there_is_room_for_come_out_in_order(
    capacity: int, steps: list[tuple[bool, int]]
) -> None:
    ring = Ring(capacity)
    waiting: list[float] = []
    put = lost = 0
    for puts, count in steps:
        if puts:
            waiting += numbered(put, count).tolist()
            put += count
            lost += max(0, len(waiting) - capacity)
            del waiting[:-capacity]
        else:
            out = np.full(count, -1, np.float32)
            there = ring.take(out)
            assert out[:there].tolist() == waiting[:there]
            assert there == min(count, len(waiting))
            assert (out[there:] == -1).all()
            del waiting[:there]
            continue
        ring.put(numbered(put - count, count))
        assert len(ring) == len(waiting)
        assert ring.dropped == lost
    assert ring.dropped == lost


def test_two_threads_never_see_a_sample_twice_or_out_of_order() -> None:
    ring, total = Ring(64), 60_000
    done = threading.Event()

    def put() -> None:
        for first in range(0, total, 30):
            ring.put(numbered(first, 30))
        done.set()

    writer = threading.Thread(target=put)
    writer.start()
    seen: list[Audio] = []
    out = np.zeros(23, np.float32)
    while not done.is_set() or len(ring):
        seen.append(out[: ring.take(out)].copy())
    writer.join()
    taken = np.concatenate(seen)
    assert (np.diff(taken) > 0).all()
    assert taken.size + ring.dropped == total


def test_there_is_room_for_something() -> None:
    with pytest.raises(ValueError, match="0 samples"):
        Ring(0)
