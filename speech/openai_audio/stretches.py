"""The stretches of a call's speech that are sent to be transcribed, cut by voice activity."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from speech.protocols import SAMPLE_RATE, Audio, Sound

_BEFORE_S = 0.3
"""Audio before an onset that belongs to it: voice activity is known late. Unit: s."""


@dataclass(slots=True)
class Stretch:
    """A stretch of speech: its number, when its audio begins (s), and the audio so far."""

    number: int
    begins: float
    onset: float
    parts: list[Audio] = field(default_factory=list)
    samples: int = 0

    @property
    def audio(self) -> Audio:
        """All of it, at ``SAMPLE_RATE``."""
        return np.concatenate(self.parts)

    def add(self, audio: Audio) -> None:
        """More of it."""
        self.parts.append(audio)
        self.samples += len(audio)


class Cutter:
    """Stretches of one call. ``quiet_s`` ends one, and ``longest_s`` cuts one in two."""

    def __init__(self, quiet_s: float, longest_s: float) -> None:
        self._quiet_s = quiet_s
        self._longest = round(longest_s * SAMPLE_RATE)
        self._recent: deque[tuple[Audio, float]] = deque()
        self._number = -1
        self.open: Stretch | None = None
        """The one under way."""

    def step(self, sound: Sound) -> Stretch | None:
        """32 ms more; returns the stretch that is over with it."""
        if self.open is None:
            self._recent.append((sound.wide, sound.wide_ends))
            while sound.wide_ends - self._recent[0][1] > _BEFORE_S:
                self._recent.popleft()
            if sound.onset is not None:
                self._begin(sound.onset)
            return None
        self.open.add(sound.wide)
        quiet = sound.onset is None and sound.quiet_since is not None
        if quiet and sound.ends - (sound.quiet_since or 0.0) >= self._quiet_s:
            over, self.open = self.open, None
            return over
        if sound.onset is not None and self.open.samples >= self._longest:
            over = self.open
            self._number += 1
            self.open = Stretch(self._number, sound.wide_ends, sound.wide_ends)
            return over
        return None

    def _begin(self, onset: float) -> None:
        self._number += 1
        first, ends = self._recent[0]
        self.open = Stretch(self._number, ends - len(first) / SAMPLE_RATE, onset)
        for audio, _ in self._recent:
            self.open.add(audio)
        self._recent.clear()
