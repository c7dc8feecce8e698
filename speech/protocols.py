"""Ears, voices and mouths: what every back end offers.

Audio is float32 mono in [-1, 1]. Times are seconds on the audio clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from system1.acts import Kind
from system1.percepts import EndOfTurn, Heard, Likeness, Percept
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
        """What the agent said in the time after the last block heard: its echo may be in the next.

        As long as that time; ears that have no use for it do nothing. Who never calls it gets
        ``Level.echo`` 0, and no ``Likeness``: nobody is spoken over.
        """
        ...

    def close(self) -> None:
        """Give back what was taken."""
        ...


@dataclass(frozen=True, slots=True)
class Sound:
    """32 ms of the caller's audio, and what voice activity says of it.

    ``wide``: 768 samples at ``SAMPLE_RATE``, which end at ``wide_ends``; ``narrow``: 512 at 16 kHz,
    which the resampler's delay lets end a little earlier, at ``ends``. ``onset``: when the speech
    under way began, None while there is none; ``quiet_since``: when the last speech ended, None
    before any and while there is one. ``at``: the time that percepts of it are told with. ``over``:
    the agent is heard as well, or was a moment ago.
    """

    wide: Audio
    narrow: Audio
    wide_ends: float
    ends: float
    onset: float | None
    quiet_since: float | None
    at: float
    over: bool = False


class Transcriber(Protocol):
    """The part of ears that knows words: a recogniser with one call's state."""

    def step(self, sound: Sound) -> Sequence[Heard | Likeness | EndOfTurn]:
        """What is newly known with this much more of the caller, in time order.

        Words have their times on the audio clock, whatever the recogniser's delay. A stretch of
        words is final once the caller has been quiet for a while.
        """
        ...

    def expect(self, question: Question | None) -> None:
        """The agent has asked this; see ``Ears.expect``."""
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
    the text that was given to ``speak``, or to a ``Synthesis`` from its beginning.

    ``sounding``: set where the voice has cut away the silence around a whole sentence itself: it
    sounds in [0, ``sounding``) and the rest is its pause. None: the stretch is a piece of a stream,
    and what of it sounds is found by whoever plays it.
    """

    audio: Audio
    marks: tuple[Mark, ...]
    sounding: int | None = None


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


class Lack(Enum):
    """Why a synthesis has no speech to give now."""

    TEXT = "text"
    """It waits for more text, or to be told that there is none."""
    TIME = "time"
    """It is still at work; only where a call is live."""
    NOTHING = "nothing"
    """All has been given."""


class Synthesis(Protocol):
    """One utterance as it is synthesized, while its text may still come in."""

    def add(self, text: str) -> None:
        """More of the text, which continues what came before: a word may be cut anywhere."""
        ...

    def end(self) -> None:
        """No more text will come."""
        ...

    def next(self) -> Speech | Lack:
        """The next of its audio, without a gap after the one before.

        Marks' characters count from the start of the utterance's text. In virtual time this takes
        as long as it takes; live it never waits.
        """
        ...

    def close(self) -> None:
        """Abort what is under way; nothing of it is given any more."""
        ...


@runtime_checkable
class Attentive(Protocol):
    """A ``Synthesis`` that wants to know what of it was played."""

    def heard(self, samples: int) -> None:
        """So many samples of what it gave were played, and no more will be."""
        ...


class StreamingVoice(Protocol):
    """A text-to-speech engine that takes text as it is written, with one voice chosen."""

    @property
    def sample_rate(self) -> int:
        """Rate of the audio, Hz."""
        ...

    def begin(self, rate: float = 1.0) -> Synthesis:
        """A new utterance; several may be under way. ``rate``: see ``Voice.speak``."""
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

    def press(self, digits: str) -> None:
        """Sound these keys' tones (see ``speech.dtmf``) behind the utterances that are queued.

        Nothing is told of them, and no ``stop`` stops them.
        """
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
