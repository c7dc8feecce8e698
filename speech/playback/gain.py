"""A level that changes without a click."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from speech.protocols import Audio


@dataclass(slots=True)
class Gain:
    """An amplitude that moves to its target along half a cosine."""

    value: float = 1.0
    origin: float = 1.0
    target: float = 1.0
    done: int = 0
    length: int = 0

    def move(self, target: float, length: int) -> None:
        """Go to ``target`` within ``length`` samples, at least one."""
        self.origin, self.target, self.done, self.length = self.value, target, 0, max(length, 1)

    @property
    def left(self) -> int:
        """Samples until the target is reached."""
        return self.length - self.done

    def next(self, count: int) -> Audio:
        """The gain of the next ``count`` samples."""
        if self.left <= 0:
            return np.full(count, self.value, np.float32)
        share = np.minimum(np.arange(self.done + 1, self.done + count + 1) / self.length, 1.0)
        curve = self.origin + (self.target - self.origin) * (0.5 - 0.5 * np.cos(np.pi * share))
        self.done = min(self.done + count, self.length)
        self.value = float(curve[-1]) if count else self.value
        return curve.astype(np.float32)
