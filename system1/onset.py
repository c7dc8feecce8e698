"""What models and the voice say at a pause's onset, held fast while nothing but silence follows.

An audio model takes the silence itself for evidence: its probability climbs while nothing is
said. So a report counts as of the pause's onset, the first at or after it, and another takes its
place only once new words or new speech have come; silence speaks through ``system1.pauses``. A
recogniser may write the last word down after it has ended and before its end is noticed: what was
reported without that word does not count either.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from system1.percepts import Completion, Contour, EndOfTurn, Heard

EPSILON_S = 1e-6

RECENT = 8
"""Reports remembered while it is not known yet that the caller has stopped."""


@dataclass(slots=True)
class PauseOnset:
    """The stretch of speech that began at ``since`` (s), and the pause after it.

    ``offset``: when the pause began (s), None while the caller speaks. ``horizons``, ``voice``:
    the reports that count.
    """

    since: float = 0.0
    offset: float | None = None
    horizons: tuple[tuple[float, float], ...] = ()
    voice: Contour | None = None
    _recent: tuple[EndOfTurn, ...] = ()
    _fixed: bool = False
    _judged: dict[str, float] = field(default_factory=dict)

    def began(self, offset: float) -> None:
        """The caller has stopped, as it turns out at ``offset`` (s)."""
        self.offset = offset
        first = next((one for one in self._recent if one.at >= offset - EPSILON_S), None)
        self._recent = ()
        if first is not None:
            self.horizons, self._fixed = first.horizons, True

    def renewed(self) -> None:
        """New words: the next reports count again."""
        self._recent = ()
        self._fixed = False
        self._judged = {}

    def end_of_turn(self, report: EndOfTurn) -> None:
        """A semantic VAD's report."""
        if self.offset is None:
            self._recent = (*self._recent, report)[-RECENT:]
        elif not self._fixed:
            self.horizons, self._fixed = report.horizons, True

    def counts(self, report: Completion) -> bool:
        """Whether a model's report counts: not if an earlier stretch of speech is meant, nor if
        this model has judged this pause and no word has come since."""
        if report.offset < self.since - EPSILON_S:
            return False
        if not report.offset > self._judged.get(report.by, float("-inf")) + EPSILON_S:
            return False
        self._judged[report.by] = report.offset
        return True

    def contour(self, report: Contour) -> None:
        """The voice's last contour."""
        if report.offset >= self.since - EPSILON_S:
            self.voice = report


def texts(heard: Heard) -> tuple[str, ...]:
    """The words as they read."""
    return tuple(word.text for word in heard.words)
