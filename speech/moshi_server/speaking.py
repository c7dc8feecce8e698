"""A ``StreamingVoice`` behind moshi-server: one socket for each utterance, words as they come.

The server says which word sounds where, so what was heard is known to the word. When the line
breaks in mid-utterance, another server goes on from the last word that was spoken whole. In
virtual time nothing can tell a server that wants more text from one that is still at work, so an
utterance is asked for when its text is complete.
"""

from __future__ import annotations

import random
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode
from weakref import WeakSet

import numpy as np

from speech.errors import SpeechError
from speech.moshi_server.servers import ServerLine, Servers
from speech.moshi_server.wire import TTS_PATH, Refused, Sounded, Spoken, packed
from speech.network.line import Broken
from speech.network.linkup import Opening
from speech.protocols import SAMPLE_RATE, Audio, Lack, Mark, Speech
from speech.terms import MoshiServer
from speech.trouble import log_trouble

_WORD = re.compile(r"\S+")
_SPOKEN = re.compile(r"\w")
_ASTRAY = 40
"""A word of the server's that is only found so many characters later is another word."""


class MoshiServerVoice:
    """One voice of the servers. Raises ``SpeechError`` where none takes an utterance now.

    ``embedding``: the voice itself, in place of ``name``. It speaks at one rate only.
    """

    sample_rate = SAMPLE_RATE

    def __init__(
        self,
        terms: MoshiServer,
        name: str | None,
        embedding: Audio | None,
        live: bool,
        lots: random.Random,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        query = {"format": "PcmMessagePack"}
        if name is not None and embedding is None:
            query["voice"] = name
        self._servers = Servers(
            "speech synthesis", terms.tts, f"{TTS_PATH}?{urlencode(query)}", terms, lots
        )
        self._embedding = embedding
        self._terms = terms
        self._live = live
        self._clock = clock
        self._under_way: WeakSet[MoshiServerSynthesis] = WeakSet()
        self._servers.line().close(wait=True)

    def begin(self, rate: float = 1.0) -> MoshiServerSynthesis:
        """A new utterance; live it takes its server at once, while its text is written."""
        voice = None if self._embedding is None else _voice_message(self._embedding)
        synthesis = MoshiServerSynthesis(self._servers, voice, self._terms, self._live, self._clock)
        self._under_way.add(synthesis)
        return synthesis

    def close(self) -> None:
        """Close the sockets of what is still spoken."""
        self._servers.close()
        for synthesis in list(self._under_way):
            synthesis.close()


@dataclass(frozen=True, slots=True)
class _Placed:
    """A word: its characters, and the sample of the utterance at which it is over."""

    start: int
    end: int
    until: int


class MoshiServerSynthesis:
    """``Synthesis`` on one socket, or on as many as it takes."""

    def __init__(
        self,
        servers: Servers,
        voice: bytes | None,
        terms: MoshiServer,
        live: bool,
        clock: Callable[[], float],
    ) -> None:
        self._servers = servers
        self._voice = voice
        self._terms = terms
        self._live = live
        self._clock = clock
        self._text = ""
        self._ended = False
        self._over = False
        self._losses = 0
        self._given = 0  # samples
        self._spoken = 0  # characters that were heard whole
        self._held: Audio | None = None
        self._placed: deque[_Placed] = deque()
        self._line: ServerLine | None = None
        self._opening = Opening(servers.line, live=True) if live else None
        self._restart()

    def add(self, text: str) -> None:
        """Whole words are sent on at once; what may be half a word waits for its rest."""
        self._text += text
        self._push()

    def end(self) -> None:
        """The last word is sent, and that it is the last."""
        self._ended = True
        self._asked_at = self._clock()
        self._push()

    def next(self) -> Speech | Lack:
        """See ``Synthesis``. Raises ``SpeechError`` when no server is left to go on."""
        while not self._over:
            if not self._live and not self._ended:
                return Lack.TEXT
            if self._ended and not _SPOKEN.search(self._text, self._spoken):
                self.close()
                break
            if self._line is None and not self._opened():
                return Lack.TIME
            assert self._line is not None
            match self._line.next(None if self._live else self._terms.answer):
                case Sounded(audio):
                    self._asked_at = self._clock()
                    held, self._held = self._held, audio
                    if held is not None and len(held):
                        return self._speech(held, last=False)
                case Spoken(text, _, stop):
                    self._place(text, stop)
                case Broken(clean=True) if self._eos_sent:
                    held, self._held = self._held, None
                    self.close()
                    if held is not None and len(held):
                        return self._speech(held, last=True)
                case Broken(reason) | Refused(reason):
                    if (rest := self._lost(reason)) is not None:
                        return rest
                case None if not self._live or self._late():
                    rest = self._lost(f"gave no answer for {self._terms.answer:g} s")
                    if rest is not None:
                        return rest
                case None:
                    return Lack.TIME if self._ended else Lack.TEXT
                case _:
                    pass
        return Lack.NOTHING

    def close(self) -> None:
        """Close the socket, which frees the server's channel."""
        self._over = True
        if self._opening is not None:
            self._opening.drop()
        if self._line is not None:
            self._line.close(wait=not self._live)
            self._line = None

    def _late(self) -> bool:
        return self._ended and self._clock() - self._asked_at > self._terms.answer

    def _restart(self) -> None:
        """A new connection: from the last word that was heard whole."""
        self._begins = self._given
        self._sent = self._cursor = self._spoken
        self._eos_sent = False
        self._held = None
        self._placed = deque()
        self._asked_at = self._clock()

    def _opened(self) -> bool:
        if self._opening is None:
            self._opening = Opening(self._servers.line, self._live)
        self._line = self._opening.line()
        if self._line is None:
            return False
        self._opening = None
        self._asked_at = self._clock()
        if self._voice is not None:
            self._line.send(self._voice)
        self._push()
        return True

    def _push(self) -> None:
        if self._line is None or self._eos_sent:
            return
        for word in _WORD.finditer(self._text, self._sent):
            if word.end() == len(self._text) and not self._ended:
                break
            self._line.send(packed("Text", text=word.group()))
            self._sent = word.end()
        if self._ended:
            self._line.send(packed("Eos"))
            self._eos_sent = True

    def _place(self, text: str, stop_s: float) -> None:
        """Find the server's word in the text; it may have been written otherwise."""
        bare = text.strip()
        start = self._text.find(bare, self._cursor) if bare else -1
        if start < 0 or start - self._cursor > _ASTRAY:
            word = _WORD.search(self._text, self._cursor)
            if word is None:
                return
            start, end = word.span()
        else:
            end = start + len(bare)
        self._cursor = end
        self._placed.append(_Placed(start, end, self._begins + round(stop_s * SAMPLE_RATE)))

    def _speech(self, audio: Audio, last: bool) -> Speech:
        """A piece with the words that end in it; the last one with all that are left."""
        until = self._given + len(audio)
        marks: list[Mark] = []
        least = 1
        while self._placed and (last or self._placed[0].until <= until):
            word = self._placed.popleft()
            least = min(max(word.until - self._given, least), len(audio))
            marks.append(Mark(word.start, word.end, least))
            self._spoken = word.end
        if last and (rest := _SPOKEN.search(self._text, self._spoken)) is not None:
            # what the server read as part of another word
            marks.append(Mark(rest.start(), len(self._text.rstrip()), len(audio)))
            self._spoken = len(self._text)
        self._given = until
        return Speech(audio, tuple(marks))

    def _lost(self, reason: str) -> Speech | None:
        """Take another server for the rest; what was still held back is given out."""
        log_trouble("voice.line_lost", reason=reason)
        if self._line is not None:
            self._line.close(wait=False)
            self._line = None
        self._losses += 1
        if self._losses > self._terms.retries:
            self._over = True
            raise SpeechError(
                f"speech synthesis: the line to moshi-server was lost {self._losses} times: "
                f"the last one {reason}"
            )
        held, self._held = self._held, None
        speech = self._speech(held, last=False) if held is not None and len(held) else None
        self._restart()
        if self._live:
            self._opening = Opening(self._servers.line, live=True)
        return speech


def read_embedding(path: str) -> Audio:
    """The ``speaker_wavs`` of a safetensors file, float32. Raises ``SpeechError``."""
    try:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
    except ImportError:
        raise SpeechError(
            "safetensors is not installed: pip install 'kairos-voice[moshi-server]'"
        ) from None
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError, TypeError, KeyError):
        raise SpeechError(f"{path}: no safetensors file that can be read") from None
    if "speaker_wavs" not in tensors:
        raise SpeechError(f"{path}: holds no speaker_wavs, so it is no voice of Kyutai's")
    found: Audio = np.asarray(tensors["speaker_wavs"], dtype=np.float32)
    return found


def _voice_message(embedding: Audio) -> bytes:
    return packed("Voice", embeddings=embedding.ravel().tolist(), shape=list(embedding.shape))
