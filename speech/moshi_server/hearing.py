"""A ``Transcriber`` whose words come from moshi-server, with its pause heads as end of turn.

A stretch of speech begins with voice activity, or with a word where there was none. When the
caller has been quiet for a while its last words are asked for: a marker, and silence sent faster
than real time; the stretch is final when the marker comes back.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from speech.moshi_server.link import FRAME_S, Link, Lost, Pauses, Silenced
from speech.moshi_server.wire import FRAME, Reached, Recognised, WordEnded
from speech.protocols import SAMPLE_RATE, Sound
from speech.terms import MoshiServer
from speech.trouble import log_trouble
from system1.percepts import EndOfTurn, Heard, Word
from system1.questions import AnswerKind, Question

HORIZONS_S = (0.5, 1.0, 2.0, 3.0)
"""What the pause heads speak of: that no word will come within so many seconds."""

FIRST_STEPS = 12
"""The heads are not to be trusted in a model's first second (as in unmute)."""

_DICTATED = (AnswerKind.DIGITS, AnswerKind.SPELLING)
"""Between digits that are dictated the heads say that all is over; the caller's pauses, which
System 1 knows, tell more."""

_MOST_FILL_S = 6.0
"""No model's delay is longer; a marker that is not back by then is not waited for. Unit: s."""

_SETTLES_S = 1.0
"""With nobody speaking, so much and the model's delay is heard again after a break. Unit: s."""

_LETTER_S = 0.06
"""Until it is known, a word is taken to last so long for each of its letters."""


class MoshiServerTranscriber:
    """The words of one call; see ``speech.moshi_server.link`` for what happens to its line."""

    def __init__(self, link: Link, terms: MoshiServer) -> None:
        self._link = link
        self._terms = terms
        self._pending = np.zeros(0, np.float32)
        self._stretch = -1
        self._open = False
        self._words: list[Word] = []
        self._told: tuple[Word, ...] = ()
        self._marker = 0
        self._flushing = False
        self._back = False
        self._filled_s = 0.0
        self._heard_word = False
        self._dictated = False

    def expect(self, question: Question | None) -> None:
        """While digits or letters are dictated the pause heads are not listened to."""
        self._dictated = question is not None and question.kind in _DICTATED

    def step(self, sound: Sound) -> list[Heard | EndOfTurn]:
        """32 ms more. Raises ``SpeechError`` when no server is left."""
        self._send(sound)
        out = self._news(sound)
        out += self._follow(sound)
        if self._flushing:
            out += self._news(sound)
        return out

    def close(self) -> None:
        """Close the line."""
        self._link.close()

    def _send(self, sound: Sound) -> None:
        self._pending = np.concatenate((self._pending, sound.wide))
        while len(self._pending) >= FRAME:
            begins = sound.wide_ends - len(self._pending) / SAMPLE_RATE
            frame, self._pending = self._pending[:FRAME], self._pending[FRAME:]
            self._link.hear(frame, begins)

    def _news(self, sound: Sound) -> list[Heard | EndOfTurn]:
        """All that can be known now; of several reports of the pause heads the last."""
        out: list[Heard | EndOfTurn] = []
        pauses: Pauses | None = None
        while True:
            match self._link.next(sound.ends):
                case None:
                    if not self._flushing or self._link.owes or not self._link.up:
                        break
                    out += self._more_silence(sound)
                case Recognised(text, start):
                    self._word(text.strip(), start)
                case WordEnded(stop):
                    self._word_ended(stop)
                case Pauses() as pauses:
                    pass
                case Reached(marker):
                    # A server counts to it in steps of the whole batch, which may be one more
                    # than this call's: only with the silence stepped over is it true.
                    self._back = self._flushing and marker == self._marker
                case Silenced():
                    pass
                case Lost():
                    self._flushing = self._heard_word = False
                    # what is not settled will be heard again
                    settled = self._link.settled + 1e-6
                    self._words = [word for word in self._words if word.end <= settled]
            # at once: what comes next belongs to the next stretch
            if self._flushing and self._back and not self._link.owes_silence:
                out.append(self._final(sound))
        words = tuple(self._words)
        if self._open and words != self._told:
            self._told = words
            out.append(Heard(sound.at, self._stretch, words, False, 1.0))
        if pauses is not None and self._trusted(pauses):
            horizons = tuple(zip(HORIZONS_S, pauses.values, strict=True))
            out.append(EndOfTurn(sound.at, horizons))
        return out

    def _more_silence(self, sound: Sound) -> list[Heard | EndOfTurn]:
        """For a marker that the silence so far did not bring back: a model may be slower."""
        if self._filled_s > _MOST_FILL_S:
            log_trouble("ears.no_marker", after_s=_MOST_FILL_S)
            return [self._final(sound)]
        self._link.fill(1, self._stands(sound))
        self._filled_s += FRAME_S
        return []

    def _stands(self, sound: Sound) -> float:
        """Up to where the call was sent."""
        return sound.wide_ends - len(self._pending) / SAMPLE_RATE

    def _follow(self, sound: Sound) -> list[Heard]:
        """Begin a stretch, or ask for the last words of one that is over."""
        if not self._open:
            if sound.onset is None:
                self._link.settle(sound.ends - self._terms.delay - _SETTLES_S)
                return []
            self._begin()
            # words will come, only later than the speech by the model's delay
            return [Heard(sound.at, self._stretch, (), False, 1.0)]
        if sound.onset is not None or self._flushing or not self._link.up:
            return []
        if self._over(sound):
            self._marker += 1
            self._flushing, self._back = True, False
            frames = math.ceil(self._terms.delay / FRAME_S - 1e-9) + 1
            self._filled_s = frames * FRAME_S
            self._link.flush(self._marker, frames, self._stands(sound))
        return []

    def _over(self, sound: Sound) -> bool:
        """Whether the caller, who does not speak as far as that is known, has been quiet enough."""
        quiet, last = sound.quiet_since, self._words[-1].end if self._words else None
        if quiet is not None and (last is None or last <= quiet + self._terms.quiet):
            return sound.ends - quiet >= self._terms.quiet
        # Voice activity missed this word and may be missing the next one, which silence sent now
        # would cut in two.
        return last is not None and sound.ends - last >= self._terms.delay + _SETTLES_S

    def _begin(self) -> None:
        self._stretch += 1
        self._open = True
        self._words, self._told = [], ()

    def _word(self, text: str, start: float) -> None:
        if not text:
            return
        if not self._open:
            self._begin()
        self._heard_word = True
        if self._words and self._words[-1].end > start:
            last = self._words[-1]
            start = max(start, last.start)
            self._words[-1] = replace(last, end=_round(start))
        if self._words:
            self._link.settle(self._words[-1].end)
        longest = start + max(_LETTER_S * len(text), FRAME_S)
        end = max(min(longest, self._link.stepped_to), start)
        self._words.append(Word(text, _round(start), _round(end)))

    def _word_ended(self, stop: float) -> None:
        if self._words:
            last = self._words[-1]
            self._words[-1] = replace(last, end=_round(max(stop, last.start)))
            self._link.settle(self._words[-1].end)

    def _final(self, sound: Sound) -> Heard:
        self._flushing = self._open = False
        words, self._words = tuple(self._words), []
        self._link.settle(sound.ends - self._terms.quiet)
        return Heard(sound.at, self._stretch, words, True, 1.0 if words else 0.0)

    def _trusted(self, pauses: Pauses) -> bool:
        known = self._heard_word and not self._dictated and pauses.steps > FIRST_STEPS
        return known and len(pauses.values) == len(HORIZONS_S)


def _round(seconds: float) -> float:
    return round(max(seconds, 0.0), 3)
