"""A server that tools are tested against: real HTTP on this machine, its answers by path."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class ToolServer:
    """``answers``: what a path answers next, (status, headers, body); the last one for ever."""

    answers: dict[str, list[tuple[int, dict[str, str], bytes]]]
    asked: list[Asked] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def says(self, path: str, value: object, status: int = 200) -> None:
        """Answer with JSON."""
        head = {"Content-Type": "application/json"}
        self.answers.setdefault(path, []).append((status, head, json.dumps(value).encode()))


@contextmanager
def tool_server() -> Iterator[ToolServer]:
    """A server; ``/hangs`` answers nothing until it is closed."""
    server = ToolServer({})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            path = self.path.partition("?")[0]
            server.asked.append(Asked(self.command, self.path, dict(self.headers), body))
            server.reached.set()
            if path == "/hangs":
                server.release.wait()
                self.close_connection = True
                return
            if path == "/breaks":
                self.close_connection = True
                return
            given = server.answers[path]
            status, head, said = given.pop(0) if len(given) > 1 else given[0]
            self.send_response(status)
            for name, value in head.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            try:
                self.wfile.write(said)
            except OSError:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that has gone is no error here."""

    http = Server(("127.0.0.1", 0), Handler)
    server.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        http.shutdown()
        http.server_close()
        thread.join()
