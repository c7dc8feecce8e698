"""Clients that want no call, or do not know how to hold one, at a server of its own; and beside
each of them a caller whose call goes on as if they were not there."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack, suppress

import pytest

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

from tests.agent.serving.bystander import (
    BEGIN,
    MOST_MB,
    Bystander,
    alone,
    begun,
    in_call,
    on_the_phone,
    outcomes,
    realtime,
    stream,
    until_told,
)
from tests.agent.serving.process import Served
from tests.agent.serving.tracks import appended
from tests.agent.serving.wires import BINARY, TEXT, framed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


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
