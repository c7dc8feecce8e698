"""A call's audio in the page: envelopes as SVG paths, and a recording for the player."""

from __future__ import annotations

import base64
import io
import math
import wave
from dataclasses import dataclass

import numpy as np
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

from speech.protocols import SAMPLE_RATE, Audio

_COLUMNS_PER_S = 50
_MOST_COLUMNS = 20_000
_HEIGHT = 100
_COMPANDING = 0.75
"""Exponent on the amplitude, for the eye: soft consonants stay visible beside loud vowels."""

_LONG_S = 120.0


@dataclass(frozen=True, slots=True)
class Envelope:
    """A channel as two closed SVG paths in a view box of ``columns`` by 100, rising from y = 100.

    ``peaks`` follows the larger of the two extremes of each column, ``loudness`` the RMS; both
    are scaled by the channel's loudest peak.
    """

    columns: str
    peaks: str
    loudness: str


def envelope(channel: Audio, duration_s: float) -> Envelope:
    """The envelope over a call's whole length: 50 columns a second, 20 000 at the most."""
    samples = max(1, round(duration_s * SAMPLE_RATE))
    width = max(SAMPLE_RATE // _COLUMNS_PER_S, math.ceil(samples / _MOST_COLUMNS))
    padded = np.zeros(math.ceil(samples / width) * width, dtype=np.float32)
    padded[: min(channel.size, samples)] = channel[:samples]
    columns = padded.reshape(-1, width)
    peaks = np.maximum(columns.max(axis=1), -columns.min(axis=1)).astype(np.float64)
    loudness = np.sqrt(np.mean(np.square(columns, dtype=np.float64), axis=1))
    loudest = max(float(peaks.max()), 1e-3)
    return Envelope(f"{samples / width:g}", _skyline(peaks / loudest), _skyline(loudness / loudest))


def recording(caller: Audio | None, agent: Audio | None, duration_s: float) -> str:
    """Both channels mixed, as a ``data:`` URI of a 16-bit mono WAV.

    16 kHz, which makes 2.6 MB a minute; 8 kHz, the rate of a telephone, for calls over 2 min.
    """
    rate = 16_000 if duration_s <= _LONG_S else 8_000
    channels = [one for one in (caller, agent) if one is not None]
    mix = np.zeros(max((one.size for one in channels), default=0), dtype=np.float32)
    for channel in channels:
        mix[: channel.size] += channel
    mix = np.asarray(soxr.resample(mix, SAMPLE_RATE, rate, quality="HQ"), dtype=np.float32)
    loudest = float(np.abs(mix).max(initial=0.0))
    pcm = np.round(mix / max(loudest, 1.0) * 32767.0).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm.tobytes())
    return "data:audio/wav;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _skyline(shares: NDArray[np.float64]) -> str:
    """A closed path over columns of 0 to 1, with level stretches drawn as one line."""
    tops = np.round(np.power(np.clip(shares, 0.0, 1.0), _COMPANDING) * _HEIGHT)
    parts = [f"M-.5 {_HEIGHT}"]
    level, flat = 0, 0
    for top in map(int, tops):
        if top == level:
            flat += 1
            continue
        if flat:
            parts.append(f"h{flat}")
        parts.append(f"l1 {level - top}")
        level, flat = top, 0
    if flat:
        parts.append(f"h{flat}")
    parts.append(f"V{_HEIGHT}z")
    return "".join(parts)
