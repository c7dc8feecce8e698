"""A voice that has been spoken already: it plays an engine's sound when System 1 says its words.

Whatever the engine has not said (greetings, check-ins, farewells, rules) an ordinary voice speaks.
Sound that is there is played even where its words are still to come: they tell what was heard, and
are known a moment later. Only words that are known, and that System 1 has not said, hold it back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from speech.duplex.spoken import Answer, Found, Piece, Spoken
from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE, Lack, Mark, Speech, StreamingVoice, Synthesis

_CHUNK = SAMPLE_RATE // 2
"""Samples given at a time at most: what a stop throws away is little."""


class SpokenVoice:
    """A ``StreamingVoice`` over a store and an ordinary voice. ``SpeechError`` for one that is not
    at ``SAMPLE_RATE``."""

    def __init__(self, spoken: Spoken, ordinary: StreamingVoice) -> None:
        if ordinary.sample_rate != SAMPLE_RATE:
            raise SpeechError(
                f"a voice at {ordinary.sample_rate} Hz cannot stand beside a speech-to-speech "
                f"engine, which speaks at {SAMPLE_RATE} Hz: choose another voice"
            )
        self._spoken = spoken
        self._ordinary = ordinary

    @property
    def sample_rate(self) -> int:
        """``SAMPLE_RATE``."""
        return SAMPLE_RATE

    def begin(self, rate: float = 1.0) -> SpokenSynthesis:
        """See ``StreamingVoice``; the engine's own sound has only one rate."""
        return SpokenSynthesis(self._spoken, self._ordinary, rate)

    def close(self) -> None:
        """Close the ordinary voice."""
        self._ordinary.close()


@dataclass(slots=True)
class _Own:
    """An answer as it is played from ``place`` (sample) on, or from character ``begins`` while
    that has no place yet. ``said``: pieces, each with its first character in the utterance;
    ``told``: words up to this character of the answer have been told."""

    answer: Answer
    begins: int
    last: int
    place: int | None = None
    said: list[tuple[Piece, int]] = field(default_factory=list)
    told: int = 0


@dataclass(slots=True)
class _Other:
    """What the ordinary voice speaks, from this character of the utterance on."""

    synthesis: Synthesis
    begins: int


@dataclass(frozen=True, slots=True)
class _Given:
    """Sound of an answer, ``count`` samples from ``place`` on, which ``after`` samples precede."""

    answer: Answer
    after: int
    place: int
    count: int


class SpokenSynthesis:
    """A ``Synthesis`` of ``SpokenVoice``. Of what it played it is told, see ``Attentive``."""

    def __init__(self, spoken: Spoken, ordinary: StreamingVoice, rate: float) -> None:
        self._spoken = spoken
        self._ordinary = ordinary
        self._rate = rate
        self._parts: deque[_Own | _Other] = deque()
        self._found: Found | None = None
        self._length = 0
        self._ended = False
        self._samples = 0
        self._given: list[_Given] = []

    def add(self, text: str) -> None:
        """More of the text: whole pieces of an answer, or a line of somebody else's."""
        begins, self._length = self._length, self._length + len(text)
        found = self._spoken.find(text, self._found)
        if found is None:
            self._speak(text, begins)
            return
        self._found = found
        own: _Own | None = None
        at = begins
        for number in range(found.first, found.last + 1):
            piece = found.answer.pieces[number]
            if piece.withheld:
                continue
            skipped = max(found.begins - piece.begins, 0)
            at += len(text[at - begins :]) - len(text[at - begins :].lstrip())
            if piece.sounds:
                own = own or self._own(found)
                own.said.append((piece, at - skipped))
                own.last = number
            else:
                own = None
                self._speak(piece.text, at)
            at += len(piece.text) - skipped

    def end(self) -> None:
        """See ``Synthesis``."""
        self._ended = True
        if self._parts and isinstance(other := self._parts[-1], _Other):
            other.synthesis.end()

    def next(self) -> Speech | Lack:
        """See ``Synthesis``."""
        while self._parts:
            part = self._parts[0]
            last = len(self._parts) == 1
            given = self._next_own(part, last) if isinstance(part, _Own) else _next_other(part)
            if isinstance(given, Speech):
                self._samples += len(given.audio)
                return given
            if given is not Lack.NOTHING:
                return given
            self._parts.popleft()
        return Lack.NOTHING if self._ended else Lack.TEXT

    def heard(self, samples: int) -> None:
        """So much of the utterance was played, and no more will be."""
        for one in self._given:
            count = min(samples - one.after, one.count)
            if count > 0:
                one.answer.heard = max(one.answer.heard, one.place + count)

    def close(self) -> None:
        """See ``Synthesis``."""
        for part in self._parts:
            if isinstance(part, _Other):
                part.synthesis.close()
        self._parts.clear()
        self._ended = True

    def _own(self, found: Found) -> _Own:
        """The part that plays the answer: the one that does already, if this goes on from it."""
        part = self._parts[-1] if self._parts else None
        if isinstance(part, _Own) and part.answer is found.answer and part.last + 1 == found.first:
            return part
        begins = found.begins
        for piece in found.answer.pieces[found.first : found.last + 1]:
            if piece.sounds:
                begins = max(begins, piece.begins)
                break
        own = _Own(found.answer, begins, found.first, told=begins)
        self._append(own)
        return own

    def _speak(self, text: str, begins: int) -> None:
        synthesis = self._ordinary.begin(self._rate)
        synthesis.add(text)
        self._append(_Other(synthesis, begins))

    def _append(self, part: _Own | _Other) -> None:
        if self._parts and isinstance(other := self._parts[-1], _Other):
            other.synthesis.end()
        self._parts.append(part)

    def _next_own(self, own: _Own, last: bool) -> Speech | Lack:
        answer = own.answer
        if own.place is None:
            own.place = 0 if not own.begins else answer.sample_of(own.begins)
            if own.place is None:
                return Lack.TIME
        limit, held_back = self._limit(own)
        audio = answer.sound()[own.place : min(limit, own.place + _CHUNK)]
        if not len(audio):
            if held_back:
                return Lack.NOTHING if self._ended or not last else Lack.TEXT
            return Lack.NOTHING if answer.whole else Lack.TIME
        start = own.place
        own.place += len(audio)
        self._given.append(_Given(answer, self._samples, start, len(audio)))
        return Speech(audio, tuple(self._marks(own, start)))

    def _limit(self, own: _Own) -> tuple[int, bool]:
        """How far the sound may be played, and whether words that are not said come then."""
        answer = own.answer
        following = answer.pieces[own.last + 1 :]
        available = len(answer.sound())
        if not following or not following[0].sounds:
            return available, False
        begins = answer.sample_of(following[0].begins)
        if begins is None or begins > available:
            return available, False
        return begins, True

    def _marks(self, own: _Own, start: int) -> list[Mark]:
        """The words that end in the sound from ``start`` (sample) to where it is now."""
        assert own.place is not None
        marks = []
        final = own.answer.whole and own.place >= len(own.answer.sound())
        for begin, end, until in own.answer.words():
            if begin < own.told:
                continue
            place = next(
                (at - piece.begins for piece, at in own.said if _has(piece, begin)),
                None,
            )
            if place is None or (not final and (until is None or until > own.place)):
                break
            own.told = end
            within = min(max(until or own.place, start + 1), own.place) - start
            marks.append(Mark(begin + place, end + place, within))
        return marks


def _has(piece: Piece, character: int) -> bool:
    return piece.begins <= character < piece.begins + len(piece.text)


def _next_other(other: _Other) -> Speech | Lack:
    given = other.synthesis.next()
    if isinstance(given, Lack):
        return given
    marks = tuple(
        Mark(one.start + other.begins, one.end + other.begins, one.until) for one in given.marks
    )
    return Speech(given.audio, marks, given.sounding)
