"""Moshi's flow of speech, cut into answers: nothing of it is heard but what was asked for.

Moshi hears and speaks all the time. An answer is what it says from when it is asked until it has
paused. What it had begun to say just before goes with it, since it may be quicker to see that the
caller has finished; what is left of an answer that was broken off does not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from speech.duplex.events import EngineError, Event, Sound, Text
from speech.kyutai.moshi_batch import FRAME, Frame

FRAME_S = 0.08
"""A step of the model. Unit: s."""

START, PADDING = 0, 3
"""Text tokens that are none: a word begins, nothing is said."""

_BEFORE = 25
"""Frames of speech begun before it was asked for that go with an answer at most: 2 s."""

_WORD = "▁"
"""Marks a word's first piece."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Numbers of frames: a pause that ends an answer, the wait for its first word, the longest."""

    pause: int
    patience: int
    longest: int


class Gate:
    """One call's. ``pieces``: a token's piece of text; ``decode``: a word's text from tokens."""

    def __init__(
        self, pieces: Callable[[int], str], decode: Callable[[list[int]], str], bounds: Bounds
    ) -> None:
        self._pieces = pieces
        self._decode = decode
        self._bounds = bounds
        self._before: deque[Frame] = deque(maxlen=_BEFORE)
        self._quiet = bounds.pause
        self._leftover = False
        self._asked = False
        self._begun = False
        self._frames = 0
        self._word: list[int] = []
        self._at = 0

    def open(self) -> list[Event]:
        """An answer is asked for: what there is of it already."""
        before = list(self._before)
        self._before.clear()
        self._asked, self._begun, self._frames = True, False, 0
        self._word.clear()
        return [event for frame in before for event in self._answers(frame)]

    def close(self) -> None:
        """No more of the answer is wanted."""
        if self._asked:
            self._leftover = self._quiet < self._bounds.pause
        self._asked = False

    def step(self, frame: Frame) -> tuple[list[Event], bool]:
        """What the next frame gives of the answer asked for, and whether that is over.

        Raises ``EngineError`` if none came in time.
        """
        speaks = frame.token not in (START, PADDING)
        self._quiet = 0 if speaks else self._quiet + 1
        paused = self._quiet >= self._bounds.pause
        self._leftover = self._leftover and not paused
        if not self._asked:
            if paused or self._leftover:
                self._before.clear()
            if not self._leftover:
                self._before.append(frame)
            return [], False
        if self._leftover:
            return [], self._late()
        events = self._answers(frame)
        if not self._begun:
            return events, self._late()
        if paused or self._frames >= self._bounds.longest:
            events += self._word_over()
            self._asked = False
            self._leftover = not paused
            return events, True
        return events, False

    def _late(self) -> bool:
        """Count a frame of waiting; raises ``EngineError`` when that was too long."""
        self._frames += 1
        if self._frames >= self._bounds.patience:
            self._asked = False
            raise EngineError("keeps silent")
        return False

    def _answers(self, frame: Frame) -> list[Event]:
        """A frame of the answer: its sound from a frame before its first word on."""
        speaks = frame.token not in (START, PADDING)
        if not self._begun:
            if not speaks:
                self._before.clear()
                self._before.append(frame)
                return []
            self._begun, self._frames = True, 0
            lead = [Sound(one.audio) for one in self._before]
            self._before.clear()
            self._frames = len(lead)
        else:
            lead = []
        events: list[Event] = [*lead]
        begins = speaks and (not self._word or self._pieces(frame.token).startswith(_WORD))
        if begins or not speaks:
            events += self._word_over()
        if begins:
            self._at = self._frames * FRAME
        if speaks:
            self._word.append(frame.token)
        self._frames += 1
        return [*events, Sound(frame.audio)]

    def _word_over(self) -> list[Event]:
        """The word that was being written, once it is whole."""
        text = self._decode(self._word).strip() if self._word else ""
        self._word.clear()
        if not text:
            return []
        if not any(char.isalnum() for char in text):
            return [Text(text)]  # a full stop by itself belongs to the word before it
        return [Text(" " + text, self._at)]
