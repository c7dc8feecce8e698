"""Music: lines in the spectrum that stand still, on and on, without the gaps of speech.

A note's partials keep their frequencies to a hertz or two until the next note; those of a voice
glide, and a voice is interrupted by consonants several times in a second and a half. Two signs are
looked for over that time, in sound that does not stop and has three lines or more:

- most of the power lies in such standing lines: 0.65 to 1 for chords, arpeggios, a tune or a band
  with drums; 0.35 at most for voices. A voice without any melody, as a cheap synthesizer has, comes
  to 0.9, but its colour changes with every sound; where that is so, twice the time is waited for;
- or it hums on without any change of colour, which nobody does for so long: a drone with vibrato,
  whose lines do not stand still.

A single tone, and two at once, are signals of the network's: beeps, keys, rings.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speech.meters.quantiles import median, percentile
from speech.meters.silero import VAD_CHUNK, VAD_RATE
from speech.protocols import Audio
from system1.percepts import SoundEvent

_SIZE = 2 * VAD_CHUNK
_WINDOW = np.hanning(_SIZE)
_HZ = VAD_RATE / _SIZE
_LOW, _HIGH = round(150 / _HZ), round(3400 / _HZ)
_CHUNK_S = VAD_CHUNK / VAD_RATE
_EDGES_HZ = np.array([200, 350, 500, 700, 900, 1150, 1450, 1850, 2300, 2800, 3400])
_EDGES = np.rint(_EDGES_HZ / _HZ).astype(int)
_TOP = max(_HIGH, int(_EDGES[-1]))  # above lies nothing that is looked at
_ABOUT = np.arange(-2, 3)  # the places of a line, from its peak

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MusicLimits:
    """The numbers of music."""

    window_s: float = 1.5
    """Sound that is looked back on. Unit: s."""
    standing: float = 0.6
    """Share of the power in lines that stand still, from which it is music. No unit."""
    still_db: float = 1.6
    """A median change of the bands' levels in 64 ms up to this is no voice's. Unit: dB."""
    drone_db: float = 1.5
    """Nine in ten changes are smaller than this in a drone. Unit: dB."""
    flatness_db: float = -8.0
    """A drone's spectrum is less flat than this; noise has about -2.5. Unit: dB."""
    lines: float = 2.3
    """More lines than this on average, each with a hundredth of the power. No unit."""
    sounding: float = 0.95
    """Share of the time in which it must sound; speech has gaps. No unit."""
    gap_db: float = 18.0
    """What lies so far below the loud parts is a gap. Unit: dB."""
    level_db: float = -55.0
    """What is quieter is the line's own. Unit: dBFS."""
    drift_hz: float = 1.5
    """A line that moves less in 32 ms, and less than ``drift``, stands still. Unit: Hz."""
    drift: float = 0.002
    """The same as a share of its frequency. No unit."""
    over_s: float = 1.0
    """So long after the last sign of it the music has stopped. Unit: s."""


@dataclass(frozen=True, slots=True)
class _Spectrum:
    """``hertz``: of its lines; ``held``: the power of each; ``total``: of all. ``lines``: how many
    of them have a hundredth of it. ``bands``: their levels."""

    hertz: Floats
    held: Floats
    total: float
    lines: int
    flatness_db: float
    bands: Floats


@dataclass(slots=True)
class _Frame:
    """A chunk, and the one before it. Its lines are sought when somebody asks for them: most sound
    has gaps and is no music, whatever they are."""

    level_db: float
    before: Audio
    chunk: Audio
    found: _Spectrum | None = None
    still: float | None = None

    def spectrum(self) -> _Spectrum:
        if self.found is None:
            self.found = _spectrum(np.concatenate((self.before, self.chunk)))
        return self.found


class MusicMeter:
    """Watches one line for music."""

    def __init__(self, limits: MusicLimits | None = None) -> None:
        self._limits = limits or MusicLimits()
        self._window = round(self._limits.window_s / _CHUNK_S)
        # One more than is looked at: whether a line stands still, the chunk before it says.
        self._frames: deque[_Frame] = deque(maxlen=2 * self._window + 1)
        self._before: Audio = np.zeros(VAD_CHUNK, np.float32)
        self._playing = False
        self._quiet_s = 0.0

    def step(self, chunk: Audio, at: float) -> SoundEvent | None:
        """One chunk (512 samples at 16 kHz); ``music`` or ``music_stopped`` of ``at``, or None."""
        squares = np.square(np.concatenate((self._before, chunk)), dtype=np.float64)
        level_db = float(10 * np.log10(np.add.reduce(squares) / _SIZE + 1e-9))
        self._frames.append(_Frame(level_db, self._before, chunk))
        self._before = chunk
        if self._is_music():
            self._quiet_s = 0.0
            if self._playing:
                return None
            self._playing = True
            return SoundEvent(at, "music")
        if not self._playing:
            return None
        self._quiet_s += _CHUNK_S
        if self._quiet_s < self._limits.over_s:
            return None
        self._playing = False
        return SoundEvent(at, "music_stopped")

    def _is_music(self) -> bool:
        limits, window = self._limits, self._window
        if not self._goes_on(window):
            return False
        spectra = [frame.spectrum() for frame in list(self._frames)[-window:]]
        if sum(spectrum.lines for spectrum in spectra) / window <= limits.lines:
            return False
        changes = _changes_db(spectra)
        if self._standing(window) >= limits.standing:
            if median(changes) < limits.still_db:
                return True
            return self._goes_on(2 * window) and self._standing(2 * window) >= limits.standing
        flatness_db = float(np.mean([spectrum.flatness_db for spectrum in spectra]))
        return percentile(changes, 90) < limits.drone_db and flatness_db < limits.flatness_db

    def _goes_on(self, count: int) -> bool:
        """Whether it has sounded without gaps for so many chunks."""
        levels, limits = [frame.level_db for frame in self._frames][-count:], self._limits
        if len(levels) < count or _share_above(levels, limits.level_db) < limits.sounding:
            return False
        least_db = max(percentile(levels, 90) - limits.gap_db, limits.level_db)
        return _share_above(levels, least_db) >= limits.sounding

    def _standing(self, count: int) -> float:
        """The share of the power that stood still in the last so many chunks."""
        frames = list(self._frames)
        shares = []
        for place in range(len(frames) - count, len(frames)):
            frame = frames[place]
            if frame.still is None:
                before = frames[place - 1].spectrum().hertz if place else np.zeros(0)
                frame.still = self._stands(frame.spectrum(), before)
            shares.append(frame.still)
        return float(np.mean(shares))

    def _stands(self, spectrum: _Spectrum, before: Floats) -> float:
        """The share of the power in lines that are where some were ``before`` (Hz)."""
        if not before.size or not spectrum.hertz.size:
            return 0.0
        moved = np.abs(spectrum.hertz[:, None] - before[None, :]).min(axis=1)
        still = moved < self._limits.drift_hz + self._limits.drift * spectrum.hertz
        return min(float(np.sum(spectrum.held[still])) / spectrum.total, 1.0)


def _spectrum(samples: Audio) -> _Spectrum:
    power = np.abs(np.fft.rfft(samples.astype(np.float64) * _WINDOW)[:_TOP]) ** 2 + 1e-9
    part = power[_LOW:_HIGH]
    db = 10 * np.log10(part)
    inner = db[2:-2]
    peaks = 2 + np.flatnonzero((inner >= db[1:-3]) & (inner > db[3:-1]) & (inner > db.max() - 25.0))
    below, here, above = db[peaks - 1], db[peaks], db[peaks + 1]
    hertz = (peaks + _LOW + 0.5 * (below - above) / (below - 2 * here + above)) * _HZ
    held = np.sum(part[peaks[:, None] + _ABOUT], axis=1)
    total = float(part.sum())
    return _Spectrum(
        hertz,
        held,
        total,
        int(np.count_nonzero(held > 0.01 * total)),
        float(db.mean() - 10 * np.log10(total / part.size)),
        np.asarray(10 * np.log10(np.add.reduceat(power[: _EDGES[-1]], _EDGES[:-1]))),
    )


def _share_above(levels: list[float], least: float) -> float:
    return sum(level > least for level in levels) / len(levels)


def _changes_db(spectra: list[_Spectrum]) -> list[float]:
    bands = np.array([spectrum.bands for spectrum in spectra])
    bands = np.maximum(bands, bands.max(axis=1, keepdims=True) - 30.0)
    changes: list[float] = np.mean(np.abs(bands[2:] - bands[:-2]), axis=1).tolist()
    return changes
