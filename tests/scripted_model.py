"""A chat model that says what a test wrote: a small server of OpenAI's protocol.

Where a real server can serve, it does (``tests/serving.py``); this one is for tests in which the
words matter, and for what real servers do only on bad days. Replies are picked by what the last
message says. It counts what it was asked, and notices when it is left in the middle of an answer.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Scripted:
    """One answer, to the first request whose last message has ``match``.

    ``text``: streamed as these pieces. ``calls``: tools, by name with their arguments. ``status``:
    refuse with it. ``raw``: this is the whole body. ``stalls``: after the text nothing comes until
    the client leaves. ``drops``: after the text the connection is closed. ``times``: how often it
    serves, None for ever. ``refuses``: 400 while a request has this key. ``headers``: of a refusal.
    """

    match: str = ""
    text: Sequence[str] = ()
    calls: Sequence[tuple[str, Mapping[str, object] | str]] = ()
    status: int = 200
    raw: bytes | None = None
    stalls: bool = False
    drops: bool = False
    times: int | None = None
    refuses: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    usage: tuple[int, int] | None = (100, 10)


class ScriptedModel(ThreadingHTTPServer):
    """The server. ``requests``: the bodies so far; ``keys``: what came as bearer tokens;
    ``left``: set once a client has left in mid-answer."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, replies: Sequence[Scripted]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.replies = list(replies)
        self.served = [0] * len(self.replies)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.left = threading.Event()
        self.closing = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def pick(self, body: dict[str, Any]) -> Scripted:
        last = json.dumps(body["messages"][-1], ensure_ascii=False)
        with self.lock:
            self.requests.append(body)
            for at, reply in enumerate(self.replies):
                worn_out = reply.times is not None and self.served[at] >= reply.times
                refused = reply.refuses is not None and reply.refuses not in body
                if reply.match in last and not worn_out and not refused:
                    self.served[at] += 1
                    return reply
        return Scripted(status=500)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left is no error of the server's."""


class _Answering(BaseHTTPRequestHandler):
    server: ScriptedModel
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.keys.append(self.headers.get("Authorization", "").removeprefix("Bearer "))
        reply = self.server.pick(body)
        if not self.path.endswith("/v1/chat/completions"):
            self.refuse(404, {})
        elif reply.refuses is not None:
            self.refuse(400, {})
        elif reply.status != 200:
            self.refuse(reply.status, reply.headers)
        else:
            self.answer(reply)

    def refuse(self, status: int, headers: Mapping[str, str]) -> None:
        said = json.dumps({"error": {"message": "you sent: my card is 4111"}}).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def answer(self, reply: Scripted) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            if reply.raw is not None:
                self.wfile.write(reply.raw)
                return
            for event in events(reply):
                self.wfile.write(event)
            if reply.stalls:
                self.wait_to_be_left()
        except OSError:
            self.server.left.set()

    def wait_to_be_left(self) -> None:
        """Until the client closes its side, or the server does."""
        self.connection.settimeout(0.05)
        while not self.server.closing.is_set():
            try:
                if not self.connection.recv(1):
                    self.server.left.set()
                    return
            except TimeoutError:
                continue


def events(reply: Scripted) -> Iterator[bytes]:
    """The answer as server-sent events."""
    for piece in reply.text:
        yield _event({"choices": [{"index": 0, "delta": {"content": piece}}]})
    if reply.stalls or reply.drops:
        return
    for at, (name, arguments) in enumerate(reply.calls):
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        half = len(text) // 2
        first = {"name": name, "arguments": text[:half]}
        yield _event(_delta({"index": at, "id": f"call_{at}", "type": "function"}, first))
        yield _event(_delta({"index": at}, {"arguments": text[half:]}))
    reason = "tool_calls" if reply.calls else "stop"
    yield _event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    if reply.usage is not None:
        tokens_in, tokens_out = reply.usage
        counted = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}
        counted["total_tokens"] = tokens_in + tokens_out
        yield _event({"choices": [], "usage": counted})
    yield b"data: [DONE]\n\n"


def _delta(call: dict[str, object], function: dict[str, str]) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"tool_calls": [{**call, "function": function}]}}]}


def _event(body: dict[str, object]) -> bytes:
    head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    return b"data: " + json.dumps(head | body).encode() + b"\n\n"


@contextmanager
def scripted_model(*replies: Scripted) -> Iterator[ScriptedModel]:
    """The server, up and running while the context lasts."""
    with ScriptedModel(replies) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
