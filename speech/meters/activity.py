"""When the caller speaks: hysteresis over speech probabilities, with onsets told by the sound.

A probability covers 32 ms and lags the sound a little. So the decision comes from the
probabilities, and the time from the energy around it, in steps of 4 ms.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from speech.meters.chunks import STEP, STEPS, Chunk, levels_db
from speech.meters.silero import VAD_RATE
from system1.percepts import SpeechStarted, SpeechStopped

_HISTORY = 12 * STEPS  # energy steps remembered: 0.38 s
_FLOOR_DB = -90.0


@dataclass(frozen=True, slots=True)
class ActivityThresholds:
    """The numbers of voice activity."""

    start_probability: float = 0.5
    """A chunk above this begins speech. Silero's own default; probability, no unit."""
    keep_probability: float = 0.35
    """A chunk above this goes on with it. Silero's own default; probability, no unit."""
    start_chunks: int = 1
    """Chunks in a row that begin speech, 32 ms each. One: known 44 ms after onset (median)."""
    stop_chunks: int = 5
    """Improbable chunks that end speech, 32 ms each: longer than any closure within a word."""
    quiet_s: float = 0.16
    """So much real silence ends it sooner, as probabilities lag up to 0.1 s at the end. It is
    longer than the closure of a plosive (0.12 s). Unit: s."""
    above_noise_db: float = 8.0
    """Sound this far above the line's noise is the caller's, when an onset is dated. Unit: dB."""
    below_level_db: float = 40.0
    """Sound this far below the speech's own level is none of it. Unit: dB."""
    bridge_s: float = 0.04
    """Onset and offset are sought across gaps of up to this: closures within a word. Unit: s."""


class Activity:
    """Voice activity of one caller."""

    def __init__(self, thresholds: ActivityThresholds | None = None) -> None:
        self._limits = thresholds or ActivityThresholds()
        self._speaking = False
        self._run = 0
        self._energy: deque[float] = deque([_FLOOR_DB] * _HISTORY, maxlen=_HISTORY)
        self._noise_db: float | None = None
        self._level_db = _FLOOR_DB
        self._onset = 0.0

    @property
    def speaking(self) -> bool:
        """Whether the caller is speaking, as far as is known."""
        return self._speaking

    def step(
        self, chunk: Chunk, probability: float, ends: float, at: float
    ) -> SpeechStarted | SpeechStopped | None:
        """One chunk that ends at ``ends``; a percept of ``at``, or None."""
        levels = levels_db(chunk.step_powers).tolist()
        self._energy.extend(levels)
        limits = self._limits
        if self._speaking:
            if probability >= limits.keep_probability:
                self._run = 0
                self._level_db = max(self._level_db, max(levels))
                return None
            self._run += 1
            offset = max(self._last_sound(ends), self._onset)
            if self._run < limits.stop_chunks and ends - offset < limits.quiet_s:
                return None
            self._speaking, self._run = False, 0
            return SpeechStopped(at, offset)
        if probability < limits.start_probability:
            self._run = 0
            if probability < limits.keep_probability:
                power = np.add.reduce(chunk.step_powers) / STEPS
                self._follow_noise(float(10 * np.log10(power + 1e-9)))
            return None
        self._run += 1
        if self._run < limits.start_chunks:
            return None
        self._speaking, self._run = True, 0
        self._level_db = max(list(self._energy)[-STEPS * limits.start_chunks :])
        count = self._sounding_steps()
        self._onset = max(ends - count * STEP / VAD_RATE, 0.0)
        recent = np.array(self._energy)[-count:]
        level = 10 * np.log10(np.mean(10 ** (recent / 10)))
        return SpeechStarted(at, self._onset, round(float(level), 2))

    def _follow_noise(self, level_db: float) -> None:
        # Quickly down, slowly up (0.3 s): a breath does not raise it, a pause shows it at once.
        if self._noise_db is None:
            self._noise_db = level_db
        step = level_db - self._noise_db
        self._noise_db += step * (0.3 if step < 0 else 0.1)

    def _threshold_db(self) -> float:
        noise_db = _FLOOR_DB if self._noise_db is None else self._noise_db
        return max(
            noise_db + self._limits.above_noise_db,
            self._level_db - self._limits.below_level_db,
            -65.0,
        )

    def _sounding_steps(self) -> int:
        """Energy steps from the onset to now."""
        energy = list(self._energy)
        threshold = self._threshold_db()
        bridge = round(self._limits.bridge_s * VAD_RATE / STEP)
        chunk = energy[-STEPS * self._limits.start_chunks :]
        at = len(energy) - len(chunk) + int(np.argmax(chunk))
        first = at
        while at > 0 and first - at <= bridge:
            at -= 1
            if energy[at] > threshold:
                first = at
        return len(energy) - first

    def _last_sound(self, ends: float) -> float:
        """End of the last sound, no later than one chunk after the last probable speech."""
        energy = list(self._energy)
        threshold = self._threshold_db()
        stop = len(energy) - (self._run - 1) * STEPS
        for back, level in enumerate(reversed(energy[:stop])):
            if level > threshold:
                return ends - (len(energy) - stop + back) * STEP / VAD_RATE
        return ends - (len(energy) - stop) * STEP / VAD_RATE
