"""A media stream's messages, provider by provider."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.telephony.events import Gone, Key, Played, Sound, Started
from agent.telephony.media import FRAME, HANGOVER_S, Limits, MediaStream, Message
from agent.telephony.providers import PROVIDERS, TWILIO
from speech import g711
from speech.narrowband import DELAY_S, FromLine
from speech.protocols import SAMPLE_RATE, Audio

LOW = np.sin(2 * np.pi * 400 * np.arange(FRAME) / 8000).astype(np.float32) * 0.5
SIZE = SAMPLE_RATE // 50
SOUND = np.sin(2 * np.pi * 400 * np.arange(SIZE) / SAMPLE_RATE).astype(np.float32) * 0.5

# What each provider sends, from the pages that `Provider.page` names.
STARTS: dict[str, dict[str, Any]] = {
    "twilio": {
        "event": "start",
        "sequenceNumber": "1",
        "start": {
            "accountSid": "AC1",
            "streamSid": "S",
            "callSid": "C",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"who": "Ann"},
        },
        "streamSid": "S",
    },
    "telnyx": {
        "event": "start",
        "sequence_number": "1",
        "stream_id": "S",
        "start": {
            "call_control_id": "C",
            "custom_parameters": {"who": "Ann"},
            "media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1},
        },
    },
    "plivo": {
        "event": "start",
        "sequenceNumber": 1,
        "start": {
            "callId": "C",
            "streamId": "S",
            "accountId": "MA1",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
        },
        "extra_headers": "who=Ann;x=1",
    },
    "vonage": {
        "event": "websocket:connected",
        "content-type": "audio/l16;rate=8000",
        "who": "Ann",
        "call": "C",
    },
    "signalwire": {
        "eventType": "start",
        "streamSid": "S",
        "rawEvent": {
            "event": "start",
            "sequenceNumber": "1",
            "streamSid": "S",
            "start": {
                "streamSid": "S",
                "callSid": "C",
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {"who": "Ann"},
            },
        },
    },
}
PAYLOAD = base64.b64encode(g711.encoded(LOW, "ulaw")).decode()
MEDIA: dict[str, Message] = {
    "twilio": json.dumps(
        {
            "event": "media",
            "sequenceNumber": "2",
            "streamSid": "S",
            "media": {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": PAYLOAD},
        }
    ),
    "telnyx": json.dumps(
        {
            "event": "media",
            "sequence_number": "2",
            "stream_id": "S",
            "media": {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": PAYLOAD},
        }
    ),
    "plivo": json.dumps(
        {
            "event": "media",
            "sequenceNumber": 2,
            "streamId": "S",
            "media": {"track": "inbound", "chunk": 1, "timestamp": "1", "payload": PAYLOAD},
            "extra_headers": "who=Ann;x=1",
        }
    ),
    "vonage": np.rint(LOW * 32767).astype("<i2").tobytes(),
    "signalwire": json.dumps(
        {
            "eventType": "media",
            "streamSid": "S",
            "rawEvent": {
                "event": "media",
                "sequenceNumber": "2",
                "media": {"track": "inbound", "chunk": "1", "payload": PAYLOAD},
            },
        }
    ),
}
KEYS: dict[str, dict[str, Any]] = {
    "twilio": {"event": "dtmf", "streamSid": "S", "dtmf": {"track": "inbound_track", "digit": "5"}},
    "telnyx": {"event": "dtmf", "stream_id": "S", "dtmf": {"digit": "5"}},
    "plivo": {"event": "dtmf", "streamId": "S", "dtmf": {"track": "inbound", "digit": "5"}},
    "vonage": {"event": "websocket:dtmf", "digit": "5", "duration": 260},
    "signalwire": {
        "eventType": "dtmf",
        "rawEvent": {
            "event": "dtmf",
            "streamSid": "S",
            "dtmf": {"duration": 2700, "digit": "5"},
        },
    },
}
OUT: dict[str, tuple[str, str]] = {
    "twilio": (
        '{"event":"mark","streamSid":"S","mark":{"name":"k1"}}',
        '{"event":"clear","streamSid":"S"}',
    ),
    "telnyx": ('{"event":"mark","mark":{"name":"k1"}}', '{"event":"clear"}'),
    "plivo": (
        '{"event":"checkpoint","streamId":"S","name":"k1"}',
        '{"event":"clearAudio","streamId":"S"}',
    ),
    "vonage": ('{"action":"notify","payload":{"mark":"k1"}}', '{"action":"clear"}'),
    "signalwire": (
        '{"event":"mark","streamSid":"S","mark":{"name":"k1"}}',
        '{"event":"clear","streamSid":"S"}',
    ),
}
ECHOES: dict[str, dict[str, Any]] = {
    "twilio": {"event": "mark", "streamSid": "S", "mark": {"name": "k1"}},
    "telnyx": {"event": "mark", "stream_id": "S", "mark": {"name": "k1"}},
    "plivo": {"event": "playedStream", "streamId": "S", "name": "k1"},
    "vonage": {"event": "websocket:notify", "payload": {"mark": "k1"}},
    "signalwire": {"rawEvent": {"event": "mark", "streamSid": "S", "mark": {"name": "k1"}}},
}


def started(name: str = "twilio", limits: Limits | None = None) -> MediaStream:
    stream = MediaStream(PROVIDERS[name], limits)
    assert stream.receive(json.dumps(STARTS[name]))
    return stream


def payload(name: str, message: Message) -> Audio:
    if isinstance(message, bytes):
        return (np.frombuffer(message, "<i2") / 32768).astype(np.float32)
    return g711.decoded(base64.b64decode(json.loads(message)["media"]["payload"]), "ulaw")


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_provider_is_understood(name: str) -> None:
    stream = MediaStream(PROVIDERS[name])
    [start] = stream.receive(json.dumps(STARTS[name]))
    assert isinstance(start, Started)
    assert start.stream == ("" if name == "vonage" else "S")
    assert start.call == "C"
    assert start.parameters["who"] == "Ann"
    [sound] = stream.receive(MEDIA[name])
    assert isinstance(sound, Sound)
    assert sound.lost == 0
    assert len(sound.audio) == SIZE
    assert np.abs(sound.audio - FromLine().resample(LOW)).max() < 0.02
    assert stream.receive(json.dumps(KEYS[name])) == [Key("5")]
    assert stream.counts.unreadable == stream.counts.unknown == stream.counts.skipped == 0


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_provider_is_spoken_to_as_it_wants(name: str) -> None:
    stream = started(name)
    stream.mark(3, 5, 0.01)
    media, mark = stream.send(SOUND)
    assert np.abs(payload(name, media)).max() > 0.4
    expected_mark, expected_clear = OUT[name]
    assert mark == expected_mark
    [played] = stream.receive(json.dumps(ECHOES[name]))
    assert isinstance(played, Played)
    assert (played.mark.utterance, played.mark.chars, played.heard) == (3, 5, True)
    assert played.lag == pytest.approx(0.01)
    assert stream.clear() == [expected_clear]
    assert stream.counts.clears == 1


def test_each_provider_names_its_page() -> None:
    assert all(one.page.startswith("https://") for one in PROVIDERS.values())


def test_sound_out_is_frames_of_20_ms_whatever_it_is_given_in() -> None:
    audio = np.tile(SOUND, 10)
    whole = [payload("twilio", one) for one in started().send(audio)]
    stream = started()
    pieces = [
        payload("twilio", one)
        for begin in range(0, len(audio), 77)
        for one in stream.send(audio[begin : begin + 77])
    ]
    assert [len(one) for one in whole] == [FRAME] * 10
    assert np.array_equal(np.concatenate(whole), np.concatenate(pieces))
    assert stream.now == pytest.approx(0.2)
    # Sample for sample, the resampler's delay later.
    line = np.concatenate(whole)
    late = round(DELAY_S * 8000)
    expected = np.sin(2 * np.pi * 400 * np.arange(len(line) - late) / 8000) * 0.5
    assert np.abs(line[late + 40 :] - expected[40:]).max() < 0.03


def test_silence_is_sent_for_a_while_and_then_not() -> None:
    stream = started()
    assert not stream.send(np.zeros(SAMPLE_RATE, np.float32))
    assert len(stream.send(SOUND)) == 1
    after = stream.send(np.zeros(2 * SAMPLE_RATE, np.float32))
    assert len(after) == pytest.approx(HANGOVER_S * 50, abs=1)
    assert len(stream.send(SOUND)) == 1


def test_a_mark_goes_out_behind_its_sound_even_in_silence() -> None:
    stream = started()
    stream.mark(1, 4, 0.05)
    kinds = [json.loads(one)["event"] for one in stream.send(np.tile(SOUND, 5))]
    # The mark's sample is in the third frame, 2.6 ms later on the line.
    assert kinds == ["media", "media", "media", "mark", "media", "media"]
    stream.mark(1, 4, 2.0)
    later = stream.send(np.zeros(3 * SAMPLE_RATE, np.float32))
    assert json.loads(later[-1])["event"] == "mark"


@pytest.mark.parametrize(
    "change",
    [
        {"encoding": "audio/opus"},
        {"sampleRate": 16_000},
        {"sampleRate": None},
        {"encoding": None},
        {"sampleRate": True},
    ],
)
def test_a_format_that_is_not_known_ends_the_stream(change: dict[str, Any]) -> None:
    said = json.loads(json.dumps(STARTS["twilio"]))
    said["start"]["mediaFormat"] |= change
    stream = MediaStream()
    assert stream.receive(json.dumps(said)) == [Gone("format")]
    assert not stream.send(SOUND)
    assert not stream.clear()


def test_nothing_is_sent_or_heard_before_the_start_or_after_the_stop() -> None:
    stream = MediaStream(TWILIO)
    assert not stream.receive('{"event":"connected","protocol":"Call","version":"1.0.0"}')
    assert not stream.receive(MEDIA["twilio"])
    assert stream.counts.unreadable == 1
    assert not stream.send(SOUND)
    assert stream.now == 0.0
    stream = started()
    assert not stream.receive(json.dumps(STARTS["twilio"]))
    assert stream.counts.unreadable == 1
    stop = json.dumps({"event": "stop", "streamSid": "S", "stop": {"callSid": "C"}})
    assert stream.receive(stop) == [Gone("stopped")]
    assert not stream.receive(MEDIA["twilio"])
    assert not stream.send(SOUND)
    assert not stream.close()
    assert started().close() == [Gone("closed")]


def test_our_own_sound_is_not_taken_for_the_callers() -> None:
    stream = started()
    ours = {"track": "outbound", "chunk": "1", "payload": PAYLOAD}
    assert not stream.receive(json.dumps({"event": "media", "streamSid": "S", "media": ours}))
    assert stream.counts.unreadable == 0


def test_numbers_that_make_no_sense_cost_nothing() -> None:
    stream = started()
    numbers: list[object] = ["9" * 5000, -1, 1.5, True, None, [], 10**30, "１２"]
    for chunk in numbers:
        said = {"chunk": chunk, "payload": PAYLOAD}
        message = json.dumps({"event": "media", "streamSid": "S", "media": said})
        [sound] = stream.receive(message)
        assert isinstance(sound, Sound)
        assert len(sound.audio) == SIZE


def test_too_much_that_cannot_be_read_ends_the_stream() -> None:
    stream = started(limits=Limits(unreadable=3))
    assert [stream.receive("x") for _ in range(4)] == [[], [], [], [Gone("broken")]]
    assert not stream.receive(MEDIA["twilio"])


def test_a_long_message_is_not_even_read() -> None:
    stream = started(limits=Limits(message=400, chunk=200))
    assert not stream.receive(json.dumps({"event": "media", "x": "y" * 400}))
    long = base64.b64encode(bytes(201)).decode()
    assert not stream.receive(
        json.dumps({"event": "media", "streamSid": "S", "media": {"payload": long}})
    )
    assert stream.counts.unreadable == 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["event", "media", "payload", "start", "mark", "name", "dtmf", "rawEvent", "chunk"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
events = st.sampled_from(["start", "media", "dtmf", "mark", "stop", "clear", "playedStream"])


@pytest.mark.slow
@given(st.sampled_from(sorted(PROVIDERS)), st.lists(st.tuples(events, json_values), max_size=5))
def test_nothing_that_comes_breaks_it(name: str, said: list[tuple[str, Any]]) -> None:
    stream = started(name)
    for event, value in said:
        message = {**value, "event": event} if isinstance(value, dict) else {"event": event}
        stream.receive(json.dumps(message))
        stream.receive(json.dumps(value))
    stream.send(SOUND)
