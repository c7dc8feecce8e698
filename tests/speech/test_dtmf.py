"""Key tones: the right frequencies, levels and lengths."""

from __future__ import annotations

import numpy as np
import pytest

from speech.dtmf import HIGH_DB, HIGH_HZ, KEYS, LOW_DB, LOW_HZ, duration, keys, tones
from speech.narrowband import DELAY_S, LINE_RATE, ToLine
from speech.protocols import SAMPLE_RATE, Audio


def level_db(audio: Audio, hz: float, rate: int) -> float:
    """Amplitude of a sine in a stretch of whole milliseconds, dBFS (Goertzel's sum)."""
    turn = np.exp(-2j * np.pi * hz * np.arange(len(audio)) / rate) * np.hanning(len(audio))
    return float(20 * np.log10(abs(np.dot(audio, turn)) * 4 / len(audio) + 1e-9))


@pytest.mark.parametrize("row", range(4))
@pytest.mark.parametrize("column", range(4))
def test_each_key_is_its_two_frequencies(row: int, column: int) -> None:
    sound = tones(KEYS[row][column])
    assert len(sound) == round(0.15 * SAMPLE_RATE)
    assert not sound[round(0.1 * SAMPLE_RATE) :].any()
    line = ToLine().resample(sound)
    tone = line[round((DELAY_S + 0.01) * LINE_RATE) : round((DELAY_S + 0.09) * LINE_RATE)]
    for index, hz in enumerate(LOW_HZ):
        level = level_db(tone, hz, LINE_RATE)
        assert abs(level - LOW_DB) < 0.5 if index == row else level < LOW_DB - 20
    for index, hz in enumerate(HIGH_HZ):
        level = level_db(tone, hz, LINE_RATE)
        assert abs(level - HIGH_DB) < 0.5 if index == column else level < HIGH_DB - 20


def test_keys_follow_each_other_and_what_is_none_is_left_out() -> None:
    assert keys("1 (a)w#x") == "1Aw#"
    assert duration("1 (a)w#x") == pytest.approx(3 * 0.15 + 0.5)
    sound = tones("1aw#x")
    assert len(sound) == round(duration("1aw#") * SAMPLE_RATE)
    assert float(np.abs(sound).max()) < 0.6
    assert not tones("").size
    # No click: from silence to silence.
    assert np.abs(np.diff(sound)).max() < 0.3
    assert abs(sound[0]) < 1e-6
