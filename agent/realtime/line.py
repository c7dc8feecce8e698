"""What stands between a client's messages and the call: its sound, in the order it came."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import assert_never

import numpy as np

from agent.conversation import Conversation
from agent.realtime.commands import (
    Begin,
    CallerAudio,
    Cancel,
    Command,
    DropAudio,
    FunctionResult,
    GiveTurn,
    HangUp,
    PressKey,
    Truncate,
    TypedTurn,
)
from agent.realtime.events import Event
from agent.realtime.session import RealtimeSession
from speech.protocols import SAMPLE_RATE, Audio

MOST_UNHEARD_S = 30.0
"""Sound of the caller's that waits to be heard (s); the oldest beyond it is dropped."""


class CallerLine:
    """The caller's sound on its way into a call, with what the caller does by hand in its place in
    between; and the agent's sound out. ``dropped``: samples of the caller's that nobody heard;
    ``news``: set whenever something came."""

    def __init__(self, session: RealtimeSession, tell: Callable[[Iterable[Event]], None]) -> None:
        self.dropped = 0
        self._session = session
        self._tell = tell
        self._coming: deque[Command] = deque()
        self._samples = 0
        self.news = asyncio.Event()
        self._over = False

    def add(self, command: Command) -> None:
        """Sound of the caller's came in, or what the caller does after it; nothing does after
        hanging up, though a microphone may go on."""
        if self._over:
            return
        self._coming.append(command)
        if isinstance(command, CallerAudio):
            self._samples += len(command.audio)
        while self._samples > MOST_UNHEARD_S * SAMPLE_RATE:
            self.dropped += self._drop_oldest()
        self.news.set()

    def clear(self) -> None:
        """What came in and was not heard is not to be."""
        while self._samples:
            self._drop_oldest()

    def hang_up(self) -> None:
        """No more will come."""
        self._over = True
        self.news.set()

    @property
    def has_left(self) -> bool:
        """The caller has hung up; what came before may still be heard."""
        return self._over

    @property
    def over(self) -> bool:
        """The caller has left, and all was heard that came before."""
        return self._over and not self._coming

    @property
    def unheard_s(self) -> float:
        """How much of the caller's sound waits (s)."""
        return self._samples / SAMPLE_RATE

    def waiting(self, call: Conversation, most: int | None = None) -> Audio:
        """The sound that came before the next thing done by hand; it may be nothing. What was done
        before it is done to the call. ``most``: so many samples; the rest goes on waiting."""
        found = [np.zeros(0, np.float32)]
        left = self._samples if most is None else most
        while self._coming:
            match self._coming[0]:
                case CallerAudio(audio=audio) if len(audio) > left:
                    found.append(audio[:left])
                    self._coming[0] = CallerAudio(audio[left:])
                    break
                case CallerAudio(audio=audio):
                    found.append(audio)
                    left -= len(audio)
                case _ if len(found) > 1:
                    break
                case command:
                    _perform(call, command)
            self._coming.popleft()
        audio = np.concatenate(found)
        self._samples -= len(audio)
        return audio

    async def arrived(self, call: Conversation) -> Audio:
        """The same, once there is something; nothing means that there will be no more."""
        while not self.over:
            audio = self.waiting(call)
            if len(audio):
                return audio
            if not self._over:
                self.news.clear()
                await self.news.wait()
        return np.zeros(0, np.float32)

    def play(self, audio: Audio) -> None:
        """The agent's sound, as a step of the call gave it."""
        self._tell(self._session.sound(audio))

    def _drop_oldest(self) -> int:
        for nth, one in enumerate(self._coming):
            if isinstance(one, CallerAudio):
                del self._coming[nth]
                self._samples -= len(one.audio)
                return len(one.audio)
        raise AssertionError("there is no sound to drop")


def _perform(call: Conversation, command: Command) -> None:
    """What is done by hand, done to a call."""
    match command:
        case TypedTurn(text=text):
            call.caller_types(text)
        case GiveTurn():
            call.caller_gives_turn()
        case Cancel():
            call.caller_silences()
        case Truncate(utterance=utterance, chars=chars):
            call.caller_heard(utterance, chars)
        case PressKey(digit=digit):
            call.caller_dtmf(digit)
        case Begin() | CallerAudio() | DropAudio() | FunctionResult() | HangUp():
            raise ValueError(f"{type(command).__name__} is not for the call")
        case _:
            assert_never(command)
