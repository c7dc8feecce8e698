"""How the caller speaks, against how this caller spoke at first: pitch, loudness, rate.

Pitch is the lag of the highest normalised cross-correlation (Talkin 1995) of 32 ms of audio at
8 kHz, every 16 ms. Loudness is the power of voiced frames. Rate counts syllables: voiced peaks of
the energy between 300 and 2500 Hz with a dip between them (Mermelstein 1975; on espeak's voices
from 150 to 260 words a minute within 0.3 syllables a second of the truth). The baseline is the
median of the caller's first seconds of voice; then it follows slowly.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from speech.protocols import Audio
from system1.percepts import Prosody

_RATE = 8_000
_HOP = 128  # 16 ms
HOP_S = _HOP / _RATE
_WINDOW = 256  # 32 ms, correlated with itself up to a lag of
_LONGEST = _RATE // 65
_SHORTEST = _RATE // 450
_TAPER = np.hanning(_WINDOW).astype(np.float32)
_BAND = slice(300 * _WINDOW // _RATE + 1, 2_500 * _WINDOW // _RATE + 1)
_SILENCE = 1e-4  # energy of a window below -64 dBFS, in which no pitch is sought


@dataclass(frozen=True, slots=True)
class ProsodySettings:
    """The numbers of prosody."""

    voiced: float = 0.6
    """Correlation from which a frame is voiced; 0 to 1."""
    window_s: float = 1.0
    """Pitch and loudness are those of the last so much speech. Unit: s."""
    rate_window_s: float = 2.0
    """Rate is that of the last so much speech: about ten syllables. Unit: s."""
    every_s: float = 0.25
    """Time between reports. Unit: s."""
    least_voice_s: float = 0.25
    """Less voice than this says nothing. Unit: s."""
    baseline_s: float = 3.0
    """Voiced speech whose medians are the baseline, until there is so much: what there is. Unit: s.
    """
    follow: float = 0.003
    """Share of the difference that the baseline follows at each report after that. No unit."""
    syllable_db: float = 2.0
    """The dip between two syllables. Unit: dB."""
    syllable_s: float = 0.064
    """Syllables are at least this far apart. Unit: s."""


@dataclass(frozen=True, slots=True)
class Frame:
    """32 ms of speech. ``envelope_db``: the energy of its vowels."""

    pitch_hz: float
    """0 where it is not voiced."""
    level_db: float
    envelope_db: float


class ProsodyMeter:
    """Prosody of one caller. Speech goes in, reports come out at most every quarter second."""

    def __init__(self, settings: ProsodySettings | None = None) -> None:
        self._settings = settings or ProsodySettings()
        self._samples = np.zeros(_WINDOW + _LONGEST, np.float32)
        self._frames: deque[Frame] = deque(maxlen=round(self._settings.rate_window_s / HOP_S))
        self._pitches: list[float] = []
        self._levels: list[float] = []
        self._rates: list[float] = []
        self._baseline: tuple[float, float, float] | None = None
        self._due = 0
        self.taken = 0
        """Frames of speech so far."""

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The last two seconds of speech, every ``HOP_S``, oldest first."""
        return tuple(self._frames)

    @property
    def settings(self) -> ProsodySettings:
        """The numbers that it works by."""
        return self._settings

    def step(self, chunk: Audio, speaking: bool, at: float) -> Prosody | None:
        """One chunk at 16 kHz. ``speaking``: the caller is; a report is of ``at``."""
        half = (chunk[0::2] + chunk[1::2]) * np.float32(0.5)
        report: Prosody | None = None
        for start in range(0, len(half), _HOP):
            self._samples[:-_HOP] = self._samples[_HOP:].copy()
            self._samples[-_HOP:] = half[start : start + _HOP]
            if not speaking:
                continue
            self._take(_framed(self._samples, self._settings.voiced))
            self._due += 1
            if self._due * HOP_S >= self._settings.every_s:
                self._due = 0
                report = self._report(at) or report
        return report

    def _take(self, frame: Frame) -> None:
        self._frames.append(frame)
        self.taken += 1
        if frame.pitch_hz and not self._learnt():
            self._pitches.append(frame.pitch_hz)
            self._levels.append(frame.level_db)

    def _learnt(self) -> bool:
        return len(self._pitches) * HOP_S >= self._settings.baseline_s

    def _report(self, at: float) -> Prosody | None:
        count = round(self._settings.window_s / HOP_S)
        voiced = [frame for frame in list(self._frames)[-count:] if frame.pitch_hz]
        if len(voiced) * HOP_S < self._settings.least_voice_s:
            return None
        pitch = float(np.median([frame.pitch_hz for frame in voiced]))
        level = float(np.median([frame.level_db for frame in voiced]))
        # over less than a second, a rate is no better than a guess: it is told too low
        heard_s = max(len(self._frames) * HOP_S, self._settings.window_s)
        rate = syllables(list(self._frames), self._settings) / heard_s
        base_pitch, base_level, base_rate = self._against(pitch, level, rate)
        return Prosody(
            at,
            pitch_st=round(12 * math.log2(pitch / base_pitch), 2),
            level_db=round(level - base_level, 2),
            rate_ratio=round(rate / base_rate, 2) if base_rate else 1.0,
            rate_sps=round(rate, 2),
        )

    def _against(self, pitch: float, level: float, rate: float) -> tuple[float, float, float]:
        """The baseline, which these figures of the last second are then part of."""
        if self._baseline is None:
            if len(self._frames) == self._frames.maxlen:
                self._rates.append(rate)
            medians = (
                float(np.median(self._pitches)),
                float(np.median(self._levels)),
                float(np.median(self._rates or [rate])),
            )
            if self._learnt() and self._rates:
                self._baseline = medians
            return medians
        before = self._baseline
        follow = self._settings.follow
        self._baseline = (
            before[0] + follow * (pitch - before[0]),
            before[1] + follow * (level - before[1]),
            before[2] + follow * (rate - before[2]),
        )
        return before


def syllables(frames: Sequence[Frame], settings: ProsodySettings) -> int:
    """How many syllables these frames hold: voiced peaks, each followed by a dip or the end."""
    return len(nuclei(frames, settings))


def nuclei(frames: Sequence[Frame], settings: ProsodySettings) -> list[int]:
    """The frames in which these syllables are loudest."""
    levels = np.array([frame.envelope_db for frame in frames])
    padded = np.pad(levels, 1, mode="edge")
    smooth = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    least = float(smooth.max()) - 25.0
    apart = round(settings.syllable_s / HOP_S)
    found: list[int] = []
    last, rising = -apart, True
    peak, valley = 0, 0
    for index, level in enumerate(smooth):
        if rising and level > smooth[peak]:
            peak = index
        ends = level < smooth[peak] - settings.syllable_db or index == len(smooth) - 1
        if rising and ends:
            voiced = any(frame.pitch_hz for frame in frames[max(peak - 1, 0) : peak + 2])
            if voiced and smooth[peak] > least and peak - last >= apart:
                last = peak
                found.append(peak)
            rising, valley = False, index
        elif not rising:
            if level < smooth[valley]:
                valley = index
            elif level > smooth[valley] + settings.syllable_db:
                rising, peak = True, index
    return found


def _framed(samples: Audio, voiced: float) -> Frame:
    recent = samples[-_WINDOW:]
    spectrum = np.fft.rfft(recent * _TAPER)[_BAND]
    band = float(np.sum(spectrum.real**2 + spectrum.imag**2))
    return Frame(_pitch(samples, voiced), _db(float(recent @ recent) / _WINDOW), _db(band))


def _db(power: float) -> float:
    return 10 * math.log10(power + 1e-10)


def _pitch(samples: Audio, voiced: float) -> float:
    """Pitch in Hz of the end of ``samples``, 0 where it is unvoiced."""
    recent = samples[-_WINDOW:]
    energy = float(recent @ recent)
    if energy < _SILENCE:
        return 0.0
    # place i is a lag of _LONGEST - i; what is too short a lag is left out
    products = np.correlate(samples[: len(samples) - _SHORTEST], recent)
    sums = np.cumsum(samples.astype(np.float64) ** 2)
    energies = sums[_WINDOW - 1 : -_SHORTEST].copy()
    energies[1:] -= sums[: len(energies) - 1]
    scores = (products / np.sqrt(energy * energies + 1e-9))[::-1]
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
    left, mid, right = (float(score) for score in scores[place - 1 : place + 2])
    bend = left - 2 * mid + right
    shift = 0.5 * (left - right) / bend if bend else 0.0
    return _RATE / (_SHORTEST + place + shift)
