"""Moshi as a speech-to-speech engine: it hears every 80 ms, and is heard when it was asked."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import numpy as np

from speech.duplex.engine import Request
from speech.duplex.events import EngineError, Event
from speech.duplex.spoken import Answer
from speech.errors import SpeechError
from speech.kyutai.checkpoint import need_moshi
from speech.protocols import Audio
from speech.slots import Slot
from speech.terms import Moshi

if TYPE_CHECKING:
    from speech.kyutai.moshi_batch import Frame
    from speech.kyutai.moshi_gate import Gate

_LANGUAGE = "en"

_FRAME = 1920


def moshi_engine(settings: Moshi, model: str | None, language: str, live: bool) -> MoshiEngine:
    """A call's Moshi. ``model``: in place of the settings' own. Raises ``SpeechError``."""
    if language.partition("-")[0].lower() != _LANGUAGE:
        raise SpeechError(f"Moshi speaks English, not {language!r}: choose another model")
    need_moshi()
    from speech.kyutai.moshi_gate import FRAME_S, Bounds, Gate
    from speech.kyutai.moshi_service import opened

    service = opened(settings, model or settings.model, live)
    bounds = Bounds(
        max(round(settings.pause / FRAME_S), 1),
        max(round(settings.patience / FRAME_S), 1),
        max(round(settings.longest / FRAME_S), 1),
    )
    tokenizer = service.tokenizer
    gate = Gate(tokenizer.id_to_piece, tokenizer.decode, bounds)
    return MoshiEngine(service.slots.join(), gate)


class MoshiEngine:
    """See ``Engine``. It has a voice, a mind and a pace of its own, and takes no instructions."""

    name = "moshi"
    own_pace = True

    def __init__(self, slot: Slot[Audio, Frame], gate: Gate) -> None:
        self._slot = slot
        self._gate = gate
        self._pending = np.zeros(0, np.float32)
        self._events: deque[Event | EngineError | None] = deque()
        self._asked: Request | None = None
        self._failure: str | None = None
        self._more = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self) -> None:
        """It is loaded already."""

    def hear(self, block: Audio) -> None:
        """See ``Engine``. Live, what it says is picked up here a moment later."""
        self._pending = np.concatenate((self._pending, block))
        while len(self._pending) >= _FRAME:
            frame, self._pending = self._pending[:_FRAME], self._pending[_FRAME:]
            self._slot.put(frame)
        try:
            frames = self._slot.take()
        except SpeechError as error:
            self._failure = str(error)
            self._give([EngineError("has failed")])
            return
        for one in frames:
            self._step(one)

    def speaks(self) -> None:
        """It hears that itself."""

    def stops(self) -> None:
        """It hears that itself."""

    def says(self, text: str) -> None:
        """There is no telling it."""

    async def respond(self, request: Request, answer: Answer) -> AsyncGenerator[Event, None]:
        """See ``Engine``."""
        if self._failure is not None:
            raise EngineError("has failed")
        self._asked = request
        self._events.clear()
        self._events.extend(self._gate.open())
        try:
            while True:
                while self._events:
                    event = self._events.popleft()
                    if event is None:
                        return
                    if isinstance(event, EngineError):
                        raise event
                    yield event
                self._more.clear()
                self._idle.set()
                await self._more.wait()
        finally:
            # Another answer may have been asked for before this one was dropped.
            if self._asked is request:
                self._asked = None
                self._gate.close()
            self._idle.set()

    async def caught_up(self) -> None:
        """See ``Engine``."""
        await self._idle.wait()

    async def close(self) -> None:
        """Give the slot back."""
        self._slot.leave()

    def _step(self, frame: Frame) -> None:
        try:
            events, over = self._gate.step(frame)
        except EngineError as error:
            self._give([error])
            return
        self._give([*events, None] if over else [*events])

    def _give(self, events: list[Event | EngineError | None]) -> None:
        if self._asked is not None and events:
            self._events.extend(events)
            self._idle.clear()
            self._more.set()
