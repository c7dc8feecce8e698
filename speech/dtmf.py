"""Key tones (DTMF), as a telephone's keys sound.

The two frequencies of each key are ITU-T Q.23's. Levels: -10 dBm0 for the low group and -8 dBm0
for the high one, which a line attenuates more; G.711 holds +3.17 dBm0 at the most, which is full
scale here. A tone lasts 100 ms and the pause after it 50 ms; receivers want 40 ms of each (Q.24).
"""

from __future__ import annotations

import numpy as np

from speech.protocols import SAMPLE_RATE, Audio, Lack, Speech

KEYS = ("123A", "456B", "789C", "*0#D")
LOW_HZ = (697.0, 770.0, 852.0, 941.0)
HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)

LOW_DB, HIGH_DB = -10.0 - 3.17, -8.0 - 3.17
"""Level of a tone as a sine's amplitude. Unit: dBFS."""

TONE_S, PAUSE_S = 0.1, 0.05
WAIT = "w"
"""Stands for half a second of silence among keys, as it does in dial strings."""
WAIT_S = 0.5

_EDGE_S = 0.005  # a tone begins and ends without a click
_HZ = {
    key: (low, high)
    for low, row in zip(LOW_HZ, KEYS, strict=True)
    for high, key in zip(HIGH_HZ, row, strict=True)
}


def keys(digits: str) -> str:
    """What of a dial string can be pressed: digits, ``*``, ``#``, A to D and ``w``."""
    return "".join(
        key if key == WAIT else key.upper() for key in digits if key == WAIT or key.upper() in _HZ
    )


def duration(digits: str) -> float:
    """How long pressing these keys sounds (s)."""
    pressed = keys(digits)
    waits = pressed.count(WAIT)
    return waits * WAIT_S + (len(pressed) - waits) * (TONE_S + PAUSE_S)


def tones(digits: str) -> Audio:
    """The keys' sound, float32 at ``SAMPLE_RATE``; what is no key is left out."""
    parts = [
        np.zeros(round(WAIT_S * SAMPLE_RATE), np.float32) if key == WAIT else _tone(key)
        for key in keys(digits)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _tone(key: str) -> Audio:
    time = np.arange(round(TONE_S * SAMPLE_RATE)) / SAMPLE_RATE
    low, high = _HZ[key]
    sound = 10 ** (LOW_DB / 20) * np.sin(2 * np.pi * low * time)
    sound += 10 ** (HIGH_DB / 20) * np.sin(2 * np.pi * high * time)
    edge = np.minimum(np.minimum(time, time[::-1]) / _EDGE_S, 1.0)
    pause = np.zeros(round(PAUSE_S * SAMPLE_RATE))
    return np.concatenate((sound * edge, pause)).astype(np.float32)


class Pressed:
    """``Synthesis`` of keys: all of their sound at once."""

    def __init__(self, digits: str) -> None:
        self._sound: Audio | None = tones(digits)

    def add(self, text: str) -> None:
        """Keys are all known from the beginning."""

    def end(self) -> None:
        """See ``add``."""

    def next(self) -> Speech | Lack:
        """See ``Synthesis``."""
        sound, self._sound = self._sound, None
        if sound is None or not len(sound):
            return Lack.NOTHING
        return Speech(sound, (), len(sound))

    def close(self) -> None:
        """Nothing is under way."""
