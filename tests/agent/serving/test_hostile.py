"""Clients that want no call, or do not know how to hold one, at a server of its own; and beside
each of them a caller whose call goes on as if they were not there."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

from agent import files
from agent.journal import read_journal
from agent.records import CallEnded
from agent.telephony.signature import signature
from tests.agent.serving.callers import Caller, Crowd, caller
from tests.agent.serving.process import AUTH_TOKEN, TOKEN, Served, served
from tests.agent.serving.tracks import appended, track
from tests.agent.serving.wires import BINARY, TEXT, Wire, framed, handshake
from tests.agent.telephony.caller import Twilio

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

BEARER = {"Authorization": f"Bearer {TOKEN}"}
BEGIN = json.dumps({"type": "session.update", "session": {"type": "realtime"}})
SECOND = appended(bytes(48_000)).decode()
IDLE_S = 10
OPENED: list[Wire] = []
"""What a test has opened, to be closed after it."""
MOST_MB = 120.0
"""What a client may make a server hold at most, however it goes about it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """It holds out to the end."""
    folder = tmp_path_factory.mktemp("hostile")
    with served(folder, "--idle", str(IDLE_S), "--max-calls", "12") as one:
        yield one
        assert one.stop() == 0
        log = one.log.read_text()
    assert "Traceback" not in log
    assert "call.not_written" not in log


class Bystander:
    """A caller with whom nothing is wrong."""

    def __init__(self, server: Served) -> None:
        self.caller: Caller = caller(track(1, 120.0), 0.0, 120.0)
        self._server = server
        self._crowd = Crowd([self.caller], server.port)
        self._thread = threading.Thread(target=self._crowd.talk)
        self._thread.start()

    def goes_on(self) -> None:
        """Until something more that it says was understood, and the agent was heard after that."""
        captions = len(self.caller.captions)
        self._server.until(lambda: len(self.caller.captions) > captions)
        came = len(self.caller.came)
        self._server.until(lambda: len(self.caller.came) > came)

    def leave(self) -> None:
        """It hangs up, and all of its call is there."""
        self.caller.leaves = True
        self._thread.join(60)
        self._crowd.close()
        one = self.caller
        assert (one.status, one.errors, one.outcome, one.code) == (101, [], "caller_hung_up", 1000)
        folder = self._server.out / one.call
        self._server.until((folder / files.RESULT).is_file)
        assert isinstance(read_journal(folder / files.JOURNAL)[-1], CallEnded)
        assert json.loads((folder / files.RESULT).read_text())["outcome"] == "caller_hung_up"


@pytest.fixture
def bystander(server: Served) -> Iterator[Bystander]:
    """Its call is under way, and is looked at when the others have done what they wanted."""
    one = Bystander(server)
    try:
        server.until(lambda: bool(one.caller.came))
        yield one
    finally:
        while OPENED:
            OPENED.pop().close()
        one.leave()
    server.emptied()


def alone(server: Served) -> Callable[[], bool]:
    """Whether nobody is there but the bystander."""
    return lambda: server.figure("kairos_active_calls") == 1


def realtime(server: Served, room: int | None = None) -> Wire:
    """One that has a session, and no call yet."""
    wire = Wire(server.port, "/v1/realtime", BEARER, room)
    OPENED.append(wire)
    assert wire.status == 101
    assert told(wire)["type"] == "session.created"
    return wire


def told(wire: Wire) -> Any:
    opcode, data = wire.receive()
    assert opcode == TEXT, data
    return json.loads(data)


def until_told(wire: Wire, kind: str) -> Any:
    while (event := told(wire))["type"] != kind:
        pass
    return event


def in_call(server: Served) -> Wire:
    """One whose greeting is heard."""
    wire = realtime(server)
    wire.send(BEGIN)
    until_told(wire, "response.output_audio.delta")
    return wire


def stream(server: Served) -> tuple[Wire, Twilio, list[str]]:
    """Twilio's stream, and with which messages it begins."""
    form = {"CallSid": "CA" + "2" * 32, "From": "+442079460000", "To": "+442079460001"}
    host = f"127.0.0.1:{server.port}"
    signed = signature(AUTH_TOKEN, f"http://{host}/twilio", form.items())
    asked = Request(
        f"http://{host}/twilio", urlencode(form).encode(), {"X-Twilio-Signature": signed}
    )
    with urlopen(asked) as answer:
        element = ElementTree.fromstring(answer.read()).find("Connect/Stream")
    assert element is not None
    parameters = {one.attrib["name"]: one.attrib["value"] for one in element}
    path = "/twilio/media/broadband"
    headers = {"X-Twilio-Signature": signature(AUTH_TOKEN, f"wss://{host}{path}")}
    wire = Wire(server.port, path, headers)
    OPENED.append(wire)
    assert wire.status == 101
    twilio = Twilio()
    return wire, twilio, twilio.begins(**parameters)


def on_the_phone(server: Served) -> tuple[Wire, Twilio]:
    """One whose greeting is heard."""
    wire, twilio, begins = stream(server)
    for message in begins:
        wire.send(message)
    assert told(wire)["event"] == "media"
    return wire, twilio


def outcomes(server: Served, channel: str, outcome: str) -> float:
    name = f'kairos_calls_total{{channel="{channel}",outcome="{outcome}"}}'
    return server.figures().get(name, 0.0)


def begun(server: Served, channel: str) -> Wire:
    return in_call(server) if channel == "realtime" else on_the_phone(server)[0]


@pytest.mark.parametrize("channel", ["realtime", "telephony"])
def test_clients_that_vanish(server: Served, bystander: Bystander, channel: str) -> None:
    before = outcomes(server, channel, "caller_hung_up")
    wires = [begun(server, channel) for _ in range(5)]
    for wire in wires:
        wire.reset()
    bystander.goes_on()
    server.until(alone(server))
    server.until(lambda: outcomes(server, channel, "caller_hung_up") == before + 5)


@pytest.mark.parametrize("channel", ["realtime", "telephony"])
def test_clients_that_neither_read_nor_write_any_more(
    server: Served, bystander: Bystander, channel: str
) -> None:
    before = outcomes(server, channel, "time_out")
    wires = [begun(server, channel) for _ in range(3)]
    bystander.goes_on()
    # They are there still, and their lines are free.
    server.until(alone(server))
    server.until(lambda: outcomes(server, channel, "time_out") == before + 3)
    for wire in wires:
        wire.close()


@pytest.mark.parametrize("channel", ["realtime", "telephony"])
def test_clients_that_never_say_a_word(server: Served, bystander: Bystander, channel: str) -> None:
    calls = server.figure("kairos_calls_total")
    opened = [realtime(server) if channel == "realtime" else stream(server)[0] for _ in range(8)]
    bystander.goes_on()
    server.until(alone(server))
    for wire in opened:
        assert wire.close_code() is not None
        wire.close()
    assert server.figure("kairos_calls_total") == calls


GARBAGE: dict[str, tuple[str | bytes, int]] = {
    "not JSON": ("{{{", TEXT),
    "empty": ("", TEXT),
    "no object": ("[1, 2]", TEXT),
    "binary": (bytes(range(256)), BINARY),
    "binary JSON of another encoding": ('{"type": "x"}'.encode("utf-16"), BINARY),
    "no type": ("{}", TEXT),
    "a type that is none": ('{"type": {"type": "session.update"}}', TEXT),
    "a long type": (json.dumps({"type": "x" * 1_000_000}), TEXT),
    "nested beyond measure": ('{"type": ' + "[" * 200_000, TEXT),
    "nested deeply": ('{"type": "session.update", "session": ' + "[" * 900 + "]" * 900 + "}", TEXT),
    "a number with many digits": ('{"type": ' + "9" * 10_000 + "}", TEXT),
    "a huge number": (
        '{"type": "conversation.item.truncate", "item_id": "x", "content_index": 0, '
        '"audio_end_ms": 1e999}', TEXT,
    ),
    "not a number": (
        '{"type": "session.update", "session": {"type": "realtime", '
        '"audio": {"output": {"speed": NaN}}}}', TEXT,
    ),
    "sound that is no text": ('{"type": "input_audio_buffer.append", "audio": 17}', TEXT),
    "sound that is no base64": ('{"type": "input_audio_buffer.append", "audio": "%%%"}', TEXT),
    "half a letter": ('{"type": "x", "event_id": "\\ud800"}', TEXT),
    "half a letter that is written": (
        '{"type": "conversation.item.create", "item": {"type": "message", "role": "user", '
        '"content": [{"type": "input_text", "text": "hello \\udc00"}]}}', TEXT,
    ),
    "a key that is none": ('{"type": "kairos.dtmf", "digit": "55"}', TEXT),
}  # fmt: skip


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_answered_and_the_call_goes_on(
    server: Served, bystander: Bystander, kind: str
) -> None:
    message, opcode = GARBAGE[kind]
    for wire in (realtime(server), in_call(server)):
        for _ in range(3):
            wire.send(message, opcode)
            until_told(wire, "error")
        wire.send(BEGIN)
        until_told(wire, "session.updated")
        until_told(wire, "response.output_audio.delta")
        wire.send('{"type": "kairos.hang_up"}')
        assert until_told(wire, "kairos.call_ended")["outcome"] == "caller_hung_up"
        wire.close()
    server.until(alone(server))


def test_sound_in_odd_pieces_is_sound(server: Served, bystander: Bystander) -> None:
    with ExitStack() as stack:
        wire = in_call(server)
        stack.callback(wire.close)
        for size in (1, 3, 481, 959, 0):
            wire.send(appended(bytes(size)).decode())
        wire.send('{"type": "kairos.hang_up"}')
        assert until_told(wire, "kairos.call_ended")["outcome"] == "caller_hung_up"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (framed(b"\xff\xfe\xfa"), 1007),  # no UTF-8
        (b"\x81\x05hello", 1002),  # not masked
        (framed(b"x", 3), 1002),  # no such opcode
        (framed(b"x" * 200, 9), 1002),  # a ping that is too long
        (b"\xf1\x81" + bytes(5), 1002),  # reserved bits
        (b"\x81\xff" + b"\x7f" + bytes(7) + bytes(4), 1009),  # as long as can be said
    ],
)
def test_what_is_no_websocket_is_closed(
    server: Served, bystander: Bystander, data: bytes, code: int
) -> None:
    wire = in_call(server)
    wire.socket.sendall(data)
    assert wire.close_code() == code
    wire.close()
    server.until(alone(server))


@pytest.mark.parametrize("channel", ["realtime", "telephony"])
@pytest.mark.parametrize("pieces", [1, 160])
def test_ten_megabytes_are_not_taken(
    server: Served, bystander: Bystander, channel: str, pieces: int
) -> None:
    before = server.memory_mb
    wires = [begun(server, channel) for _ in range(3)]
    for wire in wires:
        with suppress(OSError):
            size = 10 * 2**20 // pieces
            for number in range(pieces):
                opcode = TEXT if number == 0 else 0
                wire.socket.sendall(framed(b"x" * size, opcode, number == pieces - 1))
        wire.close_code()
        wire.close()
    bystander.goes_on()
    server.until(alone(server))
    assert server.memory_mb < before + MOST_MB


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


@pytest.mark.parametrize("message", ["{{{", "\x00", '{"event": 5}', '{"event": "media"}', "[]"])
def test_garbage_on_the_phone_ends_that_call_alone(
    server: Served, bystander: Bystander, message: str
) -> None:
    wire, _ = on_the_phone(server)
    with suppress(OSError):
        for _ in range(200):
            wire.send(message)
    assert wire.close_code() is not None
    wire.close()
    bystander.goes_on()
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
