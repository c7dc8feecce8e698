"""Sounds that are no speech: as long and as loud as they are asked to be, always the same."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.line import level_db
from scenarios.sounds import LENGTH_S, LEVEL_DB, sound
from scenarios.steps import Sound
from speech.protocols import SAMPLE_RATE

KINDS: tuple[Sound, ...] = ("cough", "laugh", "music", "beep", "noise")


@pytest.mark.parametrize("kind", KINDS)
def test_length_level_and_seed(kind: Sound) -> None:
    audio = sound(kind, None, None, 1)
    assert audio.size == round(LENGTH_S[kind] * SAMPLE_RATE)
    assert level_db(audio) == pytest.approx(LEVEL_DB[kind], abs=0.3)
    assert audio.dtype == np.float32
    short = sound(kind, 0.3, -40.0, 1)
    assert short.size == round(0.3 * SAMPLE_RATE)
    assert level_db(short) == pytest.approx(-40.0, abs=0.3)
    assert np.array_equal(short, sound(kind, 0.3, -40.0, 1))


def test_a_beep_is_a_tone() -> None:
    spectrum = np.abs(np.fft.rfft(sound("beep", 1.0, None, 0)))
    assert np.argmax(spectrum) == 1000
