"""The listener at the edge: it is sent how the caller sounds, and what it hears becomes percepts.

It is asked after a stretch of speech, no oftener than the policy says, and nothing waits for it. In
virtual time the clock stands still while it listens, and every answer is charged the same; live,
answers come when they come. One that is late or goes wrong is counted and dropped.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from agent.callers_voice import CallersVoice
from agent.clock import Clock
from agent.records import ListenerUsed, PerceptSeen, Record
from agent.trouble import log_unheard
from policies.listener import Listener as Terms
from system1.moods import Emotion
from system1.percepts import EmotionHeard, Heard, Percept, SoundEvent, SpeechStarted, SpeechStopped

DEFAULT_LISTENING_S = 0.5
"""Charged to an answer in virtual time where a scenario declares nothing else."""

WALL_S = 30.0
"""In virtual time a listener may take so long by the wall clock; after that it counts as late."""

DECIMALS = 4

SOUNDS = frozenset(
    {"laugh", "cough", "sigh", "crying", "music", "beep", "baby", "dog", "traffic", "television"}
)
"""What a listener may name."""

_OF_A_STRETCH = frozenset({"laugh", "cough"})
"""What tells only of the speech that it is in, and nothing once the caller speaks again."""


class ListenerError(Exception):
    """The listener gave no answer of use; the text says why in a few words, none of the call's."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech of the caller from ``since`` to ``until`` (s). ``wav``: its sound, 16-bit mono; empty
    in a call without sound. ``words``: as far as they are recognised."""

    since: float
    until: float
    wav: bytes
    words: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """How the caller seems to feel, with a confidence of 0 to 1, and sounds, of ``SOUNDS``."""

    emotion: Emotion
    confidence: float
    sounds: tuple[str, ...] = ()


class Listener(Protocol):
    """A model that hears a stretch of speech."""

    async def listen(self, stretch: Stretch) -> Opinion:
        """What it makes of it; ``ListenerError`` for nothing of use.

        Cancelled when the answer is no longer wanted.
        """
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...


@dataclass(slots=True)
class _Asking:
    stretch: Stretch
    started: float
    done: bool = False
    late: bool = False
    opinion: Opinion | None = None
    task: asyncio.Task[None] | None = None


@dataclass(slots=True)
class _Counts:
    asked: int = 0
    told: int = 0
    late: int = 0
    failed: int = 0


@dataclass(slots=True)
class _Speech:
    """The stretch under way or last: its onset, and its words."""

    onset: float | None = None
    words: dict[int, str] = field(default_factory=dict)


class Overhearing:
    """A call's listener: ``note`` what happens, ``settle``, and ``take`` what it says.

    ``voice``: keeps the caller's sound; None for a call without any. ``takes_s``: what an answer is
    charged in virtual time, in which it may take ``wall_s`` by the wall clock.
    """

    voice: CallersVoice | None = None

    def __init__(
        self,
        listener: Listener,
        terms: Terms,
        clock: Clock,
        takes_s: float = DEFAULT_LISTENING_S,
        wall_s: float = WALL_S,
    ) -> None:
        self._listener = listener
        self._terms = terms
        self._clock = clock
        self._takes_s = takes_s
        self._wall_s = wall_s
        self._speech = _Speech()
        self._asking: _Asking | None = None
        self._percepts: deque[Percept] = deque()
        self._last: float | None = None
        self._spoke: float | None = None
        self._music = False
        self._counts = _Counts()
        self._short = 0
        self._logged = False
        self._background: set[asyncio.Task[None]] = set()

    def note(self, record: Record) -> None:
        """Something was put on the journal."""
        if not isinstance(record, PerceptSeen):
            return
        match record.percept:
            case SpeechStarted(onset=onset):
                self._spoke = onset
                self._speech = _Speech(onset)
            case Heard(stretch=number, words=words):
                self._speech.words[number] = " ".join(word.text for word in words)
            case SpeechStopped(at=at, offset=offset):
                self._stopped(at, offset)
            case _:
                pass

    async def settle(self) -> None:
        """In virtual time: have the question answered while the clock stands still."""
        if self._clock == "virtual" and self._asking is not None and not self._asking.done:
            await self._ask(self._asking, self._wall_s)

    def next_due(self) -> float | None:
        """When the next percept is due (s); in live time 0.0 if one waits."""
        if self._percepts:
            return self._percepts[0].at
        asking = self._asking
        return None if asking is None or not asking.done else self._due(asking)

    def take(self, at: float) -> Percept | None:
        """The next percept due by ``at`` (s)."""
        asking = self._asking
        if asking is not None and asking.done and self._due(asking) <= at:
            self._asking = None
            self._answered(asking, at)
        return self._percepts.popleft() if self._percepts else None

    async def close(self) -> None:
        """Drop what is under way and close the listener."""
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._listener.close()

    def figures(self, at: float) -> ListenerUsed:
        """What it was good for in this call."""
        counts = self._counts
        return ListenerUsed(at, counts.asked, counts.told, counts.late, counts.failed)

    def _stopped(self, at: float, offset: float) -> None:
        terms, onset = self._terms, self._speech.onset
        self._speech.onset = None
        if onset is None or offset - onset < terms.shortest or self._asking is not None:
            return
        if self._last is not None and at < self._last + terms.every:
            return
        if self._short >= terms.failures:
            return
        since = max(onset, offset - terms.longest)
        wav = b"" if self.voice is None else self.voice.between(since, offset)
        if wav is None:
            return
        words = " ".join(self._speech.words[one] for one in sorted(self._speech.words))
        self._last = at
        self._counts.asked += 1
        asking = self._asking = _Asking(Stretch(since, offset, wav, words), at)
        if self._clock == "live":
            asking.task = asyncio.get_running_loop().create_task(self._ask(asking, terms.deadline))
            self._background.add(asking.task)
            asking.task.add_done_callback(self._background.discard)

    async def _ask(self, asking: _Asking, limit_s: float) -> None:
        try:
            async with asyncio.timeout(limit_s):
                asking.opinion = await self._listener.listen(asking.stretch)
        except TimeoutError:
            asking.late = True
            self._log("no answer in time")
        except ListenerError as error:
            self._log(str(error))
        except Exception as error:
            # It is one more evidence: whatever is wrong with it, the call goes on without.
            self._log(type(error).__name__)
        finally:
            asking.done = True

    def _due(self, asking: _Asking) -> float:
        if self._clock == "live":
            return 0.0
        return round(asking.started + min(self._takes_s, self._terms.deadline), DECIMALS)

    def _answered(self, asking: _Asking, at: float) -> None:
        takes_s = self._takes_s if self._clock == "virtual" else at - asking.started
        opinion = asking.opinion
        if opinion is not None and takes_s > self._terms.deadline + 10**-DECIMALS:
            opinion, asking.late = None, True
            self._log("no answer in time")
        if opinion is None:
            self._short += 1
            self._counts.late += asking.late
            self._counts.failed += not asking.late
            return
        self._short = 0
        self._counts.told += 1
        since, until = (
            round(asking.stretch.since, DECIMALS),
            round(asking.stretch.until, DECIMALS),
        )
        sure = round(opinion.confidence, DECIMALS)
        self._percepts.append(EmotionHeard(at, since, until, opinion.emotion, sure))
        spoke_since = self._spoke is not None and self._spoke > asking.stretch.until
        for sound in opinion.sounds:
            if not (sound in _OF_A_STRETCH and spoke_since):
                self._percepts.append(SoundEvent(at, sound, "listener"))
        music, self._music = self._music, "music" in opinion.sounds
        if music and not self._music:
            self._percepts.append(SoundEvent(at, "music_stopped", "listener"))

    def _log(self, reason: str) -> None:
        if not self._logged:
            self._logged = True
            log_unheard(reason)
