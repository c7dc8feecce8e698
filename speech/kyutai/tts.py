"""Kyutai TTS as a voice: text as it is written, audio before it is complete, word times."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING

from speech.errors import SpeechError
from speech.kyutai.tts_batch import Feed, Frame, Opening
from speech.kyutai.tts_marks import WordTimes
from speech.kyutai.tts_words import SpokenWord, WordSplitter
from speech.protocols import SAMPLE_RATE, Lack, Speech
from speech.slots import Slot, Slots

if TYPE_CHECKING:
    import torch

AHEAD = 6
"""Steps that are under way or done before they are played, in a live call: half a second."""

WAIT_S = 2.0
"""How long an utterance of a live call waits for a slot when all are taken, s: longer would be a
dead line."""


class KyutaiVoice:
    """A ``StreamingVoice``: ``voice`` is what a slot's cross-attention reads, [1, time, dim].

    ``live``: ``next`` of its utterances never waits. Utterance number n draws its chances from
    ``seed`` + n, so that the same call sounds the same again.
    """

    def __init__(
        self, slots: Slots[Feed, Frame], voice: torch.Tensor, live: bool, seed: int = 0
    ) -> None:
        self._slots = slots
        self._voice = voice
        self._live = live
        self._seed = seed
        self._open: set[KyutaiSynthesis] = set()

    @property
    def sample_rate(self) -> int:
        """24 kHz."""
        return SAMPLE_RATE

    def begin(self, rate: float = 1.0) -> KyutaiSynthesis:
        """See ``StreamingVoice``; the model has one rate."""
        opening = Opening(self._voice, self._seed)
        self._seed += 1
        synthesis = KyutaiSynthesis(self._slots, opening, self._live, self._open)
        self._open.add(synthesis)
        return synthesis

    def close(self) -> None:
        """Give back the slots; the model stays for the process's next call."""
        for synthesis in list(self._open):
            synthesis.close()


class KyutaiSynthesis:
    """A ``Synthesis``. It takes a slot when there is something to speak."""

    def __init__(
        self,
        slots: Slots[Feed, Frame],
        opening: Opening,
        live: bool,
        open_ones: set[KyutaiSynthesis],
    ) -> None:
        self._slots = slots
        self._opening: Opening | None = opening
        self._live = live
        self._open = open_ones
        self._slot: Slot[Feed, Frame] | None = None
        self._refused_since: float | None = None
        self._splitter = WordSplitter()
        self._times = WordTimes()
        self._words: list[SpokenWord] = []
        self._ended = False
        self._told = False  # the model knows that the text has ended
        self._sent = self._received = 0  # steps
        self._news = 0  # steps that were asked for when the last words went out
        self._ready: deque[Speech] = deque()
        self._lacking = True
        self._over = False

    def add(self, text: str) -> None:
        """See ``Synthesis``."""
        self._words += self._splitter.add(text)
        self._start()

    def end(self) -> None:
        """See ``Synthesis``."""
        if not self._ended:
            self._words += self._splitter.end()
            self._ended = True
            self._start()

    def next(self) -> Speech | Lack:
        """See ``Synthesis``. Raises ``SpeechError`` if no slot is free or the model has failed."""
        while True:
            self._receive()
            self._go_on()
            if self._ready:
                return self._ready.popleft()
            if self._over:
                return Lack.NOTHING
            if self._waits_for_text():
                return Lack.TEXT
            if self._live:
                return Lack.TIME
            self._step()

    def close(self) -> None:
        """See ``Synthesis``."""
        self._ready.clear()
        self._over = True
        self._leave()

    def _waits_for_text(self) -> bool:
        if self._slot is None and not self._words:
            # Nothing has been said, and if there is nothing to say it is over.
            self._over = self._ended
            return True
        news = self._words or self._ended != self._told
        return not news and self._lacking and self._received >= self._news

    def _start(self) -> None:
        """Live: begin before it is asked for; what goes wrong comes out where it is."""
        with suppress(SpeechError):
            self._go_on()

    def _go_on(self) -> None:
        """Live: have as many steps under way as are to be ahead."""
        if not self._live:
            return
        while (
            not self._over
            and not self._waits_for_text()
            and self._sent - self._received + len(self._ready) < AHEAD
        ):
            if not self._step():
                return

    def _step(self) -> bool:
        """Ask for a step; False if there is no slot yet."""
        slot = self._joined()
        if slot is None:
            return False
        ends = self._ended and not self._told
        feed = Feed(tuple(self._words), ends, self._opening)
        self._sent += 1
        if self._words or ends:
            self._news = self._sent
        self._opening, self._told = None, self._ended
        self._words.clear()
        # The lead is made as fast as can be; after that the calls' steps are taken together.
        slot.put(feed, urgent=self._sent <= AHEAD)
        return True

    def _joined(self) -> Slot[Feed, Frame] | None:
        if self._slot is None:
            try:
                self._slot = self._slots.join()
            except SpeechError:
                now = perf_counter()
                self._refused_since = now if self._refused_since is None else self._refused_since
                patient = now - self._refused_since < WAIT_S
                if not self._live or self._slots.failed or not patient:
                    raise
        return self._slot

    def _receive(self) -> None:
        if self._slot is None:
            return
        for frame in self._slot.take():
            self._received += 1
            self._lacking = frame.lacking
            for word, sample in frame.begun:
                self._times.begins(word, sample)
            if frame.audio is not None:
                marks = self._times.marks(frame.audio, frame.over)
                self._ready.append(Speech(frame.audio, marks))
            if frame.over:
                self._over = True
                self._leave()
                return

    def _leave(self) -> None:
        if self._slot is not None:
            self._slot.leave()
        self._open.discard(self)
