"""Many callers over ``/v1/realtime`` in one process, each in real time: for load, not for looks.

What a caller sends was made ready before (``tracks``); of what comes only the length of the agent's
sound and the time are looked at, and a few rare events. A caller that is itself late spoils what is
measured of a server, so that is measured too.
"""

from __future__ import annotations

import heapq
import json
import math
import re
import select
import socket
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.agent.serving.process import TOKEN
from tests.agent.serving.tracks import Track
from tests.agent.serving.wires import CLOSE, PING, PONG, TEXT, Incoming, framed, handshake

FRAME_S = 0.02
_BEGIN = framed(json.dumps({"type": "session.update", "session": {"type": "realtime"}}).encode())
_LEAVE = framed(b'{"type": "kairos.hang_up"}')
_KIND_WITHIN = 80
"""Bytes in which the type of an event stands."""
_SESSION = re.compile(rb'"sess_([\w-]+)"')


@dataclass(slots=True)
class Caller:
    """One caller, and what came of it. Times as ``time.perf_counter``.

    ``sent``: of each 20 ms of its track; ``late``: how long after it was due (s). ``came``: of each
    piece of the agent's sound; ``samples``: how many it has; ``responses``: of which response, from
    0. ``captions``: the turns as the server understood them. ``leaves``: to hang up early.
    """

    track: Track
    begins_s: float
    messages: list[bytes]
    leaves: bool = False
    asked: float = 0.0
    call: str = ""
    status: int = 0
    sent: array[float] = field(default_factory=lambda: array("d"))
    late: array[float] = field(default_factory=lambda: array("d"))
    came: array[float] = field(default_factory=lambda: array("d"))
    samples: array[int] = field(default_factory=lambda: array("l"))
    responses: array[int] = field(default_factory=lambda: array("l"))
    response: int = -1
    captions: list[str] = field(default_factory=list)
    outcome: str | None = None
    errors: list[str] = field(default_factory=list)
    code: int | None = None
    over: bool = False

    @property
    def heard(self) -> list[str]:
        """The words that the server understood."""
        return [word for line in self.captions for word in line.lower().replace(".", "").split()]

    @property
    def understood(self) -> float:
        """The share of the caller's words, of lines that were over in time, that it understood."""
        said = self.track.said(len(self.sent) * FRAME_S - 2.0)
        left = self.heard
        found = 0
        for word in said:
            if word in left:
                left.remove(word)
                found += 1
        return found / len(said) if said else 1.0


def caller(track: Track, begins_s: float, talks_s: float) -> Caller:
    """Comes ``begins_s`` after the others' start, and hangs up after ``talks_s``."""
    return Caller(track, begins_s, track.messages()[: round(talks_s / FRAME_S)])


class Crowd:
    """Callers of a server on this machine, and the time that they need themselves. ``busy``: the
    seconds of each round in which something was done: by so much at most is what came in it seen
    too late."""

    def __init__(self, callers: Sequence[Caller], port: int) -> None:
        self.callers = callers
        self.cpu_s = 0.0
        self.busy = array("d")
        self._port = port
        self._began: float | None = None
        self._due = [(one.begins_s, number) for number, one in enumerate(callers)]
        heapq.heapify(self._due)
        self._lines: dict[int, _Line] = {}
        self._numbers: dict[int, int] = {}  # of a connection's descriptor, its caller's
        self._poll = select.epoll()

    def talk(self, until_s: float = math.inf) -> None:
        """All calls to their end, or until so long after the first ``talk`` began; the next one
        goes on from there."""
        cpu_s = time.process_time()
        if self._began is None:
            self._began = time.perf_counter()
        while (self._due or self._lines) and self._now < until_s:
            self._round(until_s)
        self.cpu_s += time.process_time() - cpu_s

    def close(self) -> None:
        """No more is heard of any of them."""
        for line in self._lines.values():
            line.socket.close()
        self._poll.close()

    @property
    def _now(self) -> float:
        assert self._began is not None
        return time.perf_counter() - self._began

    def _round(self, until_s: float) -> None:
        due = self._due[0][0] if self._due else until_s
        ready = self._poll.poll(min(1.0, max(0.0, min(due, until_s) - self._now)))
        began = time.perf_counter()
        for descriptor, _ in ready:
            number = self._numbers[descriptor]
            self._lines[number].read(began)
            if self.callers[number].over:
                self._left(number)
        while self._due and self._due[0][0] <= self._now:
            self._turn(*heapq.heappop(self._due))
        self.busy.append(time.perf_counter() - began)

    def _turn(self, due: float, number: int) -> None:
        """What a caller does next is due."""
        assert self._began is not None
        one = self.callers[number]
        if not one.asked:
            line = self._lines[number] = _Line(one, self._port)
            self._numbers[line.socket.fileno()] = number
            self._poll.register(line.socket, select.EPOLLIN)
        elif number not in self._lines:
            return
        elif (line := self._lines[number]).begun:
            line.speak(self._began + due)
        if one.over:
            self._left(number)
        elif not line.left:
            heapq.heappush(self._due, (due + FRAME_S, number))

    def _left(self, number: int) -> None:
        line = self._lines.pop(number)
        del self._numbers[line.socket.fileno()]
        self._poll.unregister(line.socket)
        line.socket.close()


class _Line:
    """A caller's connection."""

    def __init__(self, caller: Caller, port: int) -> None:
        self.caller = caller
        self.begun = self.left = False
        self._incoming = Incoming()
        caller.asked = time.perf_counter()
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._send(handshake(port, "/v1/realtime", {"Authorization": f"Bearer {TOKEN}"}))

    def _send(self, data: bytes) -> None:
        try:
            # All of it or nothing: a server that does not take this is no good.
            if self.socket.send(data) != len(data):
                self._ends("the server does not read")
        except OSError as error:
            self._ends(type(error).__name__)

    def _ends(self, why: str | None = None) -> None:
        if why is not None:
            self.caller.errors.append(why)
        self.caller.over = self.left = True

    def speak(self, due: float) -> None:
        """20 ms more of the track, or the last of all."""
        one = self.caller
        number = len(one.sent)
        if one.leaves or number == len(one.messages):
            self._send(_LEAVE)
            self.left = True
            return
        now = time.perf_counter()
        self._send(one.messages[number])
        one.sent.append(now)
        one.late.append(now - due)

    def read(self, now: float) -> None:
        """Something has come."""
        try:
            data = self.socket.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError as error:
            return self._ends(type(error).__name__)
        if not data:
            return self._ends()
        self._incoming.add(data)
        if not self.begun:
            head = self._incoming.head()
            if head is None:
                return
            self.caller.status = int(head.split()[1])
            if self.caller.status != 101:
                return self._ends("refused")
            self.begun = True
            self._send(_BEGIN)
        for opcode, message in self._incoming.messages():
            if opcode == TEXT:
                self._told(message, now)
            elif opcode == PING:
                self._send(framed(message, PONG))
            elif opcode == CLOSE:
                self.caller.code = int.from_bytes(message[:2], "big")
                self._send(framed(message[:2], CLOSE))
                self._ends()

    def _told(self, message: bytes, now: float) -> None:
        one = self.caller
        if message.find(b'"response.output_audio.delta"', 0, _KIND_WITHIN) > 0:
            begin = message.index(b'"', message.index(b'"delta":') + 8) + 1
            end = message.index(b'"', begin)
            padding = message.count(b"=", end - 2, end)
            one.came.append(now)
            one.samples.append(((end - begin) // 4 * 3 - padding) // 2)
            one.responses.append(one.response)
        elif message.find(b'"response.created"', 0, _KIND_WITHIN) > 0:
            one.response += 1
        elif message.find(b'transcription.completed"', 0, _KIND_WITHIN) > 0:
            one.captions.append(json.loads(message)["transcript"])
        elif message.find(b'"session.created"', 0, _KIND_WITHIN) > 0:
            found = _SESSION.search(message)
            one.call = found[1].decode() if found else ""
        elif message.find(b'"kairos.call_ended"', 0, _KIND_WITHIN) > 0:
            one.outcome = json.loads(message)["outcome"]
        elif message.find(b'"error"', 0, _KIND_WITHIN) > 0:
            one.errors.append(json.loads(message)["error"]["code"])
