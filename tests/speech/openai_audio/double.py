"""A server of OpenAI's audio protocols, the tests' own: real HTTP and WebSockets, models by rule.

Its voice gives each word a fifth of a second of amplitude ``n`` hundredths; its ears know the
words of ``tests.speech.calls``.
"""

from __future__ import annotations

import base64
import io
import json
import threading
import wave
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from speech.protocols import SAMPLE_RATE, Audio
from tests.speech.calls import recognised

Recogniser = Callable[[Audio], list[tuple[str, float, float]]]
KEY = "s3cret-key"
WORD = SAMPLE_RATE // 5


@dataclass(frozen=True)
class Fault:
    """What one request does wrong."""

    status: int = 200
    breaks_after: int | None = None
    silent: bool = False
    body: bytes | None = None


@dataclass
class Double:
    """One server and what it was asked."""

    faults: deque[Fault] = field(default_factory=deque)
    spoken: list[dict[str, Any]] = field(default_factory=list)
    transcribed: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[Audio] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    cut: int = 1001
    knows_times: bool = True
    segments: list[dict[str, float]] | None = None
    release: threading.Event = field(default_factory=threading.Event)
    hears_anything: bool = False
    hears: Recogniser = recognised
    held: Callable[[], object] | None = None
    """Called before anything is heard: it may take its time."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


def voiced(text: str) -> Audio:
    words = text.split()
    parts = [np.full(WORD, 0.1 + number / 100, np.float32) for number in range(len(words))]
    return np.concatenate(parts)


def pcm(audio: Audio) -> bytes:
    return np.rint(audio * 32768).astype("<i2").tobytes()


def samples(data: bytes) -> Audio:
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    double: Double

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        double = self.double
        key = self.headers.get("Authorization", "")
        double.keys.append(key)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = double.faults.popleft() if double.faults else Fault()
        if key not in (f"Bearer {KEY}", "Bearer none"):
            fault = Fault(401)
        if fault.silent:
            double.release.wait(10)
            self.close_connection = True
        elif fault.status != 200:
            self._answer(fault.status, json.dumps({"error": {"message": f"no: {key}"}}).encode())
        elif fault.body is not None:
            self._answer(200, fault.body)
        elif self.path == "/v1/audio/speech":
            self._speak(json.loads(body), fault)
        elif self.path == "/v1/audio/transcriptions":
            self._transcribe(body)
        else:
            self._answer(404, b"{}")

    def _answer(self, status: int, data: bytes) -> None:
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(data)

    def _speak(self, asked: dict[str, Any], fault: Fault) -> None:
        self.double.spoken.append(asked)
        data = pcm(voiced(asked["input"]))
        size = self.double.cut
        parts = [data[at : at + size] for at in range(0, len(data), size)]
        sse = asked.get("stream_format") == "sse"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if sse else "audio/pcm")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        sent = 0
        for part in parts:
            if fault.breaks_after is not None and sent >= fault.breaks_after:
                self.close_connection = True
                return
            sent += len(part)
            event = {"type": "speech.audio.delta", "audio": base64.b64encode(part).decode()}
            self._chunk(b"data: " + json.dumps(event).encode() + b"\n\n" if sse else part)
        if sse:
            self._chunk(b'data: {"type":"speech.audio.done","usage":{}}\n\n')
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _transcribe(self, body: bytes) -> None:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        asked: dict[str, Any] = {}
        for part in BytesParser().parsebytes(head + body).walk():
            name = part.get_param("name", header="content-disposition")
            data = part.get_payload(decode=True)
            if name == "file":
                asked["file"] = part.get_filename()
                with wave.open(io.BytesIO(data)) as file:  # type: ignore[arg-type]
                    assert (file.getframerate(), file.getsampwidth()) == (SAMPLE_RATE, 2)
                    raw = file.readframes(file.getnframes())
                audio = samples(raw)
            elif name:
                assert isinstance(data, bytes)
                asked.setdefault(str(name), []).append(data.decode())
        self.double.transcribed.append(asked)
        self.double.uploads.append(audio)
        if self.double.held is not None:
            self.double.held()
        words = [("hello", 0.3, 0.6)] if self.double.hears_anything else self.double.hears(audio)
        answer: dict[str, Any] = {"text": " ".join(word for word, _, _ in words)}
        if asked["response_format"] == ["verbose_json"]:
            if not self.double.knows_times:
                self._answer(400, b'{"error": {"message": "verbose_json is not supported"}}')
                return
            answer["words"] = [{"word": w, "start": a, "end": b} for w, a, b in words]
            answer["segments"] = self.double.segments
        self._answer(200, json.dumps(answer).encode())


@contextmanager
def double(*faults: Fault) -> Iterator[Double]:
    """A server on a port of its own; request ``n`` has fault ``n``, later ones none."""
    one = Double(deque(faults))
    handler = type("Handler", (_Handler,), {"double": one})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    one.port = server.server_address[1]
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    try:
        yield one
    finally:
        one.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class SessionFault:
    """What one session does wrong."""

    refuses: bool = False
    breaks_at_commit: bool = False
    stalls_at_commit: bool = False
    fails: bool = False
    garbage: bool = False


@dataclass
class Sessions:
    """A realtime server and what it was told."""

    faults: deque[SessionFault] = field(default_factory=deque)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    appended: int = 0
    commits: int = 0
    release: threading.Event = field(default_factory=threading.Event)
    hears_anything: bool = False
    hears: Recogniser = recognised
    held: Callable[[], object] | None = None
    """Called before anything is heard: it may take its time."""
    under_way: set[int] = field(default_factory=set)
    """The sessions that are open."""
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        self.paths.append(request.path)
        self.keys.append(request.headers.get("Authorization"))
        if self.keys[-1] not in (None, f"Bearer {KEY}"):
            return connection.respond(HTTPStatus.UNAUTHORIZED, f"unknown {self.keys[-1]}")
        return None

    def serve(self, connection: ServerConnection) -> None:
        fault = self.faults.popleft() if self.faults else SessionFault()

        def tell(kind: str, **fields: object) -> None:
            connection.send(json.dumps({"type": kind, "event_id": "e", **fields}))

        transcription = "conversation.item.input_audio_transcription."
        parts: list[bytes] = []
        self.under_way.add(id(connection))
        try:
            tell("session.created", session={})
            for data in connection:
                event = json.loads(data)
                match event["type"]:
                    case "session.update" if fault.refuses:
                        tell("error", error={"message": f"no such model {self.keys[-1]}"})
                    case "session.update":
                        self.sessions.append(event["session"])
                        tell("session.updated", session=event["session"])
                    case "input_audio_buffer.append":
                        parts.append(base64.b64decode(event["audio"]))
                        self.appended += 1
                    case "input_audio_buffer.commit":
                        self.commits += 1
                        if fault.breaks_at_commit:
                            connection.socket.close()
                            return
                        if fault.stalls_at_commit:
                            self.release.wait(10)
                            return
                        if fault.garbage:
                            connection.send("{no json")
                        item = f"item_{self.commits}"
                        tell("input_audio_buffer.committed", item_id=item, previous_item_id=None)
                        audio = samples(b"".join(parts))
                        parts.clear()
                        if self.held is not None:
                            self.held()
                        words = ["hello"]
                        if not self.hears_anything:
                            words = [word for word, _, _ in self.hears(audio)]
                        if fault.fails:
                            tell(transcription + "failed", item_id=item, error={"code": "x"})
                            continue
                        for word in words:
                            tell(transcription + "delta", item_id=item, delta=word + " ")
                        tell(transcription + "completed", item_id=item, transcript=" ".join(words))
        except ConnectionClosed:
            pass
        finally:
            self.under_way.discard(id(connection))


@contextmanager
def sessions(*faults: SessionFault) -> Iterator[Sessions]:
    """A realtime server on a port of its own; session ``n`` has fault ``n``, later ones none."""
    one = Sessions(deque(faults))
    server = serve(
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
