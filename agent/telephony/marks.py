"""Marks: how far the caller has really heard the agent, as the provider tells.

A mark goes out behind the sound that it stands for and comes back once that has been played. Times
are seconds of the agent's sound. The way back takes its time too, so what is counted as heard is a
little less than what was.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

MOST = 400
"""Marks that may be open at once; beyond that the oldest is given up, and counted."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Behind ``chars`` characters of an utterance, which end at ``at`` (s); ``last``: its end."""

    name: str
    at: float
    utterance: int
    chars: int
    last: bool


class Marks:
    """The marks of one stream. ``echoes_cleared``: see ``Provider``."""

    def __init__(self, echoes_cleared: bool) -> None:
        self.heard: Mark | None = None
        """The last that the caller has heard, as far as it is known."""
        self.lag: float | None = None
        """Between sending and hearing of it, at the last mark (s)."""
        self.longest_lag = 0.0
        self.lost = 0
        self._echoes_cleared = echoes_cleared
        self._made = 0
        self._waiting: deque[Mark] = deque()
        self._sent: dict[str, Mark] = {}
        self._cleared: dict[str, Mark] = {}

    @property
    def open(self) -> int:
        """How many are wanted or under way."""
        return len(self._waiting) + len(self._sent)

    def ask(self, utterance: int, chars: int, at: float, last: bool) -> None:
        """Want a mark behind what ends at ``at``."""
        self._made += 1
        self._waiting.append(Mark(f"k{self._made}", at, utterance, chars, last))

    def due(self, until: float) -> list[Mark]:
        """Those to send now that the sound has been sent up to ``until``."""
        sent = []
        while self._waiting and self._waiting[0].at <= until:
            mark = self._waiting.popleft()
            self._sent[mark.name] = mark
            sent.append(mark)
        while len(self._sent) > MOST:
            del self._sent[next(iter(self._sent))]
            self.lost += 1
        return sent

    def clear(self, now: float) -> None:
        """What has not been played is thrown away, at ``now``.

        Marks that must have been reached by then, as late as the last one came back, count as heard
        once they come back; the others do not, however they come back.
        """
        reached = -1.0 if self.lag is None else now - self.lag
        gone = [mark for mark in self._sent.values() if mark.at > reached]
        for mark in gone:
            del self._sent[mark.name]
            if self._echoes_cleared:
                self._cleared[mark.name] = mark
        while len(self._cleared) > MOST:
            del self._cleared[next(iter(self._cleared))]
            self.lost += 1
        self._waiting.clear()

    def echo(self, name: str, now: float) -> tuple[Mark, float, bool] | None:
        """A mark came back: it, its lag (s), whether it was heard. None: there is none of that
        name."""
        if (cleared := self._cleared.pop(name, None)) is not None:
            return cleared, max(now - cleared.at, 0.0), False
        mark = self._sent.pop(name, None)
        if mark is None:
            return None
        # Those before it were played before it, whether that was told or not.
        for before in [one for one in self._sent.values() if one.at < mark.at]:
            del self._sent[before.name]
            self.lost += 1
        self.lag = max(now - mark.at, 0.0)
        self.longest_lag = max(self.longest_lag, self.lag)
        self.heard = mark
        return mark, self.lag, True
