"""The jitter buffer: nothing is lost or doubled unless it is counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.live.jitter import JitterBuffer
from speech.protocols import SAMPLE_RATE, Audio


def numbered(first: int, count: int) -> Audio:
    """From one on: zero is silence."""
    return np.arange(first + 1, first + 1 + count, dtype=np.float32)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 900)), max_size=30),
    st.sampled_from([0.0, 0.01, 0.03]),
)
def test_every_sample_goes_out_once_or_is_counted(
    steps: list[tuple[bool, int]], first_s: float
) -> None:
    buffer = JitterBuffer(SAMPLE_RATE, most_s=0.05, first_s=first_s)
    sent = asked = 0
    out: list[Audio] = []
    for adds, count in steps:
        if adds:
            buffer.add(numbered(sent, count))
            sent += count
        else:
            frame = buffer.take(count)
            assert frame.size == count
            asked += count
            out.append(frame)
    heard = np.concatenate(out) if out else np.zeros(0, np.float32)
    sound = heard[heard > 0]
    assert (np.diff(sound) > 0).all()
    assert buffer.received == sent
    assert buffer.given == sound.size
    assert buffer.given + buffer.dropped + round(buffer.held_s * SAMPLE_RATE) == sent
    assert buffer.silence <= asked - sound.size
    if first_s == 0 and steps and steps[0][0] and steps[0][1]:
        assert buffer.silence == asked - sound.size


def test_what_is_missing_is_silence_and_what_follows_comes_after_it() -> None:
    buffer = JitterBuffer(SAMPLE_RATE)
    buffer.add(numbered(0, 300))
    assert buffer.take(480).tolist() == numbered(0, 300).tolist() + [0.0] * 180
    buffer.add(numbered(300, 480))
    assert buffer.take(480).tolist() == numbered(300, 480).tolist()
    assert buffer.silence == 180


def test_the_silence_before_the_first_sound_is_no_fault_of_the_line() -> None:
    buffer = JitterBuffer(SAMPLE_RATE, first_s=0.02)
    buffer.add(numbered(0, 480))
    assert not buffer.take(480).any()
    buffer.add(numbered(480, 480))
    assert buffer.take(480).tolist() == numbered(0, 480).tolist()
    assert buffer.silence == 0


def test_of_too_much_the_oldest_goes() -> None:
    buffer = JitterBuffer(SAMPLE_RATE, most_s=0.02)
    buffer.add(numbered(0, 1000))
    assert buffer.dropped == 520
    assert buffer.take(480).tolist() == numbered(520, 480).tolist()


def test_any_rate_comes_out_at_the_conversations() -> None:
    buffer = JitterBuffer(8_000)
    for _ in range(5):
        buffer.add(np.ones(160, np.float32))
    assert buffer.received == 5 * 480
    assert buffer.take(2400)[480:].tolist() == pytest.approx([1.0] * 1920, abs=1e-3)


def test_a_buffer_that_never_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="waits for"):
        JitterBuffer(8_000, most_s=0.1, first_s=0.1)
