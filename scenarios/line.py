"""The telephone line between the caller and the agent: its band and its noise.

Lines are filtered whole and without phase, so nothing is delayed. The noise runs all through the
call: a loop of 20 s that is made in the frequency domain, so that it has no seam, lies exactly in
the band and has exactly the level that was asked for. Same seed, same noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scenarios.script import LineQuality
from speech.protocols import SAMPLE_RATE, Audio

Floats: TypeAlias = NDArray[np.floating]

PHONE_BAND_HZ = (300.0, 3400.0)
"""The telephone band of ITU-T G.712."""
WIDE_BAND_HZ = (50.0, 7000.0)
"""The wide band of ITU-T G.722, which telephony sells as HD voice."""
MUMBLE_HZ = 400.0
"""Speech above this is what makes words; below it only melody is left."""
AUDIBLE = 10 ** (-55 / 20)
"""Amplitude below which a sample is silence: -55 dBFS, as for the figures of a call."""
MUFFLED_HZ = 1000.0
"""Walls and doors let through what is below."""
SPEECH_DB = -26.0
"""Active speech level where a caller says nothing (dBFS; ITU-T P.56 measurements' nominal one)."""

_ORDER_BELOW, _ORDER_ABOVE = 2, 14
"""Orders of a line's filters: with the phone band they meet G.712 outside of it (24 dB down at 50
and 60 Hz, 14 dB at 4 kHz, 32 dB from 4.6 kHz). What a real line lets through there matters to
recognisers, which take the logarithm of what is left."""
_NOISE_LOOP_S = 20
_ACTIVE_BLOCK = SAMPLE_RATE // 50
_ACTIVE_BELOW_PEAK_DB = 15.9
"""Margin of ITU-T P.56: what is that far under the mean level of speech is a pause."""


def band_limited(audio: Audio, low_hz: float | None, high_hz: float | None) -> Audio:
    """``audio`` without what lies outside the band, in place: no delay, same length."""
    padded = audio.size + SAMPLE_RATE // 10
    size = 1 << (padded - 1).bit_length()
    spectrum = np.fft.rfft(audio, size)
    spectrum *= _response(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), low_hz, high_hz)
    return np.fft.irfft(spectrum, size)[: audio.size].astype(np.float32)


def level_db(audio: Audio) -> float:
    """Root mean square level in dBFS; silence is -120 dBFS."""
    power = float(np.mean(np.square(audio, dtype=np.float64))) if audio.size else 0.0
    return 10 * float(np.log10(max(power, 1e-12)))


def active_speech_db(audio: Audio) -> float:
    """Level of speech without its pauses (dBFS), after the idea of ITU-T P.56.

    Blocks of 20 ms that lie more than 15.9 dB under the mean of the active ones do not count;
    the mean starts with all blocks and is refined until it no longer changes.
    """
    blocks = audio[: audio.size // _ACTIVE_BLOCK * _ACTIVE_BLOCK].reshape(-1, _ACTIVE_BLOCK)
    power = np.mean(np.square(blocks, dtype=np.float64), axis=1)
    if not power.size or power.max() < 1e-12:
        return -120.0
    mean = float(power.mean())
    while True:
        active = power[power > mean * 10 ** (-_ACTIVE_BELOW_PEAK_DB / 10)]
        refined = float(active.mean())
        if abs(refined - mean) <= 1e-9 * mean:
            return 10 * float(np.log10(refined))
        mean = refined


@dataclass(slots=True)
class TelephoneLine:
    """A line of some quality. ``seed``: of its noise; ``speech_db``: the caller's level (dBFS)."""

    quality: LineQuality
    seed: int
    speech_db: float = SPEECH_DB
    _noise: Audio | None = None
    _position: int = 0

    @property
    def _band(self) -> tuple[float, float]:
        return WIDE_BAND_HZ if self.quality.band == "wide" else PHONE_BAND_HZ

    def carried(self, audio: Audio) -> Audio:
        """A caller's line as it comes through the band, without the noise."""
        return band_limited(audio, *self._band)

    def noise(self, samples: int) -> Audio:
        """The noise of the next ``samples`` of the call; zeros on a clean line."""
        if self.quality.noise == "none":
            return np.zeros(samples, np.float32)
        if self._noise is None:
            self._noise = self._loop()
        at = (self._position + np.arange(samples)) % self._noise.size
        self._position += samples
        return self._noise[at]

    def _loop(self) -> Audio:
        size = SAMPLE_RATE * _NOISE_LOOP_S
        frequencies = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
        rng = np.random.default_rng((self.seed, 1))
        spectrum: NDArray[np.complex128] = rng.standard_normal(
            frequencies.size
        ) + 1j * rng.standard_normal(frequencies.size)
        if self.quality.noise == "pink":
            spectrum /= np.sqrt(np.maximum(frequencies, 20.0))
        spectrum *= _response(frequencies, *self._band)
        spectrum[0] = 0.0
        loop = np.fft.irfft(spectrum, size)
        loop *= 10 ** ((self.speech_db - self.quality.snr_db) / 20) / np.sqrt(np.mean(loop**2))
        return loop.astype(np.float32)


@dataclass(slots=True)
class EchoPath:
    """The agent's voice on its way back: through loudspeaker, room and line, later and softer."""

    quality: LineQuality
    _waiting: Audio | None = None

    def returned(self, played: Audio) -> Audio:
        """What comes back while the next block is heard, after ``played`` was said."""
        gain = 0.0 if self.quality.echo_db is None else 10 ** (self.quality.echo_db / 20)
        if self._waiting is None:
            # A block is heard after it was said: that much of the delay has passed.
            late = max(round(self.quality.echo_delay * SAMPLE_RATE) - played.size, 0)
            self._waiting = np.zeros(late, np.float32)
        joined = np.concatenate((self._waiting, played * np.float32(gain)))
        back, self._waiting = joined[: played.size], joined[played.size :]
        return back


def _response(frequencies: Floats, low_hz: float | None, high_hz: float | None) -> Floats:
    """Gain at each frequency: of Butterworth filters, 3 dB down at the band's edges."""
    gain = np.ones_like(frequencies)
    if low_hz is not None:
        gain /= np.sqrt(1 + (low_hz / np.maximum(frequencies, 1.0)) ** (2 * _ORDER_BELOW))
    if high_hz is not None:
        gain /= np.sqrt(1 + (frequencies / high_hz) ** (2 * _ORDER_ABOVE))
    return gain
