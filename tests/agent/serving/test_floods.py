"""Clients that send too much, too slowly or not at all, read nothing, or are too many; and beside
each of them a caller whose call goes on as if they were not there."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

from tests.agent.serving.bystander import (
    BEARER,
    MOST_MB,
    Bystander,
    alone,
    in_call,
    on_the_phone,
    realtime,
)
from tests.agent.serving.process import Served, served
from tests.agent.serving.tracks import appended
from tests.agent.serving.wires import TEXT, Wire, framed, handshake

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


@contextmanager
def flooding(wire: Wire, data: Callable[[int], bytes]) -> Iterator[threading.Event]:
    """Sends without end, as much as the server takes; the event: it sends no more."""
    ended = threading.Event()

    def run() -> None:
        number = 0
        try:
            while True:
                wire.socket.sendall(data(number))
                number += 1
        except OSError:
            ended.set()

    wire.socket.settimeout(60)
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield ended
    finally:
        with suppress(OSError):
            wire.socket.shutdown(socket.SHUT_RDWR)
        thread.join(90)
        wire.close()


APPEND = framed(appended(bytes(960)))
FLOODS = {
    "small messages": framed(b"{}") * 10_000,
    "answers": framed(json.dumps({"type": "bogus", "event_id": "x" * 500}).encode()) * 100,
    "sound fifty times too fast": APPEND * 2500,
    "pings": framed(b"", 9) * 1000,
    "pieces of nothing": framed(b"", TEXT, final=False) + framed(b"", 0, final=False) * 5000,
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood(server: Served, bystander: Bystander, kind: str) -> None:
    before = server.memory_mb
    first = FLOODS[kind]
    later = framed(b"", 0, final=False) * 5000 if kind == "pieces of nothing" else first
    wire = in_call(server)
    with flooding(wire, lambda number: later if number else first):
        bystander.goes_on()
        bystander.goes_on()
        assert server.memory_mb < before + MOST_MB
    server.until(alone(server))


def test_a_flood_of_media(server: Served, bystander: Bystander) -> None:
    before = server.memory_mb
    wire, twilio = on_the_phone(server)
    media = [message for _ in range(50) for message in twilio.ticks()]
    burst = b"".join(framed(one.encode()) for one in media) * 20
    with flooding(wire, lambda number: burst):
        bystander.goes_on()
        assert server.memory_mb < before + MOST_MB
    server.until(alone(server))


def test_who_asks_for_much_and_reads_none_of_it(server: Served, bystander: Bystander) -> None:
    """Its line is free while it still holds its end, and what waits for it is bounded."""
    before = server.memory_mb
    long = {"type": "realtime", "instructions": "x" * 30_000}
    update = framed(json.dumps({"type": "session.update", "session": long}).encode())
    wire = realtime(server, room=4096)
    with flooding(wire, lambda number: update):
        bystander.goes_on()
        server.until(alone(server), 90)
        assert server.memory_mb < before + MOST_MB
        bystander.goes_on()


def closed(server: Served, sockets: list[socket.socket]) -> None:
    """Until the server has closed them all."""
    for one in sockets:
        one.settimeout(60)
        with suppress(ConnectionError):
            while one.recv(1000):
                pass
        one.close()


@pytest.mark.parametrize("size", [0, 1, 60, -2])
def test_half_a_request(server: Served, bystander: Bystander, size: int) -> None:
    """Nothing, a letter, some lines, all but the last end of a line."""
    head = handshake(server.port, "/v1/realtime", BEARER)
    open_files = server.open_files
    opened = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(300)]
    for one in opened:
        one.sendall(head[:size])
    bystander.goes_on()
    assert server.ask("/healthz")[0] == 200
    closed(server, opened)
    server.until(lambda: server.open_files <= open_files)


def test_a_request_that_comes_a_letter_at_a_time(server: Served, bystander: Bystander) -> None:
    head = handshake(server.port, "/v1/realtime", {**BEARER, "X-Padding": "x" * 60_000})
    one = socket.create_connection(("127.0.0.1", server.port))
    one.settimeout(0.1)
    letters = iter(head)
    for letter in letters:
        try:
            one.send(bytes([letter]))
            if not one.recv(1000):
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    one.close()
    assert next(letters, None) is not None


def test_a_head_without_end_is_refused(server: Served, bystander: Bystander) -> None:
    head = handshake(server.port, "/v1/realtime", {**BEARER, "X-Padding": "x" * 2_000_000})
    one = socket.create_connection(("127.0.0.1", server.port))
    with suppress(ConnectionError):
        one.sendall(head)
        assert one.recv(100).startswith(b"HTTP/1.1 400")
    one.close()


def test_connections_that_are_kept_and_not_used(server: Served, bystander: Bystander) -> None:
    open_files = server.open_files
    opened = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(300)]
    for one in opened:
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        one.settimeout(60)
        assert one.recv(1000).startswith(b"HTTP/1.1 200")
    bystander.goes_on()
    closed(server, opened)
    server.until(lambda: server.open_files <= open_files)


def test_thousands_that_find_no_line_free(tmp_path: Path) -> None:
    with served(tmp_path, "--max-calls", "1") as server:
        only = Bystander(server)
        server.until(lambda: bool(only.caller.came))
        open_files = server.open_files
        for _ in range(2000):
            wire = Wire(server.port, "/v1/realtime", BEARER)
            assert wire.status == 503
            assert "retry-after: 5" in wire.head.lower()
            wire.close()
        only.goes_on()
        assert server.figure("kairos_refused_calls") == 2000
        server.until(lambda: server.open_files <= open_files)
        only.leave()
        server.emptied(1)
        # There is a line again.
        in_call(server).close()
        assert server.stop() == 0
