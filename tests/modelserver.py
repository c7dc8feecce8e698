"""A web server that hosts a model's files, and can have a bad day."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class ModelServer(ThreadingHTTPServer):
    """``files``: content by path. ``ranges``: whether it goes on where one says. ``cuts``: after
    how many bytes the next answers break off. ``status``: of every answer, if set. ``silent``: it
    takes a request and says nothing until it is closed."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.ranges = True
        self.cuts: list[int] = []
        self.status: int | None = None
        self.silent = False
        self.tag = '"one"'
        self.asked: list[tuple[str, str | None]] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.lstrip("/")
        asked = self.headers.get("Range")
        self.server.asked.append((path, asked))
        if self.server.silent:
            self.server.closing.wait(60)
            return
        if self.server.status is not None or path not in self.server.files:
            self.send_error(self.server.status or 404)
            return
        content = self.server.files[path]
        begin = 0
        same = self.headers.get("If-Range") == self.server.tag
        if asked is not None and self.server.ranges and same:
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
            if begin >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.send_header("ETag", self.server.tag)
        self.end_headers()
        rest = content[begin:]
        if self.server.cuts:
            rest = rest[: self.server.cuts.pop(0)]
            self.close_connection = True
        self.wfile.write(rest)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""


@contextmanager
def serving() -> Iterator[ModelServer]:
    """A server that runs while the context is open."""
    server = ModelServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
