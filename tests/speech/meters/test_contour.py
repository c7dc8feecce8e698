"""The voice's end: what falls, rises, drags or drops is told so, and silence changes nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from speech.meters.contour import ContourMeter
from speech.meters.prosody import ProsodyMeter
from speech.protocols import Audio
from system1.percepts import Contour

RATE = 16_000


def spoken(
    last_hz: float, seconds: float = 2.0, quiet: float = 0.2, drag: float = 1.0, drop_db: float = 0
) -> Audio:
    """A buzz of 150 Hz in syllables of 0.25 s, whose last 0.3 s go to ``last_hz``."""
    time = np.arange(round(seconds * RATE)) / RATE
    glide = np.clip((time - seconds + 0.3) / 0.3, 0, 1)
    phase = 2 * np.pi * np.cumsum(150 * (last_hz / 150) ** glide) / RATE
    buzz = sum(np.sin(k * phase) / k for k in range(1, 12))
    last = seconds - 0.25 * drag
    beat = np.where(time < last, time / 0.25, math.floor(last / 0.25) + (time - last) / 0.25 / drag)
    swell = 0.55 - 0.45 * np.cos(2 * np.pi * beat)
    level = 0.1 * 10 ** (-drop_db * glide / 20)
    return np.concatenate([level * buzz * swell, np.zeros(round(quiet * RATE))]).astype(np.float32)


def contour(*stretches: Audio, quiet: float = 0.2) -> Contour | None:
    """The last stretch's, as the ears would have it made."""
    meter = ProsodyMeter()
    contours = ContourMeter(meter)
    found = None
    clock = 0
    for audio in stretches:
        contours.start()
        begun = clock
        for start in range(0, len(audio) - 511, 512):
            meter.step(audio[start : start + 512], True, clock / RATE)
            clock += 512
        offset = (begun + len(audio)) / RATE - quiet
        found = contours.of_end(offset, clock / RATE, clock / RATE)
    return found


def told(*stretches: Audio, quiet: float = 0.2) -> Contour:
    found = contour(*stretches, quiet=quiet)
    assert found is not None
    return found


def test_a_fall_a_rise_and_a_level_end() -> None:
    down, up, level = told(spoken(110)), told(spoken(200)), told(spoken(150))
    assert down.fall_st == pytest.approx(5.0, abs=1.0)
    assert down.height_st < -3.0
    assert up.fall_st == pytest.approx(-4.7, abs=1.0)
    assert up.height_st > 3.0
    assert abs(level.fall_st) < 0.2
    assert abs(level.height_st) < 0.2


def test_the_silence_before_the_stop_is_known_is_no_part_of_it() -> None:
    short, longer = told(spoken(110)), told(spoken(110, quiet=0.4), quiet=0.4)
    assert short.fall_st == pytest.approx(longer.fall_st, abs=0.6)
    assert short.level_db == pytest.approx(longer.level_db, abs=0.6)


def test_a_dragged_last_syllable_is_longer_than_the_callers_mean() -> None:
    usual, dragged = told(spoken(150)), told(spoken(150, drag=2.0))
    assert dragged.lengthening > 1.5 * usual.lengthening


def test_a_quiet_end_is_quieter() -> None:
    assert told(spoken(150, drop_db=12)).level_db < told(spoken(150)).level_db - 3


def test_a_short_answer_is_compared_with_the_speech_before() -> None:
    alone = spoken(110, seconds=0.4)
    assert contour(alone) is None
    assert told(spoken(150), alone).height_st < -2.0


def test_noise_and_silence_have_none() -> None:
    noise = (0.1 * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)
    assert contour(noise) is None
    assert contour(np.zeros(RATE, np.float32)) is None
