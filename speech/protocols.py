"""Ears, voices and mouths: what every back end offers.

Audio is float32 mono in [-1, 1]. Times are seconds on the audio clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from system1.acts import Kind
from system1.percepts import Percept
from system1.questions import Question

Audio: TypeAlias = NDArray[np.float32]

SAMPLE_RATE = 24_000
"""The conversation's rate in Hz: Kyutai's own, and that of the OpenAI Realtime protocol."""


class Ears(Protocol):
    """Turns the caller's audio into percepts."""

    def hear(self, block: Audio, at: float) -> list[Percept]:
        """Percepts of a block of ``SAMPLE_RATE`` audio that ends at ``at``, in time order.

        The same audio gives the same percepts however it is cut into blocks, save that their
        ``at`` is the end of the block in which they became known.
        """
        ...

    def expect(self, question: Question | None) -> None:
        """The agent has asked this: bias recognition to its answers. None: anything."""
        ...

    def played(self, block: Audio) -> None:
        """What the agent said in the time after the last block heard, for telling its echo.

        As long as that time; ears that have no use for it do nothing. Who never calls it gets
        ``Level.echo`` 0.
        """
        ...

    def close(self) -> None:
        """Give back what was taken."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A word in synthesized speech: ``text[start:end]`` sounds until sample ``until``."""

    start: int
    end: int
    until: int


@dataclass(frozen=True, slots=True)
class Speech:
    """A stretch of synthesized audio at the voice's rate, and the words in it.

    Marks' samples count from the start of this stretch; their characters from the start of
    the text that was given to ``speak``.
    """

    audio: Audio
    marks: tuple[Mark, ...]


class Voice(Protocol):
    """A text-to-speech engine with one voice chosen."""

    @property
    def sample_rate(self) -> int:
        """Rate of the audio that ``speak`` yields, Hz."""
        ...

    def speak(self, text: str, rate: float = 1.0) -> Iterator[Speech]:
        """Speech for a text, in stretches; closing the iterator aborts the synthesis.

        ``rate``: speaking rate as a share of the voice's usual one; an engine that has only one
        speaks at that.
        """
        ...

    def close(self) -> None:
        """Give back what was taken."""
        ...


class Mouth(Protocol):
    """Plays utterances one after the other, and knows word by word what has been played.

    All methods are for the time that the next ``play`` or ``advance`` begins at.
    """

    def say(self, utterance: int, kind: Kind, text: str, more: bool, rate: float = 1.0) -> None:
        """Queue an utterance; ``more``: ``say_more`` will add to it.

        ``rate``: speaking rate of all of it, as a share of the voice's usual one.
        """
        ...

    def say_more(self, utterance: int, text: str, more: bool) -> None:
        """Add text to a queued or playing utterance."""
        ...

    def stop(self, utterance: int, fade_s: float) -> None:
        """Fade the utterance out and drop its rest; ``PlaybackCut`` follows at the fade's end.

        An utterance that has not begun is dropped, and is reported as cut with nothing heard.
        """
        ...

    def duck(self, utterance: int, gain_db: float) -> None:
        """Lower the utterance to this gain, without a click; one not begun, from its start."""
        ...

    def resume(self, utterance: int) -> None:
        """Back to full level."""
        ...

    def close(self) -> None:
        """Give back what was taken."""
        ...
