"""A ``Transcriber`` over a realtime transcription session: audio goes out while it is spoken.

When a stretch is over it is committed, and only the last of its words have to be waited for.
When the line breaks, what was not transcribed is sent again on another. A stretch for which that
does not help is final without words, and the next one tries anew: the call goes on.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from speech.errors import SpeechError
from speech.network.line import Broken, Line, LineError
from speech.network.linkup import Opening
from speech.openai_audio.placing import Transcript, placed
from speech.openai_audio.realtime_wire import (
    Added,
    Committed,
    Completed,
    Event,
    Failed,
    SessionCreated,
    SessionUpdated,
    Trouble,
    append,
    commit,
    parsed,
    update,
)
from speech.openai_audio.server import key_of
from speech.openai_audio.stretches import Cutter, Stretch
from speech.openai_audio.transcribing import prompt_of
from speech.protocols import SAMPLE_RATE, Sound
from speech.terms import OpenAIAudio
from speech.trouble import log_trouble
from speech.vocabulary import Vocabulary
from system1.percepts import Heard
from system1.questions import Question

EXTRA = "realtime"
"""What pip calls the packages that this needs."""

_APPENDED_S = 0.1
"""Audio is sent in pieces of about so much. Unit: s."""


@dataclass(slots=True)
class _Awaited:
    """A stretch, how much of it was sent, and what is known of it.

    ``since``: when it was committed (s); ``hopeless``: it is not sent any more.
    """

    stretch: Stretch
    parts: int = 0
    over: bool = False
    since: float | None = None
    item: str | None = None
    text: str = ""
    hopeless: bool = False


class Sessions:
    """Where the lines of a call come from."""

    def __init__(
        self,
        terms: OpenAIAudio,
        language: str,
        prompt: str,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._terms = terms
        self._key = key_of(terms)
        self._update = update(terms.realtime_model, language.partition("-")[0].lower(), prompt)
        self._closing = threading.Event()
        self._pause = pause or self._closing.wait
        scheme, host, path, _, _ = urlsplit(terms.url)
        sockets = "wss" if scheme == "https" else "ws"
        self._url = urlunsplit((sockets, host, path + "/realtime", "intent=transcription", ""))

    def line(self) -> Line[Event]:
        """A line to a session that does as it was told. Raises ``SpeechError`` after all tries."""
        reason = ""
        for attempt in range(self._terms.retries + 1):
            if attempt:
                self._pause(self._terms.backoff * 2 ** (attempt - 1))
            if self._closing.is_set():
                break
            try:
                return self._once()
            except LineError as error:
                reason = str(error)
        raise SpeechError(f"realtime transcription: {self._terms.url} {reason}")

    def close(self) -> None:
        """Whoever waits for a line gets none."""
        self._closing.set()

    def _once(self) -> Line[Event]:
        headers = {} if self._key is None else {"Authorization": f"Bearer {self._key}"}
        line: Line[Event] = Line(self._url, headers, parsed, self._terms.connect, EXTRA)
        line.send(self._update)
        while True:
            match line.next(self._terms.connect):
                case SessionUpdated():
                    return line
                case Broken(failure):
                    break
                case Trouble():
                    failure = "refuses the session"
                    break
                case None:
                    failure = f"was not ready within {self._terms.connect:g} s"
                    break
                case _:
                    pass
        line.close(wait=False)
        raise LineError(failure)


class RealtimeTranscriber:
    """The words of one call. Raises ``SpeechError`` where there is no session to begin with."""

    def __init__(
        self,
        terms: OpenAIAudio,
        language: str,
        vocabulary: Vocabulary,
        live: bool,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._terms = terms
        self._live = live
        prompt = prompt_of(vocabulary.phrases) if terms.prompt else ""
        self._sessions = Sessions(terms, language, prompt, pause)
        self._cutter = Cutter(terms.quiet, terms.longest)
        self._awaited: deque[_Awaited] = deque()
        self._number = -1
        self._losses = 0
        self._opening: Opening[Event] | None = None
        self._line: Line[Event] | None = self._sessions.line()

    def expect(self, question: Question | None) -> None:
        """Nothing: a session keeps its prompt."""

    def step(self, sound: Sound) -> list[Heard]:
        """32 ms more; in virtual time a stretch that is over is waited for here."""
        out: list[Heard] = []
        over = self._cutter.step(sound)
        for one in [one for one in self._awaited if one.stretch is over]:
            one.over = True
            if one.hopeless:
                out.append(self._final(one, "", sound.at))
        under_way = self._cutter.open
        if under_way is not None and under_way.number > self._number:
            self._number = under_way.number
            self._awaited.append(_Awaited(under_way))
            # words will come: until then the turn is not judged without them
            out.append(Heard(sound.at, under_way.number, (), False, 1.0))
        out += self._send(sound)
        out += self._listen(sound)
        return out

    def close(self) -> None:
        """Close the line; what is still on its way is not waited for."""
        self._sessions.close()
        if self._opening is not None:
            self._opening.drop()
        if self._line is not None:
            self._line.close(wait=not self._live)

    def _send(self, sound: Sound) -> list[Heard]:
        """Bring the server up to now, over a new line where there is none."""
        if all(one.hopeless for one in self._awaited):
            return []
        if self._line is None:
            if self._opening is None:
                self._opening = Opening(self._sessions.line, self._live)
            try:
                self._line = self._opening.line()
            except SpeechError as error:
                self._opening = None
                log_trouble("ears.line_lost", reason=str(error))
                return self._given_up(sound)
            if self._line is None:
                return []
            self._opening = None
        for one in self._awaited:
            if one.since is None and not one.hopeless:
                self._send_on(self._line, one, sound.ends)
        return []

    def _send_on(self, line: Line[Event], one: _Awaited, now: float) -> None:
        stretch = one.stretch
        unsent = sum(len(part) for part in stretch.parts[one.parts :])
        if unsent >= _APPENDED_S * SAMPLE_RATE or (one.over and unsent):
            for part in stretch.parts[one.parts :]:
                line.send(append(part))
            one.parts = len(stretch.parts)
        if one.over:
            line.send(commit())
            one.since = now

    def _listen(self, sound: Sound) -> list[Heard]:
        out: list[Heard] = []
        while self._line is not None:
            owed = any(one.since is not None for one in self._awaited)
            if not self._live and not owed:
                break
            message = self._line.next(None if self._live else self._terms.answer)
            match message:
                case Committed(item):
                    self._of(item)
                case Added(item, text):
                    if (one := self._of(item)) is not None:
                        one.text += text
                        out.append(_partial(one, sound.at))
                case Completed(item, text):
                    if (one := self._of(item)) is not None:
                        self._losses = 0
                        out.append(self._final(one, text, sound.at))
                case Failed(item):
                    if (one := self._of(item)) is not None:
                        log_trouble("ears.not_transcribed", reason="the server could not")
                        out.append(self._final(one, "", sound.at))
                case Trouble():
                    out += self._lost("told of an error", sound)
                case Broken(reason):
                    out += self._lost(reason, sound)
                case None:
                    if self._live and not self._late(sound.ends):
                        break
                    out += self._lost(f"gave no answer for {self._terms.answer:g} s", sound)
                case SessionCreated() | SessionUpdated():
                    pass
        return out

    def _late(self, now: float) -> bool:
        since = [one.since for one in self._awaited if one.since is not None]
        return bool(since) and now - min(since) > self._terms.answer

    def _of(self, item: str) -> _Awaited | None:
        """The stretch that the server calls so: items come in the order of the commits."""
        for one in self._awaited:
            if one.item is None and one.since is not None:
                one.item = item
            if one.item == item:
                return one
        return None

    def _final(self, one: _Awaited, text: str, at: float) -> Heard:
        self._awaited.remove(one)
        words = placed(Transcript(text), one.stretch)
        return Heard(at, one.stretch.number, words, True, 1.0 if words else 0.0)

    def _lost(self, reason: str, sound: Sound) -> list[Heard]:
        assert self._line is not None
        log_trouble("ears.line_lost", reason=reason)
        self._line.close(wait=False)
        self._line = None
        for one in self._awaited:
            one.parts, one.since, one.item, one.text = 0, None, None, ""
        self._losses += 1
        if self._losses > self._terms.retries:
            self._losses = 0
            return self._given_up(sound)
        return self._send(sound)

    def _given_up(self, sound: Sound) -> list[Heard]:
        """What there is stays without words; the next stretch may find a server again."""
        for one in self._awaited:
            one.hopeless = True
        over = [one for one in self._awaited if one.over]
        return [self._final(one, "", sound.at) for one in over]


def _partial(one: _Awaited, at: float) -> Heard:
    words = placed(Transcript(one.text), one.stretch)
    unsettled = tuple(replace(word, stable=False) for word in words)
    return Heard(at, one.stretch.number, unsettled, False, 1.0)
