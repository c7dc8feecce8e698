"""How the caller speaks, against how this caller spoke at first: pitch, its range, loudness, rate.

Pitch is the lag of the highest normalised cross-correlation (Talkin 1995) of 32 ms of audio at
8 kHz, every 16 ms. Loudness is the power of voiced frames. Rate counts syllables: voiced peaks of
the energy between 300 and 2500 Hz with a dip between them (Mermelstein 1975; on espeak's voices
from 150 to 260 words a minute within 0.3 syllables a second of the truth). The baseline is the
median of the caller's first seconds of voice; then it follows slowly. Range is that between the
10th and the 90th percentile of pitch.

A stretch of sound in which no words were recognised, a cough or a laugh, or that was the agent's
own voice come back, is taken back when that is known: the baseline is as it was before.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from speech.meters.lowpitch import LowPitchMeter
from speech.meters.quantiles import median, percentile
from speech.protocols import Audio
from system1.percepts import LowPitch, Prosody

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
    least_range_st: float = 2.0
    """A baseline of less range than this counts as this: a monotone has none. Unit: semitones."""
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


@dataclass(frozen=True, slots=True)
class _Figures:
    """Of the last speech, or of the caller's usual."""

    pitch_hz: float
    level_db: float
    rate_sps: float
    range_st: float

    def nearer(self, other: _Figures, share: float) -> _Figures:
        """These, moved by a share of the way to the others."""
        return _Figures(
            self.pitch_hz + share * (other.pitch_hz - self.pitch_hz),
            self.level_db + share * (other.level_db - self.level_db),
            self.rate_sps + share * (other.rate_sps - self.rate_sps),
            self.range_st + share * (other.range_st - self.range_st),
        )


@dataclass(slots=True)
class _Own:
    """What is known of the caller's usual voice. ``baseline``: None while it is being learnt."""

    pitches: list[float] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    ranges: list[float] = field(default_factory=list)
    baseline: _Figures | None = None

    def copy(self) -> _Own:
        return _Own([*self.pitches], [*self.levels], [*self.rates], [*self.ranges], self.baseline)


class ProsodyMeter:
    """Prosody of one caller. Speech goes in, reports come out at most every quarter second."""

    def __init__(self, settings: ProsodySettings | None = None) -> None:
        self._settings = settings or ProsodySettings()
        self._samples = np.zeros(_WINDOW + _LONGEST + _HOP, np.float32)
        self._frames: deque[Frame] = deque(maxlen=round(self._settings.rate_window_s / HOP_S))
        self._own = _Own()
        self._before: tuple[_Own, list[Frame], LowPitchMeter] | None = None
        self._due = 0
        self._lows = LowPitchMeter(HOP_S)
        self._low_s: float | None = None
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
        self._samples[: -len(half)] = self._samples[len(half) :].copy()
        self._samples[-len(half) :] = half
        report: Prosody | None = None
        if not speaking:
            return report
        for samples in (self._samples[:-_HOP], self._samples[_HOP:]):
            self._take(_framed(samples, self._settings.voiced))
            self._due += 1
            if self._due * HOP_S >= self._settings.every_s:
                self._due = 0
                report = self._report(at) or report
        return report

    def low_pitch(self, at: float) -> LowPitch | None:
        """A stretch of low pitch that became known with the last chunk, told as of ``at``."""
        low_s, self._low_s = self._low_s, None
        return None if low_s is None else LowPitch(at, round(at - low_s, 4))

    def stretch_begins(self) -> None:
        """A stretch of sound begins that may turn out not to be speech."""
        if self._before is None:
            self._lows.begin()
            self._before = self._own.copy(), list(self._frames), self._lows.copy()

    def stretch_ends(self, spoken: bool) -> None:
        """It is over; ``spoken``: it was speech. If not, it leaves nothing behind."""
        if self._before is not None and not spoken:
            self._own, frames, self._lows = self._before
            self._frames = deque(frames, maxlen=self._frames.maxlen)
        self._before = None

    def _take(self, frame: Frame) -> None:
        self._frames.append(frame)
        self.taken += 1
        low_s = self._lows.step(frame.pitch_hz)
        self._low_s = low_s if low_s is not None else self._low_s
        if frame.pitch_hz and not self._learnt():
            self._own.pitches.append(frame.pitch_hz)
            self._own.levels.append(frame.level_db)

    def _learnt(self) -> bool:
        return len(self._own.pitches) * HOP_S >= self._settings.baseline_s

    def _report(self, at: float) -> Prosody | None:
        count = round(self._settings.window_s / HOP_S)
        voiced = [frame for frame in list(self._frames)[-count:] if frame.pitch_hz]
        if len(voiced) * HOP_S < self._settings.least_voice_s:
            return None
        # over less than a second, a rate is no better than a guess: it is told too low
        heard_s = max(len(self._frames) * HOP_S, self._settings.window_s)
        now = _Figures(
            pitch_hz=median([frame.pitch_hz for frame in voiced]),
            level_db=median([frame.level_db for frame in voiced]),
            rate_sps=syllables(list(self._frames), self._settings) / heard_s,
            range_st=pitch_range([frame.pitch_hz for frame in self._frames if frame.pitch_hz]),
        )
        base = self._against(now)
        usual = max(base.range_st, self._settings.least_range_st)
        ranged = max(now.range_st, self._settings.least_range_st)
        return Prosody(
            at,
            pitch_st=round(12 * math.log2(now.pitch_hz / base.pitch_hz), 2),
            level_db=round(now.level_db - base.level_db, 2),
            rate_ratio=round(now.rate_sps / base.rate_sps, 2) if base.rate_sps else 1.0,
            rate_sps=round(now.rate_sps, 2),
            range_ratio=round(ranged / usual, 2),
        )

    def _against(self, now: _Figures) -> _Figures:
        """The baseline, which these figures of the last speech are then part of."""
        own = self._own
        if own.baseline is not None:
            before = own.baseline
            own.baseline = before.nearer(now, self._settings.follow)
            return before
        if len(self._frames) == self._frames.maxlen:
            own.rates.append(now.rate_sps)
            own.ranges.append(now.range_st)
        medians = _Figures(
            median(own.pitches),
            median(own.levels),
            median(own.rates or [now.rate_sps]),
            median(own.ranges or [now.range_st]),
        )
        if self._learnt() and own.rates:
            own.baseline = medians
        return medians


def pitch_range(pitches_hz: Sequence[float]) -> float:
    """From the 10th to the 90th percentile, semitones; 0 for no pitch."""
    if not pitches_hz:
        return 0.0
    low, high = percentile(pitches_hz, 10), percentile(pitches_hz, 90)
    return 12 * math.log2(high / low)


def syllables(frames: Sequence[Frame], settings: ProsodySettings) -> int:
    """How many syllables these frames hold: voiced peaks, each followed by a dip or the end."""
    return len(nuclei(frames, settings))


def nuclei(frames: Sequence[Frame], settings: ProsodySettings) -> list[int]:
    """The frames in which these syllables are loudest."""
    levels = np.array([frame.envelope_db for frame in frames])
    padded = np.concatenate((levels[:1], levels, levels[-1:]))
    smooth = (0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]).tolist()
    least = max(smooth) - 25.0
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
