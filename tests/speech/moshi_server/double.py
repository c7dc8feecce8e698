"""A moshi-server of the tests' own: real sockets, the wire to the letter, models that are rules.

Its ears hear codes: a frame of amplitude ``n`` hundredths is word ``n`` of the vocabulary, silence
is none, and what they say is ``DELAY`` frames behind as the model's is. Its voice gives every
word three frames of amplitude ``n`` hundredths, once two more words or the end have come.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import msgpack
import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from speech.moshi_server.wire import FRAME
from speech.protocols import Audio
from tests.speech.calls import WORDS

DELAY = 6
KEY = "s3cret-key"
TALKING, DONE = [0.1, 0.1, 0.1, 0.1], [0.9, 0.8, 0.7, 0.6]


@dataclass(frozen=True)
class Fault:
    """What one connection does wrong. Frames are counted from its first."""

    full: bool = False
    silent: bool = False
    error: str | None = None
    breaks_at: int | None = None
    stalls_at: int | None = None
    garbage_at: int | None = None
    slower: int = 0
    early: int = 0
    headless: bool = False
    deaf_to: str = ""


@dataclass
class Double:
    """One server and what it was told."""

    faults: deque[Fault] = field(default_factory=deque)
    heard: list[Audio] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    voices: list[dict[str, object]] = field(default_factory=list)
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    release: threading.Event = field(default_factory=threading.Event)
    hears_anything: bool = False
    hears: Callable[[Audio], int] | None = None
    """Which word of the vocabulary is in a frame, where it is not to be told by amplitude."""
    held: Callable[[], object] | None = None
    """Called before each frame is heard: it may take its time."""
    under_way: set[int] = field(default_factory=set)
    """The connections that are open."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        key = request.headers.get("kyutai-api-key")
        self.keys.append(key)
        if key not in (KEY, "public_token"):
            return connection.respond(HTTPStatus.UNAUTHORIZED, f"unknown key {key}")
        return None

    def serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        parts = urlsplit(connection.request.path)
        self.paths.append(connection.request.path)
        fault = self.faults.popleft() if self.faults else Fault()
        self.under_way.add(id(connection))
        try:
            if fault.full:
                send(connection, "Error", message="no free channels")
            elif fault.silent:
                self.release.wait(10)
            elif fault.error is not None:
                send(connection, "Error", message=fault.error)
            else:
                send(connection, "Ready")
                match parts.path:
                    case "/api/asr-streaming":
                        self._hear(connection, fault)
                    case "/api/tts_streaming":
                        assert parse_qs(parts.query)["format"] == ["PcmMessagePack"]
                        self._speak(connection, fault)
        except ConnectionClosed:
            pass
        finally:
            self.under_way.discard(id(connection))
            self.closed.release()

    def _hear(self, connection: ServerConnection, fault: Fault) -> None:
        delay = DELAY + fault.slower
        codes: list[int] = []
        pending = np.zeros(0, np.float32)
        markers: deque[tuple[int, int]] = deque()
        for data in connection:
            message = msgpack.unpackb(data)
            match message["type"]:
                case "Marker":
                    markers.append((message["id"], len(codes)))
                case "Audio":
                    pending = np.concatenate((pending, np.array(message["pcm"], np.float32)))
            while len(pending) >= FRAME:
                frame, pending = pending[:FRAME], pending[FRAME:]
                if self.held is not None:
                    self.held()
                self.heard.append(frame)
                codes.append(self._code(frame))
                if fault.breaks_at == len(codes):
                    connection.socket.close()
                    return
                if fault.stalls_at == len(codes):
                    self.release.wait(10)
                    return
                if fault.garbage_at == len(codes):
                    connection.send(b"\xc1 no msgpack")
                step(connection, codes, delay, fault.headless)
                while markers and len(codes) >= markers[0][1] + delay - fault.early:
                    send(connection, "Marker", id=markers.popleft()[0])

    def _code(self, frame: Audio) -> int:
        if self.hears is not None:
            return self.hears(frame)
        level = float(np.abs(frame).mean())
        return int(level > 0.005) if self.hears_anything else round(level * 100)

    def _speak(self, connection: ServerConnection, fault: Fault) -> None:
        said: list[str] = []
        self.texts.append(said)
        made = 0
        for data in connection:
            message = msgpack.unpackb(data)
            match message["type"]:
                case "Voice":
                    self.voices.append(message)
                case "Text":
                    said.extend(message["text"].split())
            ended = message["type"] == "Eos"
            while made < len(said) - (0 if ended else 2):
                start = made * 3 * 0.08
                if said[made] != fault.deaf_to:
                    send(connection, "Text", text=said[made], start_s=start, stop_s=start + 0.2)
                for frame in range(3):
                    if fault.breaks_at == made * 3 + frame:
                        connection.socket.close()
                        return
                    if fault.stalls_at == made * 3 + frame:
                        self.release.wait(10)
                        return
                    if fault.garbage_at == made * 3 + frame:
                        connection.send("text")
                    send(connection, "Audio", pcm=[0.01 * (made + 1)] * FRAME)
                made += 1
            if ended:
                return


def step(connection: ServerConnection, codes: list[int], delay: int, headless: bool) -> None:
    prs = DONE if codes[-1] == 0 else TALKING
    if not headless:
        send(connection, "Step", step_idx=10_000 + len(codes), prs=prs, buffered_pcm=0)
    place = len(codes) - 1 - delay
    if place < 1 or codes[place] == codes[place - 1] or codes[place - 1] == 0:
        return
    start = place - 1
    while start > 0 and codes[start - 1] == codes[place - 1]:
        start -= 1
    send(connection, "Word", text=WORDS[codes[place - 1]], start_time=start * 0.08)
    send(connection, "EndWord", stop_time=place * 0.08)


def send(connection: ServerConnection, kind: str, **fields: object) -> None:
    connection.send(msgpack.packb({"type": kind, **fields}, use_single_float=True))


@contextmanager
def double(*faults: Fault) -> Iterator[Double]:
    """A server on a port of its own; connection ``n`` has fault ``n``, later ones none."""
    one = Double(deque(faults))
    server: Server = serve(
        one.serve, "127.0.0.1", 0, process_request=one.admit, compression=None, ping_interval=None
    )
    one.port = server.socket.getsockname()[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        one.release.set()
        server.shutdown()
        thread.join()
