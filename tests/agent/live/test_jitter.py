"""The jitter buffer: nothing is lost or doubled unless it is counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.live.jitter import LOOKED_BACK_S, MOST_S, RESERVE_S, JitterBuffer
from agent.live.least import Least
from speech.protocols import SAMPLE_RATE, Audio


def numbered(first: int, count: int) -> Audio:
    """From one on: zero is silence."""
    return np.arange(first + 1, first + 1 + count, dtype=np.float32)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 500)), max_size=30),
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


FRAME = SAMPLE_RATE // 50
STALL = 15
"""Frames; 0.3 s."""
LOOKED_BACK = round(LOOKED_BACK_S / 0.02)
NOISE, SPEECH = 1e-3, 0.1


def frames(levels: list[float]) -> list[Audio]:
    """Noise of these levels, 20 ms each, no sample of which is zero; always the same."""
    drawn = np.random.default_rng(7)
    signs = drawn.choice([-1.0, 1.0], (len(levels), FRAME))
    sizes = drawn.uniform(0.5, 1.5, (len(levels), FRAME)) * np.array(levels)[:, None]
    return list((signs * sizes).astype(np.float32))


class Line:
    """A call on a line: each frame comes 20 ms after the last, but for what a stall holds back."""

    def __init__(self, levels: list[float]) -> None:
        self.buffer = JitterBuffer(SAMPLE_RATE)
        self.sent = frames(levels)
        self.heard: list[Audio] = []
        self.held: list[float] = []
        self._late: list[Audio] = []

    def runs(self, stalls: dict[int, int]) -> Line:
        """``stalls``: for so many frames nothing comes, and then all of it, by the frame."""
        over = -1
        for at, frame in enumerate(self.sent):
            over = max(over, at + stalls.get(at, 0))
            self._late.append(frame)
            if at >= over:
                for one in self._late:
                    self.buffer.add(one)
                self._late.clear()
            self.heard.append(self.buffer.take(FRAME))
            self.held.append(self.buffer.held_s)
        return self

    def left_out(self) -> Audio:
        """The samples that came and never went out, in order; all others did, in theirs."""
        sound = np.concatenate(self.heard)
        sound = sound[sound != 0]
        came = np.concatenate(self.sent)
        missing: list[np.float32] = []
        at = 0
        for sample in came[: self.buffer.received]:
            if at < sound.size and sound[at] == sample:
                at += 1
            else:
                missing.append(sample)
        assert at == sound.size
        held = round(self.buffer.held_s * SAMPLE_RATE)
        assert self.buffer.received == self.buffer.given + self.buffer.shortened + held
        return np.array(missing[: len(missing) - held], np.float32)


def test_a_single_stalls_delay_is_taken_out_in_the_callers_silence() -> None:
    turn = [SPEECH] * 50 + [NOISE] * 50
    line = Line([NOISE] * 30 + turn * 6).runs({20: STALL})
    assert line.held[40] == pytest.approx(STALL * 0.02)
    assert line.held[-1] == pytest.approx(RESERVE_S)
    left_out = line.left_out()
    assert left_out.size == line.buffer.shortened == (STALL - 1) * FRAME
    assert np.abs(left_out).max() < 2 * NOISE
    assert line.buffer.silence == STALL * FRAME
    # Not before it is known that none of it is needed, and then within one silence.
    spent = [at for at in range(1, len(line.held)) if line.held[at] < line.held[at - 1] - 1e-9]
    assert spent[0] >= LOOKED_BACK
    assert spent[-1] - spent[0] == STALL - 2


def test_what_an_uneven_line_needs_is_left() -> None:
    stalls = dict.fromkeys(range(20, 1000, 100), 10)
    line = Line([NOISE] * 1000).runs(stalls)
    assert line.buffer.shortened == 0
    # Only the first of them was heard.
    assert line.buffer.silence == 10 * FRAME
    assert line.held[-1] == pytest.approx(10 * 0.02)


def test_speech_is_never_cut() -> None:
    line = Line([NOISE] * 5 + [SPEECH] * 1500).runs({20: STALL})
    assert line.buffer.shortened == 0
    assert line.held[-1] == pytest.approx(STALL * 0.02)


def test_after_long_small_pieces_of_the_pauses_between_words_go() -> None:
    # Words of 0.4 s with pauses of 0.1 s: there is no silence in it.
    line = Line(([SPEECH] * 20 + [NOISE] * 5) * 80).runs({20: STALL})
    spent = [line.held[at - 1] - line.held[at] for at in range(1, len(line.held))]
    pieces = [at for at, one in enumerate(spent) if one > 1e-6]
    assert pieces[0] > 3 * LOOKED_BACK
    assert {round(spent[at], 6) for at in pieces} == {0.005}
    assert line.held[-1] == pytest.approx(RESERVE_S)
    assert np.abs(line.left_out()).max() < 2 * NOISE


@pytest.mark.parametrize("quiet", [14, 15, 16])
def test_what_comes_in_place_of_silence_is_speech_again(quiet: int) -> None:
    # A word begins while there is more to take out still, and has silence in it.
    levels = [SPEECH] * 20 + [NOISE] * 5 + [SPEECH] * 420
    word = [SPEECH] + [NOISE] * 3 + [SPEECH] * 5
    line = Line(levels + [NOISE] * quiet + word + [SPEECH] * 50).runs({5: STALL})
    assert 0 < line.buffer.shortened < (STALL - 1) * FRAME
    sound = np.concatenate(line.heard)
    first = len(levels) + quiet
    came = np.concatenate(line.sent[first : first + len(word)])
    at = int(np.flatnonzero(sound == came[0])[0])
    assert sound[at : at + came.size].tolist() == came.tolist()


def test_in_a_loud_noise_silence_is_what_is_as_loud_as_that() -> None:
    line = Line(([0.3] * 40 + [0.02] * 40) * 8).runs({20: STALL})
    assert line.held[-1] == pytest.approx(RESERVE_S)
    assert np.abs(line.left_out()).max() < 0.04


def test_a_line_that_was_never_late_keeps_every_sample() -> None:
    line = Line([NOISE] * 600).runs({})
    assert line.buffer.silence == line.buffer.shortened == 0
    assert line.left_out().size == 0


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from([0.0, NOISE, SPEECH]), min_size=12, max_size=24),
    st.dictionaries(st.integers(0, 500), st.integers(1, 25), max_size=4),
    st.sampled_from([1, 7, 160, 480, 700]),
)
def test_whatever_comes_is_heard_or_counted(
    levels: list[float], stalls: dict[int, int], size: int
) -> None:
    buffer = JitterBuffer(SAMPLE_RATE)
    drawn = frames([level for level in levels for _ in range(25)])
    late: list[Audio] = []
    over = -1
    for at, frame in enumerate(drawn):
        over = max(over, at + stalls.get(at, 0))
        late.append(frame)
        if at >= over:
            buffer.add(np.concatenate(late))
            late.clear()
        left = FRAME
        while left:
            piece = min(size if at % 50 == 0 else FRAME, left)
            assert buffer.take(piece).size == piece
            left -= piece
    held = round(buffer.held_s * SAMPLE_RATE)
    assert buffer.received == buffer.given + buffer.dropped + buffer.shortened + held
    assert 0 <= buffer.shortened <= buffer.silence + MOST_S * SAMPLE_RATE


def test_the_least_of_a_stretch() -> None:
    least = Least(3)
    assert [least.note(value) for value in (5, 2, 7, 9)] == [False, False, True, False]
    assert (least.last, least.now) == (2, 9)
    assert least.note(4, size=2)
    assert least.last == 4
    with pytest.raises(ValueError, match="stretch"):
        Least(0)
