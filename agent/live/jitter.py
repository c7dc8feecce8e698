"""Between a line that brings sound when it likes and a call that wants a frame every 20 ms.

Too little: silence stands in, and what comes after it waits by as much longer, which is what makes
room for a line that is that uneven. Too much: the oldest goes.

What was held through some seconds and never needed is delay for nothing, such as a single stall
leaves behind. It is taken out where the caller is silent, a frame at a time; where that does not
come about for long, in small pieces of the pauses between words, too short to be heard. Speech is
never cut. WebRTC's NetEQ goes by the same principle (a target from the arrivals of late, and faster
play above it, background noise first), but has speech played faster as well. All of this is
counted, and nothing else is ever lost, doubled or put elsewhere. Time is the samples that are
taken.
"""

from __future__ import annotations

import numpy as np

from agent.live.least import Least
from agent.live.ring import Ring
from speech.protocols import SAMPLE_RATE, Audio
from speech.rates import RateConverter

MOST_S = 0.4
"""What is held by default: what comes in later than this has no use in a conversation."""
LOOKED_BACK_S = 4.0
"""What was held through all of it and never needed is too much: where stalls belong to a line, they
come more often than that."""
RESERVE_S = 0.02
"""What is left all the same: a frame."""
PAUSE_S = 0.2
"""Silence of the caller's is what has lasted so long: a stop consonant is silent for less."""
SHORT_PAUSE_S = 0.04
PIECE_S = 0.005
"""What is left out of a short pause at a time."""
_PATIENCE = 3
"""Stretches after which short pauses will do."""
_ABOVE_NOISE = 2.0
"""3 dB, as power: what is that near to the least of late is the line's noise. Speech that is no
louder than that is above it still: with the noise below it, it has twice its power."""
_LOUDEST = 1e-3
"""-30 dBFS, as power: a noise above it may as well be somebody who never pauses."""
_QUIETEST = 1e-6
"""-60 dBFS, as power: below it everything is noise."""


class JitterBuffer:
    """One call's. ``rate_hz``: of what comes in; ``SAMPLE_RATE`` goes out.

    ``most_s``: what it holds at most. ``first_s``: what must be there before any of it is given
    out, which a line that is known to be uneven saves silence within the first words.
    """

    def __init__(self, rate_hz: int, most_s: float = MOST_S, first_s: float = 0.0) -> None:
        if not 0 <= first_s < most_s:
            raise ValueError(f"a buffer of {most_s} s that waits for {first_s} s")
        self._converter = RateConverter(rate_hz, SAMPLE_RATE)
        self._ring = Ring(round(most_s * SAMPLE_RATE))
        self._first = round(first_s * SAMPLE_RATE)
        self._reserve = max(self._first, round(RESERVE_S * SAMPLE_RATE))
        self._begun = False
        self._held = Least(round(LOOKED_BACK_S * SAMPLE_RATE))
        self._noise = Least(round(LOOKED_BACK_S * SAMPLE_RATE))
        self._spare = 0
        self._stretches = 0  # that ended with something to spare, one after the other
        self._quiet = 0  # samples of noise alone, up to now
        self.received = 0
        """Samples that came in, at ``SAMPLE_RATE``."""
        self.given = 0
        """Samples of them that went out."""
        self.silence = 0
        """Samples of silence that went out instead, once the sound had begun."""
        self.shortened = 0
        """Samples of the caller's silence that were left out, to be less behind."""

    def add(self, samples: Audio) -> None:
        """float32 mono, of any length."""
        converted = self._converter.convert(samples)
        self.received += converted.size
        self._ring.put(converted)
        self._begun = self._begun or len(self._ring) > self._first

    def take(self, count: int) -> Audio:
        """Exactly ``count`` samples, the missing ones silent. Never waits."""
        frame = np.zeros(count, np.float32)
        if not self._begun or not count:
            return frame
        there = self._ring.take(frame)
        self.given += there
        self.silence += count - there
        self._listen(frame[:there])
        if (piece := self._unneeded(there)) > 0:
            self._ring.take(frame[there - piece : there])
            self.shortened += piece
            self._spare -= piece
            # What came in its place has not been listened to.
            self._listen(frame[there - piece : there])
        self._look_back(count)
        return frame

    @property
    def held_s(self) -> float:
        """How much sound waits (s): how far the call is behind the line."""
        return len(self._ring) / SAMPLE_RATE

    @property
    def dropped(self) -> int:
        """Samples that came in and will never go out, but for those of ``shortened``."""
        return self._ring.dropped

    def _listen(self, sound: Audio) -> None:
        """How long the caller has been silent by now."""
        if not sound.size:
            return
        power = float(sound @ sound) / sound.size
        self._noise.note(power, sound.size)
        noise = max(min(self._noise.last, self._noise.now), _QUIETEST)
        is_noise = power <= min(_ABOVE_NOISE * noise, _LOUDEST)
        self._quiet = self._quiet + sound.size if is_noise else 0

    def _unneeded(self, count: int) -> int:
        """Of the last ``count`` samples, how many at their end are to be left out."""
        spare = min(self._spare, self._held.now - self._reserve, len(self._ring) - self._reserve)
        piece = round(PIECE_S * SAMPLE_RATE)
        if self._quiet >= PAUSE_S * SAMPLE_RATE and 0 < count <= spare:
            return count
        short = self._quiet >= SHORT_PAUSE_S * SAMPLE_RATE and self._stretches >= _PATIENCE
        return piece if short and piece <= min(count, spare) else 0

    def _look_back(self, count: int) -> None:
        if self._held.note(len(self._ring), count):
            self._spare = max(0, int(self._held.last) - self._reserve)
            self._stretches = self._stretches + 1 if self._spare else 0
