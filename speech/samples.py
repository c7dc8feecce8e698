"""Whether a recording will do as the sample of a voice: how long, loud, clean and quiet it is.

A clone copies what it hears: clipping, hum and a room's hiss become part of the voice. What is
measured here is plain; the bounds are for ten seconds of somebody reading into a decent
microphone, and each finding says what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speech.audiofile import read_wav, wav_rate
from speech.protocols import SAMPLE_RATE, Audio

LOWEST_HZ = 16_000
"""Rate of the recording: a telephone's 8000 Hz has nothing of a voice above 3.4 kHz."""

SHORTEST_S, BEST_S, LONGEST_S = 6.0, 10.0, 30.0
"""Speech and the pauses in it, without the silence around. Unit: s."""

QUIETEST_DB, LOUDEST_DB = -38.0, -8.0
"""Level of the speech (RMS of its frames). Unit: dBFS."""

CLIPPED = 0.001
"""Share of the samples that stand at full scale, next to another that does."""

NOISE_DB = 20.0
"""The least that speech stands above what is heard in its pauses. Unit: dB."""

SILENCE = 0.5
"""The greatest share of pauses, of which one is a silence of ``PAUSE_S`` and more."""

PAUSE_S = 0.3
"""Shorter silences are the closures within words, and the breaths between them. Unit: s."""

_FRAME = SAMPLE_RATE // 50  # 20 ms
_FULL = 0.985
_EDGE_S = 0.1
"""Silence that is left around the speech."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured of a sample. ``noise_db``: how far speech stands above the pauses."""

    rate_hz: int
    seconds: float
    level_db: float
    clipped: float
    noise_db: float
    silence: float

    def findings(self) -> tuple[str, ...]:
        """What speaks against it, each a line that says what to do; none: it will do."""
        checks = (
            (
                self.rate_hz < LOWEST_HZ,
                f"recorded at {self.rate_hz} Hz: record at {LOWEST_HZ} Hz or more, and not over "
                "a telephone",
            ),
            (
                self.seconds < SHORTEST_S,
                f"{self.seconds:.1f} s of speech: record about {BEST_S:.0f} s, at the least "
                f"{SHORTEST_S:.0f} s",
            ),
            (
                self.seconds > LONGEST_S,
                f"{self.seconds:.1f} s of speech: cut out about {BEST_S:.0f} s, at the most "
                f"{LONGEST_S:.0f} s",
            ),
            (
                self.level_db < QUIETEST_DB,
                f"speech at {self.level_db:.0f} dBFS is too quiet: go closer to the microphone or "
                f"turn it up, to {QUIETEST_DB:.0f} dBFS at the least",
            ),
            (
                self.level_db > LOUDEST_DB,
                f"speech at {self.level_db:.0f} dBFS is too loud: turn the microphone down, to "
                f"{LOUDEST_DB:.0f} dBFS at the most",
            ),
            (
                self.clipped > CLIPPED,
                f"{self.clipped:.1%} of it is clipped: turn the microphone down and record again, "
                f"with at most {CLIPPED:.1%}",
            ),
            (
                self.noise_db < NOISE_DB,
                f"speech stands {self.noise_db:.0f} dB above the noise: record in a quiet room, "
                f"for {NOISE_DB:.0f} dB at the least",
            ),
            (
                self.silence > SILENCE,
                f"{self.silence:.0%} of it is silence: read on without long pauses, with at most "
                f"{SILENCE:.0%}",
            ),
        )
        return tuple(say for wrong, say in checks if wrong)


@dataclass(frozen=True, slots=True)
class Sample:
    """A recording, trimmed to its speech, at ``SAMPLE_RATE``; and what was measured of it."""

    audio: Audio
    measures: Measures


def read_sample(path: Path) -> Sample:
    """The recording at ``path``. Raises ``SpeechError`` for what is no recording."""
    return measured(read_wav(path), wav_rate(path))


def measured(audio: Audio, rate_hz: int) -> Sample:
    """Audio at ``SAMPLE_RATE`` that was recorded at ``rate_hz``."""
    levels = _levels(audio)
    loud = np.flatnonzero(levels > _threshold(levels))
    if not len(loud):
        return Sample(audio[:0], Measures(rate_hz, 0.0, -120.0, 0.0, 0.0, 1.0))
    first, last = int(loud[0]), int(loud[-1]) + 1
    inside = levels[first:last]
    speech = inside > _threshold(levels)
    # what is heard in the pauses, around the speech as well
    pauses = levels[levels <= _threshold(levels)]
    level = _power_db(inside[speech])
    # the quieter of them: the others are the beginnings and ends of words
    floor = float(np.percentile(pauses, 25)) if len(pauses) >= 5 else float(inside.min())
    edge = round(_EDGE_S * SAMPLE_RATE)
    trimmed = audio[max(first * _FRAME - edge, 0) : last * _FRAME + edge].copy()
    return Sample(
        trimmed,
        Measures(
            rate_hz,
            len(inside) * _FRAME / SAMPLE_RATE,
            level,
            _clipped(audio[first * _FRAME : last * _FRAME]),
            level - floor,
            _paused(speech),
        ),
    )


def _levels(audio: Audio) -> NDArray[np.float64]:
    """dBFS (RMS) of each frame."""
    count = len(audio) // _FRAME
    frames = audio[: count * _FRAME].astype(np.float64).reshape(count, _FRAME)
    levels: NDArray[np.float64] = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)
    return levels


def _threshold(levels: NDArray[np.float64]) -> float:
    """Above it a frame is speech: 25 dB below the loud ones, or halfway to a floor above that."""
    if not len(levels):
        return 0.0
    loud, floor = np.percentile(levels, (95, 5))
    return max(float(loud) - 25.0, float(loud + floor) / 2, -60.0)


def _power_db(levels: NDArray[np.float64]) -> float:
    return float(10 * np.log10(np.mean(10 ** (levels / 10))))


def _paused(speech: NDArray[np.bool_]) -> float:
    """The share of frames in silences that are pauses."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], speech, [True])).astype(np.int8)))
    lengths = np.diff(edges)[::2]
    long = lengths[lengths >= round(PAUSE_S * SAMPLE_RATE / _FRAME)]
    return float(long.sum() / len(speech))


def _clipped(audio: Audio) -> float:
    full = np.abs(audio) >= _FULL
    beside = full.copy()
    beside[1:] &= full[:-1]
    return float(beside.mean()) if len(beside) else 0.0
