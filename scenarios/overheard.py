"""What the caller has heard of the agent: its utterances as the journal tells them, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from agent.records import (
    CallEnded,
    CallerTurn,
    CallOpened,
    Decision,
    EchoMeasured,
    ErrandDone,
    FloorChange,
    ListenerUsed,
    PerceptSeen,
    Record,
    Remembered,
    ThinkDone,
    Utterance,
)
from system1.acts import Kind
from system1.percepts import Percept, PlaybackCut, PlaybackFinished, PlaybackStarted


@dataclass(slots=True, eq=False)
class Overheard:
    """An utterance of the agent's that has begun.

    ``planned``: the text so far decided on. ``start``/``end``: first and last audible sample (s).
    ``heard`` and ``cut`` are known once the journal has it whole (``told``).
    """

    id: int
    kind: Kind | None
    planned: str
    start: float
    end: float | None = None
    heard: str = ""
    cut: bool = False
    told: bool = False

    def under_way(self, at: float) -> bool:
        """Whether it sounds, or will go on to sound, at a time (s)."""
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(slots=True)
class Listener:
    """Consumes records in the journal's order; knows what has sounded and whether it does now."""

    said: list[Overheard] = field(default_factory=list)
    ended: CallEnded | None = None
    _planned: dict[int, tuple[Kind | None, str]] = field(default_factory=dict)

    def hear(self, record: Record) -> None:
        """Take in one record."""
        match record:
            case Decision(do="say", to=int(number), text=text, kind=kind):
                self._planned[number] = (kind, text or "")
            case Decision(do="say_more", to=int(number), text=text):
                self._more(number, text or "")
            case PerceptSeen(percept=percept):
                self._percept(percept)
            case Utterance():
                self._whole(record)
            case CallEnded():
                self.ended = record
            case Decision() | CallOpened() | CallerTurn() | FloorChange() | ThinkDone():
                pass
            case Remembered() | ErrandDone() | EchoMeasured() | ListenerUsed():
                pass
            case _:
                assert_never(record)

    def under_way(self, at: float) -> Overheard | None:
        """The utterance that sounds at a time, the later where two touch."""
        return next((one for one in reversed(self.said) if one.under_way(at)), None)

    def speaking(self) -> bool:
        """Whether an utterance has begun and not ended, as far as the records go."""
        return any(one.end is None for one in self.said)

    def last_end(self, before: float = float("inf")) -> float:
        """End of the last utterance that was over before a time; 0 where none was (s)."""
        return max((one.end for one in self.said if one.end and one.end <= before), default=0.0)

    def _more(self, number: int, text: str) -> None:
        kind, planned = self._planned.get(number, (None, ""))
        self._planned[number] = (kind, planned + text)
        for one in self.said:
            if one.id == number:
                one.planned += text

    def _percept(self, percept: Percept) -> None:
        match percept:
            case PlaybackStarted(at=at, utterance=number):
                kind, planned = self._planned.get(number, (None, ""))
                self.said.append(Overheard(number, kind, planned, at))
            case PlaybackFinished(at=at, utterance=number) | PlaybackCut(at=at, utterance=number):
                self._over(number, at, isinstance(percept, PlaybackCut))
            case _:
                pass

    def _over(self, number: int, at: float, cut: bool) -> None:
        for one in self.said:
            if one.id == number and not one.told:
                one.end, one.cut = at, cut

    def _whole(self, record: Utterance) -> None:
        for one in self.said:
            if one.id == record.id:
                one.kind, one.start, one.end = record.kind, record.start, record.end
                one.heard, one.cut, one.told = record.heard, record.cut, True
