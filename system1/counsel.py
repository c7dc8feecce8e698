"""What the adviser was asked and what it said: the state behind ``system1.advice``, a value."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from system1.consultation import INTERRUPTS, Matter


@dataclass(frozen=True, slots=True)
class Asked:
    """The last question about a matter. ``since`` as in ``Moment``; ``words`` unmasked."""

    consult: int
    since: float
    words: str


@dataclass(frozen=True, slots=True)
class Counsel:
    """``interrupts``: probability that the speech over the agent does, None for no answer yet.

    ``failures``: questions in a row that were not answered in time. ``heeded``: the question
    whose answer was noted to have changed a decision.
    """

    next_consult: int = 1
    done: Asked | None = None
    overlap: Asked | None = None
    interrupts: float | None = None
    failures: int = 0
    heeded: int = 0

    def last(self, about: Matter) -> Asked | None:
        """The last question about ``about``."""
        return self.done if about is Matter.DONE else self.overlap

    def asking(self, about: Matter, since: float, words: str) -> Counsel:
        """With one more question."""
        asked = Asked(self.next_consult, since, words)
        follows = replace(self, next_consult=self.next_consult + 1)
        if about is Matter.DONE:
            return replace(follows, done=asked)
        return replace(follows, overlap=asked, interrupts=None)

    def answered(self) -> Counsel:
        """An answer came, whatever it was about."""
        return replace(self, failures=0)

    def judged(self, consult: int, probabilities: tuple[tuple[str, float], ...]) -> Counsel:
        """With the answer to the question ``consult`` about speech over the agent."""
        said = dict(probabilities).get(INTERRUPTS, math.nan)
        if self.overlap is None or self.overlap.consult != consult or not 0.0 <= said <= 1.0:
            return self.answered()
        return replace(self.answered(), interrupts=said)

    def unanswered(self) -> Counsel:
        """No answer came in time."""
        return replace(self, failures=self.failures + 1)
