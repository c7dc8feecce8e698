"""Sounds on a caller's line that are no speech: a cough, a laugh, hold music, a beep, noise.

Synthesized, seeded, at 24 kHz; each is as long and as loud as it is asked to be.
"""

from __future__ import annotations

from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from scenarios.line import band_limited, level_db
from scenarios.steps import Sound
from speech.protocols import SAMPLE_RATE, Audio

LENGTH_S: dict[Sound, float] = {
    "cough": 0.4,
    "laugh": 1.0,
    "music": 8.0,
    "beep": 0.6,
    "noise": 2.0,
}
"""How long a sound lasts where the scenario does not say (s)."""

LEVEL_DB: dict[Sound, float] = {
    "cough": -22.0,
    "laugh": -24.0,
    "music": -26.0,
    "beep": -20.0,
    "noise": -30.0,
}
"""How loud it is where the scenario does not say: root mean square (dBFS)."""

KEY_S = 0.2
"""From one key to the next: 0.1 s of tone and as much silence, more than ITU-T Q.24 asks for."""

_EDGE_S = 0.005
_BEEP_HZ = 1000.0
_CHORDS_HZ = (
    (261.63, 329.63, 392.00),
    (220.00, 261.63, 329.63),
    (174.61, 220.00, 261.63),
    (196.00, 246.94, 293.66),
)
_BEAT_S = 0.5

Wave = NDArray[np.float64]


def sound(kind: Sound, seconds: float | None, level: float | None, seed: int) -> Audio:
    """The sound's samples; None: its own length and level (dBFS)."""
    length = LENGTH_S[kind] if seconds is None else seconds
    time = np.arange(max(round(length * SAMPLE_RATE), 1)) / SAMPLE_RATE
    rng = np.random.default_rng((seed, 2))
    match kind:
        case "cough":
            wave = _cough(time, rng)
        case "laugh":
            wave = _laugh(time, rng)
        case "music":
            wave = _music(time)
        case "beep":
            wave = np.sin(2 * np.pi * _BEEP_HZ * time)
        case "noise":
            wave = rng.standard_normal(time.size)
        case _:
            assert_never(kind)
    wave *= np.clip(np.minimum(time, time[-1] - time) / _EDGE_S, 0.0, 1.0)
    audio = wave.astype(np.float32)
    wanted = LEVEL_DB[kind] if level is None else level
    gain = 10 ** ((wanted - level_db(audio)) / 20)
    return np.asarray(np.clip(audio * gain, -1.0, 1.0), np.float32)


def _cough(time: Wave, rng: np.random.Generator) -> Wave:
    """Two bursts of breath, the second softer, each with a sudden beginning."""
    breath = band_limited(rng.standard_normal(time.size).astype(np.float32), 250.0, 3000.0)
    length = time[-1] + 1 / SAMPLE_RATE
    first = np.exp(-time / (0.15 * length))
    second = 0.6 * np.exp(-(time - 0.5 * length) / (0.15 * length)) * (time >= 0.5 * length)
    return np.asarray(breath * (first + second), np.float64)


def _laugh(time: Wave, rng: np.random.Generator) -> Wave:
    """'Ha ha ha': five voiced and breathy bursts a second, falling in pitch."""
    pitch = 260.0 - 60.0 * time / max(time[-1], 1e-6)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    voice = sum((np.sin(k * phase) / k for k in range(1, 9)), np.zeros_like(time))
    breath = 0.3 * rng.standard_normal(time.size)
    return (voice + breath) * np.maximum(np.sin(2 * np.pi * 5.0 * time), 0.0)


def _music(time: Wave) -> Wave:
    """Hold music: four chords, one a beat, for ever."""
    beats = (time / _BEAT_S).astype(np.int64)
    wave = np.zeros_like(time)
    for index, chord in enumerate(_CHORDS_HZ):
        playing = beats % len(_CHORDS_HZ) == index
        wave += playing * sum((np.sin(2 * np.pi * hz * time) for hz in chord), np.zeros_like(time))
    return wave * (0.4 + 0.6 * np.exp(-(time % _BEAT_S) / 0.3))
