from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from speech.errors import SpeechError
from speech.slots import Slots, shared
from tests.clocks import HandClock


class Sums:
    """Each slot's state is the sum of what it was given."""

    def __init__(self, slots: int = 3) -> None:
        self.slots = slots
        self.state = [99] * slots
        self.steps: list[dict[int, int]] = []
        self.threads: set[int] = set()
        self.gate: threading.Event | None = None
        self.entered = threading.Event()

    def step(self, inputs: Mapping[int, int]) -> Mapping[int, int]:
        self.entered.set()
        if self.gate is not None:
            assert self.gate.wait(10.0)
        self.threads.add(threading.get_ident())
        self.steps.append(dict(inputs))
        for slot, given in inputs.items():
            if given < 0:
                raise ValueError("negative")
            self.state[slot] += given
        return {slot: self.state[slot] for slot in inputs}

    def reset(self, slot: int) -> None:
        self.state[slot] = 0


def test_in_virtual_time_each_call_is_stepped_alone_and_at_once() -> None:
    batch = Sums()
    slots = Slots(batch, "sums", None)
    one, two = slots.join(), slots.join()
    one.put(1)
    two.put(10)
    one.put(2, urgent=True)
    assert one.take() == [1, 3]
    assert one.take() == []
    assert two.take() == [10]
    assert batch.steps == [{0: 1}, {1: 10}, {0: 2}]
    assert batch.threads == {threading.get_ident()}
    assert one.waiting == 0


def test_a_slot_is_clean_for_the_next_call_and_the_lowest_is_given_first() -> None:
    slots = Slots(Sums(), "sums", None)
    one, two = slots.join(), slots.join()
    one.put(5)
    two.put(7)
    one.leave()
    one.leave()
    one.put(1)
    again = slots.join()
    assert again.index == 0
    again.put(1)
    two.put(1)
    assert again.take() == [1]
    assert two.take() == [7, 8]
    assert one.take() == [5]


def test_a_full_batch_refuses_in_one_line() -> None:
    slots = Slots(Sums(2), "sums", None)
    first = slots.join()
    slots.join()
    with pytest.raises(SpeechError, match="all 2 slots of sums are in use") as refused:
        slots.join()
    assert "\n" not in str(refused.value)
    first.leave()
    slots.join()
    assert slots.taken == 2


def test_a_failure_reaches_every_call_at_its_next_take() -> None:
    slots = Slots(Sums(), "sums", None)
    one, two = slots.join(), slots.join()
    one.put(-1)
    two.put(1)
    for slot in (one, two):
        with pytest.raises(SpeechError, match=r"sums has failed \(ValueError\)"):
            slot.take()
    with pytest.raises(SpeechError):
        slots.join()
    assert slots.failed


def test_settings_share_a_model_until_it_fails() -> None:
    made: list[Sums] = []

    def make() -> Slots[int, int]:
        made.append(Sums())
        return Slots(made[-1], "sums", None)

    slots = shared(("test", "sums"), make)
    assert shared(("test", "sums"), make) is slots
    slots.join().put(-1)
    assert shared(("test", "sums"), make) is not slots
    assert len(made) == 2


def live(batch: Sums, queue: int = 8) -> tuple[Slots[int, int], HandClock]:
    clock = HandClock()
    return Slots(batch, "sums", clock, period_s=0.08, queue=queue), clock


def test_live_calls_are_stepped_together_once_a_period() -> None:
    batch = Sums()
    slots, clock = live(batch)
    one, two = slots.join(), slots.join()
    clock.idle()
    one.put(1)  # the first begins the grid
    clock.idle()
    clock.advance(0.03)
    two.put(10)
    clock.advance(0.04)
    one.put(2)
    clock.idle()
    assert batch.steps == [{0: 1}]
    clock.advance(0.01)
    clock.idle()
    assert batch.steps == [{0: 1}, {0: 2, 1: 10}]
    assert (one.take(), two.take()) == ([1, 3], [10])
    assert batch.threads.isdisjoint({threading.get_ident()})
    one.leave()
    two.leave()


def test_what_is_urgent_is_stepped_at_once_with_all_before_it() -> None:
    batch = Sums()
    slots, clock = live(batch)
    one, two = slots.join(), slots.join()
    one.put(1)
    clock.idle()
    for given in (2, 3, 4):
        one.put(given)
    two.put(10)
    clock.idle()
    assert batch.steps == [{0: 1}]
    one.put(5, urgent=True)
    clock.idle()
    assert one.take() == [1, 3, 6, 10, 15]
    assert two.take() == [10], "it comes along"
    one.put(6)
    clock.idle()
    assert one.take() == []
    clock.advance(0.08)
    clock.idle()
    assert one.take() == [21]
    one.leave()
    two.leave()


def test_what_piled_up_is_caught_up_with_at_the_next_tick() -> None:
    batch = Sums()
    slots, clock = live(batch)
    slot = slots.join()
    slot.put(1)
    clock.idle()
    for _ in range(4):
        slot.put(1)
    clock.advance(0.08)
    clock.idle()
    assert slot.take() == [1, 2, 3, 4, 5]
    slot.leave()


def test_a_call_that_stalls_blocks_no_other_and_nobody_waits_for_the_model() -> None:
    batch = Sums()
    slots, clock = live(batch)
    stalls, talks = slots.join(), slots.join()
    stalls.put(1)
    for _ in range(5):
        talks.put(1)
        clock.idle()
        clock.advance(0.08)
    clock.idle()
    assert talks.take() == [1, 2, 3, 4, 5]

    batch.gate = threading.Event()
    batch.entered.clear()
    talks.put(1)
    assert batch.entered.wait(10.0)
    # The step is under way and does not end: all of this returns nevertheless.
    late = slots.join()
    late.put(3, urgent=True)
    assert talks.take() == []
    stalls.leave()
    late.leave()
    batch.gate.set()
    clock.idle()
    assert talks.take() == [6]
    talks.leave()


def test_a_call_that_leaves_during_a_step_leaves_nothing_to_the_next() -> None:
    batch = Sums()
    slots, clock = live(batch)
    old = slots.join()
    batch.gate = threading.Event()
    old.put(50)
    assert batch.entered.wait(10.0)
    old.leave()
    new = slots.join()
    assert new.index == old.index
    new.put(1)
    batch.gate.set()
    clock.idle()
    clock.advance(0.08)
    clock.idle()
    assert new.take() == [1]
    new.leave()


def test_overflow_drops_the_oldest_and_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    batch = Sums()
    slots, clock = live(batch, queue=2)
    slot = slots.join()
    slot.put(1)
    clock.idle()
    for given in (2, 4, 8, 16):
        slot.put(given)
    assert slot.dropped == 2
    assert slot.waiting == 2
    clock.advance(0.08)
    clock.idle()
    assert slot.take() == [1, 9, 25]
    assert capsys.readouterr().err.count("speech.too_slow") == 1
    slot.leave()


def test_the_thread_goes_with_the_last_call_and_comes_with_the_next() -> None:
    batch = Sums()
    slots, clock = live(batch)
    for round_ in range(2):
        slot = slots.join()
        slot.put(1)
        clock.idle()
        assert slot.take() == [1], round_
        worker = next(one for one in threading.enumerate() if one.name == "sums")
        slot.leave()
        worker.join(10.0)
        assert not worker.is_alive()
        clock.advance(1.0)


def test_live_a_failure_ends_the_thread_and_is_told() -> None:
    slots, clock = live(Sums())
    one, two = slots.join(), slots.join()
    clock.idle()
    worker = next(one for one in threading.enumerate() if one.name == "sums")
    one.put(-1)
    worker.join(10.0)
    assert not worker.is_alive()
    two.put(1)
    with pytest.raises(SpeechError, match="sums has failed"):
        two.take()
