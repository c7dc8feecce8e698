"""How long this call's answers have taken, and whether the one awaited is worth a filler.

System 2's latency hardly varies within a call (one model, one line to it), so the median of the
last waits is a good guess at the next. Nothing is expected before the first answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LAST_WAITS = 7
"""Waits remembered: an odd number, so that the median is one of them."""

LATE_S = 0.1
"""An answer is late when it comes so much after its time: some frames, or a model's jitter."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The last waits (s), oldest first: from the beginning of a think to its first sentence."""

    recent: tuple[float, ...] = ()

    def learnt(self, wait_s: float) -> Waits:
        """With one more wait (s)."""
        return Waits((*self.recent, wait_s)[-LAST_WAITS:])

    @property
    def expected_s(self) -> float | None:
        """The running median (s); None before the first answer."""
        return median(self.recent) if self.recent else None

    def filler_after(self, waited_s: float, worth_s: float) -> float:
        """The wait (s, at least ``waited_s``) after which a filler is worth its while.

        Not while the answer is expected within less than ``worth_s``; once it is late, at once.
        """
        expected = self.expected_s
        if expected is None or worth_s <= 0.0:
            return waited_s
        late = expected + LATE_S
        return late if expected - worth_s < waited_s < late else waited_s


def least_recent(texts: Sequence[str], said: Sequence[str]) -> str:
    """Of ``texts`` (at least one) the one said longest ago, or never; ``said`` is oldest first."""
    last = {text: at for at, text in enumerate(said)}
    return min(texts, key=lambda text: last.get(text, -1))
