"""How the caller speaks, against how this caller spoke at first: pitch, loudness, rate.

Pitch is the lag of the highest normalised cross-correlation (Talkin 1995) over 32 ms of audio at
8 kHz, every 16 ms. Loudness is the power of voiced frames. Rate counts syllables: peaks of
the 300 to 2500 Hz envelope, a syllable at least 80 ms after the one before (Mermelstein 1975).
The baseline is the median of the caller's first seconds of voice; then it follows slowly.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speech.protocols import Audio
from system1.percepts import Prosody

_RATE = 8_000
_HOP = 128  # 16 ms
_WINDOW = 256  # 32 ms, correlated with itself up to a lag of
_LONGEST = _RATE // 65
_SHORTEST = _RATE // 450


@dataclass(frozen=True, slots=True)
class ProsodySettings:
    """The numbers of prosody."""

    voiced: float = 0.6
    """Correlation from which a frame is voiced; 0 to 1."""
    window_s: float = 1.0
    """What a report is about: the last so much speech. Unit: s."""
    every_s: float = 0.25
    """Time between reports. Unit: s."""
    baseline_s: float = 3.0
    """Voiced speech whose medians are the first baseline. Unit: s."""
    follow: float = 0.01
    """Share of the difference that the baseline follows at each report after that. No unit."""
    syllable_s: float = 0.08
    """Syllables are at least this far apart. Unit: s."""
    syllable_db: float = 2.0
    """The dip between two syllables. Unit: dB."""


@dataclass(frozen=True, slots=True)
class _Frame:
    pitch_hz: float
    """0 where it is not voiced."""
    level_db: float
    envelope_db: float


class ProsodyMeter:
    """Prosody of one caller. Speech goes in, reports come out at most every quarter second."""

    def __init__(self, settings: ProsodySettings | None = None) -> None:
        self._settings = settings or ProsodySettings()
        self._tail = np.zeros(_WINDOW + _LONGEST - _HOP, np.float32)
        self._odd = np.zeros(0, np.float32)
        per_s = _RATE / _HOP
        self._frames: deque[_Frame] = deque(maxlen=round(self._settings.window_s * per_s))
        self._voiced: list[tuple[float, float]] = []
        self._rates: list[float] = []
        self._baseline: tuple[float, float, float] | None = None
        self._due = 0

    def step(self, chunk: Audio, speaking: bool, at: float) -> Prosody | None:
        """One chunk at 16 kHz. ``speaking``: the caller is; a report is of ``at``."""
        half = (chunk[0::2] + chunk[1::2]) * np.float32(0.5)
        report: Prosody | None = None
        for start in range(0, len(half), _HOP):
            frame = self._frame(half[start : start + _HOP])
            if not speaking:
                self._frames.clear()
                self._due = 0
                continue
            self._frames.append(frame)
            if frame.pitch_hz and self._baseline is None:
                self._voiced.append((frame.pitch_hz, frame.level_db))
            self._due += 1
            if self._due * _HOP / _RATE >= self._settings.every_s:
                self._due = 0
                report = self._report(at) or report
        return report

    def _frame(self, hop: Audio) -> _Frame:
        samples = np.concatenate((self._tail, hop))
        self._tail = samples[_HOP:]
        pitch = _pitch(samples, self._settings.voiced)
        power = float(np.mean(samples[-_WINDOW:] ** 2))
        edge = np.diff(hop, prepend=hop[:1])
        return _Frame(
            pitch,
            10 * float(np.log10(power + 1e-10)),
            10 * float(np.log10(np.mean(edge**2) + 1e-10)),
        )

    def _report(self, at: float) -> Prosody | None:
        voiced = [frame for frame in self._frames if frame.pitch_hz]
        # less than a quarter second of voice says nothing
        if len(voiced) * _HOP / _RATE < 0.25:
            return None
        pitch = float(np.median([frame.pitch_hz for frame in voiced]))
        level = float(np.median([frame.level_db for frame in voiced]))
        rate = self._rate()
        self._learn(pitch, level, rate)
        if self._baseline is None:
            return None
        base_pitch, base_level, base_rate = self._baseline
        return Prosody(
            at,
            pitch_st=round(12 * float(np.log2(pitch / base_pitch)), 2),
            level_db=round(level - base_level, 2),
            rate_ratio=round(rate / base_rate, 2) if base_rate else 1.0,
            rate_sps=round(rate, 2),
        )

    def _learn(self, pitch: float, level: float, rate: float) -> None:
        settings = self._settings
        if self._baseline is None:
            self._rates.append(rate)
            if len(self._voiced) * _HOP / _RATE >= settings.baseline_s:
                pitches, levels = zip(*self._voiced, strict=True)
                self._baseline = (
                    float(np.median(pitches)),
                    float(np.median(levels)),
                    float(np.median(self._rates)),
                )
            return
        self._baseline = (
            self._baseline[0] + settings.follow * (pitch - self._baseline[0]),
            self._baseline[1] + settings.follow * (level - self._baseline[1]),
            self._baseline[2] + settings.follow * (rate - self._baseline[2]),
        )

    def _rate(self) -> float:
        """Syllables a second over the frames at hand."""
        levels: NDArray[np.float64] = np.array([frame.envelope_db for frame in self._frames])
        apart = max(round(self._settings.syllable_s * _RATE / _HOP), 1)
        peaks = 0
        last = -apart
        valley = -200.0
        top = float(levels.max())
        for index in range(1, len(levels) - 1):
            valley = min(valley, levels[index]) if peaks else valley
            if (
                levels[index] >= levels[index - 1]
                and levels[index] > levels[index + 1]
                and levels[index] > top - 25
                and index - last >= apart
                and levels[index] - valley >= self._settings.syllable_db
            ):
                peaks, last, valley = peaks + 1, index, float(levels[index])
        return peaks / (len(levels) * _HOP / _RATE)


def _pitch(samples: Audio, voiced: float) -> float:
    """Pitch in Hz of the end of ``samples``, 0 where it is unvoiced."""
    recent = samples[-_WINDOW:]
    energy = float(recent @ recent)
    if energy < 1e-4:
        return 0.0
    windows = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)
    lagged = windows[len(windows) - 1 - _LONGEST : len(windows) - _SHORTEST][::-1]
    products = lagged @ recent
    norms = np.sqrt(energy * np.einsum("ij,ij->i", lagged, lagged) + 1e-9)
    scores = products / norms
    best = float(scores.max())
    if best < voiced:
        return 0.0
    # the shortest lag that is nearly as good: longer ones are its multiples
    peaks = np.flatnonzero(
        (scores[1:-1] >= scores[:-2]) & (scores[1:-1] > scores[2:]) & (scores[1:-1] > 0.9 * best)
    )
    if not len(peaks):
        return 0.0
    place = int(peaks[0]) + 1
    left, mid, right = scores[place - 1 : place + 2]
    bend = left - 2 * mid + right
    shift = 0.5 * (left - right) / bend if bend else 0.0
    return float(_RATE / (_SHORTEST + place + shift))
