"""A Realtime server of the tests' own: real sockets, the protocol's events, answers by script.

It keeps a conversation as the real one does: items, what is committed, one response at a time; and
it refuses what the real one refuses.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from speech.protocols import SAMPLE_RATE, Audio

KEY = "s3cret-key"


@dataclass(frozen=True)
class Says:
    """An answer: its words, in two deltas a word, and a tone of so many seconds.

    ``dies``: the link breaks after so many seconds of the tone; ``holds``: nothing comes after so
    many until the test releases it; ``error``: the response is refused with this code; ``only``:
    ``text`` for an answer without sound, ``sound`` for one without words.
    """

    text: str = "Your line is fine. It was checked this morning."
    seconds: float = 3.0
    dies: float | None = None
    holds: float | None = None
    error: str | None = None
    status: str = "completed"
    only: str | None = None


@dataclass
class Double:
    """One server, and what it was told."""

    answers: deque[Says] = field(default_factory=deque)
    dialect: str = "current"
    refuses_session: bool = False
    port: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    turns: list[Audio] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind that came in."""
        return [one for one in self.events if one["type"] == kind]

    def kinds(self, *but: str) -> list[str]:
        """The kinds that came in, in order, without these."""
        return [one["type"] for one in self.events if one["type"] not in but]


class _Call:
    """One connection."""

    def __init__(self, double: Double, connection: ServerConnection) -> None:
        self.double = double
        self.connection = connection
        self.buffer: list[Audio] = []
        self.lengths: dict[str, int] = {}
        self.count = len(double.events)
        self.stop = threading.Event()
        self.speaking: threading.Thread | None = None
        self.sending = threading.Lock()

    def send(self, kind: str, **fields: Any) -> None:
        with self.sending:
            self.connection.send(json.dumps({"type": kind, "event_id": "e", **fields}))

    def refuse(self, code: str, event: dict[str, Any]) -> None:
        message = f"no, {KEY}"  # real ones quote what they were sent
        self.send(
            "error", error={"code": code, "message": message, "event_id": event.get("event_id")}
        )

    def run(self) -> None:
        self.send("session.created", session={})
        for message in self.connection:
            event = json.loads(message)
            self.double.events.append(event)
            self.take(event)

    def take(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "session.update" if self.double.refuses_session:
                self.refuse("invalid_value", event)
            case "session.update":
                self.send("session.updated", session=event["session"])
            case "input_audio_buffer.append":
                data = base64.b64decode(event["audio"])
                self.buffer.append(np.frombuffer(data, "<i2").astype(np.float32) / 32768.0)
            case "input_audio_buffer.commit":
                turn = np.concatenate([np.zeros(0, np.float32), *self.buffer])
                self.buffer.clear()
                if len(turn) < SAMPLE_RATE // 10:
                    self.refuse("input_audio_buffer_commit_empty", event)
                    return
                self.double.turns.append(turn)
                self.send("input_audio_buffer.committed", item_id="user")
            case "response.create":
                if self.speaking is not None and self.speaking.is_alive():
                    self.refuse("conversation_already_has_active_response", event)
                    return
                says = self.double.answers.popleft() if self.double.answers else Says()
                if says.error is not None:
                    self.refuse(says.error, event)
                    return
                self.stop.clear()
                self.count += 1
                self.speaking = threading.Thread(target=self.speak, args=(says, self.count))
                self.speaking.start()
            case "response.cancel":
                if self.speaking is None or not self.speaking.is_alive():
                    self.refuse("response_cancel_not_active", event)
                self.stop.set()
                self.double.release.set()
                self.double.cancelled.set()
            case "conversation.item.truncate":
                known = self.lengths.get(event["item_id"], 0)
                if event["audio_end_ms"] > known * 1000 // SAMPLE_RATE:
                    self.refuse("invalid_value", event)
            case "conversation.item.delete" | "conversation.item.create":
                pass
            case _:
                self.refuse("unknown", event)

    def speak(self, says: Says, number: int) -> None:
        with suppress(ConnectionClosed):
            self._speak(says, f"resp_{number}", f"item_{number}")

    def _speak(self, says: Says, response: str, item: str) -> None:
        old = self.double.dialect == "beta"
        sound = "response.audio" if old else "response.output_audio"
        at = {"response_id": response, "item_id": item}
        self.send("response.created", response={"id": response, "status": "in_progress"})
        step, done = SAMPLE_RATE // 5, 0
        tone = 0.3 * np.sin(np.arange(round(says.seconds * SAMPLE_RATE)) * 0.1)
        words = [half for word in says.text.split() for half in _halves(word)]
        status = says.status
        while done < len(tone) or words:
            if self.stop.is_set():
                status = "cancelled"
                break
            if says.dies is not None and done >= says.dies * SAMPLE_RATE:
                self.connection.socket.close()
                return
            if says.holds is not None and done >= says.holds * SAMPLE_RATE:
                self.double.held.set()
                assert self.double.release.wait(10.0)
                says = Says(says.text, says.seconds)
                continue
            for _ in range(4):
                if words and says.only != "sound":
                    plain = "response.text" if old else "response.output_text"
                    kind = plain if says.only == "text" else f"{sound}_transcript"
                    self.send(f"{kind}.delta", delta=words.pop(0), **at)
                elif words:
                    words.pop(0)
            piece = tone[done : done + step]
            done += step
            if len(piece) and says.only != "text":
                self.lengths[item] = self.lengths.get(item, 0) + len(piece)
                data = np.rint(piece * 32767).astype("<i2").tobytes()
                self.send(f"{sound}.delta", delta=base64.b64encode(data).decode(), **at)
        usage = {"input_tokens": 70, "output_tokens": 40}
        self.send("response.done", response={"id": response, "status": status, "usage": usage})


def _halves(word: str) -> tuple[str, str]:
    middle = len(word) // 2
    return (" " + word[:middle], word[middle:])


@contextmanager
def realtime(*answers: Says, dialect: str = "current", **more: Any) -> Iterator[Double]:
    """A server that gives these answers, then its usual one for ever."""
    double = Double(deque(answers), dialect, **more)

    def asked(connection: ServerConnection, request: Request) -> Response | None:
        double.keys.append(request.headers.get("Authorization"))
        double.paths.append(request.path)
        if request.headers.get("Authorization") not in (None, f"Bearer {KEY}"):
            return connection.respond(HTTPStatus.UNAUTHORIZED, f"wrong key {KEY}")
        return None

    def serves(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            _Call(double, connection).run()

    server: Server = serve(serves, "127.0.0.1", 0, process_request=asked)
    double.port = server.socket.getsockname()[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        double.release.set()
        server.shutdown()
        thread.join(10.0)
