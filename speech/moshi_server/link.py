"""A call's audio to a server and what it says of it, over as many connections as that takes.

What was sent is kept until its words are settled. When a line breaks, another is opened, and what
is kept and what has come in meanwhile is sent again, so the words of the break come late and none
is lost but what is older than ``keep``. All times here are the call's.

A server tells of every frame that it has stepped over, together with the pause heads, so a model
without those leaves it at the markers.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from speech.errors import SpeechError
from speech.moshi_server.servers import ServerLine, Servers
from speech.moshi_server.timeline import Timeline
from speech.moshi_server.wire import (
    FRAME,
    Message,
    Reached,
    Ready,
    Recognised,
    Refused,
    Sounded,
    Spoken,
    Stepped,
    WordEnded,
    audio_message,
    packed,
)
from speech.network.line import Broken
from speech.network.linkup import Opening
from speech.protocols import SAMPLE_RATE, Audio
from speech.terms import MoshiServer
from speech.trouble import log_trouble

FRAME_S = FRAME / SAMPLE_RATE
_SILENCE = np.zeros(FRAME, np.float32)

_WORKS = 12
"""A connection that has stepped so often works: what broke before it is forgotten."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """The pause heads after ``steps`` frames of this connection's caller."""

    steps: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Silenced:
    """All silence that was sent to have the last words is stepped over."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection is gone: a marker on its way will not come back."""


News: TypeAlias = Recognised | WordEnded | Reached | Pauses | Silenced | Lost


@dataclass(frozen=True, slots=True)
class _Frame:
    audio: Audio
    begins: float


class Link:
    """The audio of one call. Raises ``SpeechError`` where no server takes it, at first or later."""

    def __init__(self, servers: Servers, terms: MoshiServer, live: bool) -> None:
        self._servers = servers
        self._terms = terms
        self._live = live
        self._unsent: deque[_Frame] = deque()
        self._sent: deque[_Frame] = deque()
        self._settled = float("-inf")
        self._losses = 0
        self._gap_s = 0.0
        self._waiting_since: float | None = None
        self._opening: Opening[Message] | None = None
        self._line: ServerLine | None = None
        self._begin(servers.line())

    @property
    def up(self) -> bool:
        """Whether all that was heard is on its way."""
        return self._line is not None

    @property
    def owes(self) -> bool:
        """Whether frames that were sent have not been stepped over yet."""
        return bool(self._owed) or (self._marker_out and not self._terms.heads)

    @property
    def owes_silence(self) -> bool:
        """Whether some of them are silence that was sent to have the last words."""
        return not all(self._owed)

    @property
    def settled(self) -> float:
        """Up to which time the words are known (s)."""
        return self._settled

    @property
    def stepped_to(self) -> float:
        """Up to which time the server has heard the call (s), or was sent it without heads."""
        if not self._terms.heads:
            return self._timeline.ends
        return self._timeline.at(self._stepped * FRAME_S)

    def hear(self, frame: Audio, begins: float) -> None:
        """``FRAME`` samples of the caller's, from ``begins`` on."""
        self._unsent.append(_Frame(frame, begins))
        self._drop_old(begins + FRAME_S)
        if self._line is not None:
            self._send()

    def settle(self, until: float) -> None:
        """The words up to this time are known and will not be needed again."""
        self._settled = max(self._settled, until)

    def flush(self, marker: int, frames: int, stands: float) -> None:
        """Have all words up to here, where the call stands, by so much silence."""
        if self._line is not None:
            # The server sends the marker back once it is past the model's delay, so the silence
            # that takes it there comes after it.
            self._line.send(packed("Marker", id=marker))
            self._marker_out = True
            self.fill(frames, stands)

    def fill(self, frames: int, stands: float) -> None:
        """Silence of nobody, while the call stands at ``stands``."""
        if self._line is None or not frames:
            return
        for _ in range(frames):
            self._line.send(audio_message(_SILENCE))
            if self._terms.heads:
                self._owed.append(False)
        self._timeline.filled(frames * FRAME, stands)

    def next(self, now: float) -> News | None:
        """The next of what is known; None: nothing at this time. ``now``: the call's time.

        In virtual time it waits for an answer that is owed; live it never waits.
        """
        while True:
            if self._line is None and not self._reopened():
                return None
            assert self._line is not None
            if not self.owes or self._waiting_since is None:
                self._waiting_since = now
            # once for what a new line begins with
            if self._live and len(self._owed) * FRAME_S > 2 * self._terms.keep:
                return self._lost(f"is more than {2 * self._terms.keep:g} s behind")
            wait_s = None if self._live else self._terms.answer
            if not self._live and not self.owes:
                return None
            message = self._line.next(wait_s)
            match message:
                case None:
                    if not self._live or now - self._waiting_since > self._terms.answer:
                        return self._lost(f"gave no answer for {self._terms.answer:g} s")
                    return None
                case Broken(reason) | Refused(reason):
                    return self._lost(reason)
                case Recognised(text, start):
                    self._waiting_since = now
                    return Recognised(text, self._timeline.at(start))
                case WordEnded(stop):
                    return WordEnded(self._timeline.at(stop))
                case Reached():
                    self._marker_out = False
                    return message
                case Stepped(pauses) if self._owed:
                    self._waiting_since = now
                    self._stepped += 1
                    callers = self._owed.popleft()
                    if self._stepped >= _WORKS:
                        self._losses = 0
                    if callers:
                        self._callers += 1
                        return Pauses(self._callers, pauses)
                    if not self.owes_silence:
                        return Silenced()
                case Ready() | Sounded() | Spoken() | Stepped():
                    pass

    def close(self) -> None:
        """Close the line; in virtual time wait for it to be closed."""
        self._servers.close()
        if self._opening is not None:
            self._opening.drop()
        if self._line is not None:
            self._line.close(wait=not self._live)

    def _begin(self, line: ServerLine) -> None:
        self._line = line
        self._timeline = Timeline(SAMPLE_RATE)
        self._owed: deque[bool] = deque()
        self._marker_out = False
        self._stepped = 0
        self._callers = 0
        self._waiting_since = None
        first = self._unsent[0].begins if self._unsent else 0.0
        self.fill(round(self._terms.prefix / FRAME_S), first)
        if self._gap_s:
            log_trouble("ears.gap", lost_s=round(self._gap_s, 2))
            self._gap_s = 0.0
        self._send()

    def _send(self) -> None:
        assert self._line is not None
        while self._unsent:
            frame = self._unsent.popleft()
            self._line.send(audio_message(frame.audio))
            self._timeline.heard(FRAME, frame.begins)
            if self._terms.heads:
                self._owed.append(True)
            self._sent.append(frame)

    def _drop_old(self, now: float) -> None:
        oldest = now - self._terms.keep - 1e-6
        while self._sent and (
            self._sent[0].begins < oldest or self._sent[0].begins + FRAME_S <= self._settled
        ):
            self._sent.popleft()
        while self._unsent and self._unsent[0].begins < oldest:
            self._unsent.popleft()
            self._gap_s += FRAME_S

    def _lost(self, reason: str) -> Lost:
        assert self._line is not None
        log_trouble("ears.line_lost", reason=reason)
        self._line.close(wait=False)
        self._line = None
        self._losses += 1
        if self._losses > self._terms.retries:
            raise SpeechError(
                f"speech recognition: the line to moshi-server was lost {self._losses} times: "
                f"the last one {reason}"
            )
        again = [frame for frame in self._sent if frame.begins + FRAME_S > self._settled]
        self._unsent.extendleft(reversed(again))
        self._sent.clear()
        self._opening = Opening(self._servers.line, self._live)
        return Lost()

    def _reopened(self) -> bool:
        assert self._opening is not None
        line = self._opening.line()
        if line is None:
            return False
        self._opening = None
        self._begin(line)
        return True
