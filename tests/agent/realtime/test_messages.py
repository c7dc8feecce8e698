"""What a client sends: messages to commands, and errors for the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("openai")

from agent.realtime.commands import (
    Begin,
    CallerAudio,
    Command,
    DropAudio,
    GiveTurn,
    HangUp,
    PressKey,
    TypedTurn,
)
from agent.realtime.session import RealtimeSession
from agent.records import (
    CallerTurn,
)
from tests.agent.realtime.protocol import checked, kinds
from tests.agent.realtime.told import POLICY, SOUND, Told


def test_the_first_event_is_the_session_as_the_policy_has_it() -> None:
    session = RealtimeSession(POLICY, "grounded", "sess_9")
    (event,) = checked(session.created())
    assert (event["type"], event["session"]["id"]) == ("session.created", "sess_9")
    assert event["session"]["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}


def test_the_first_update_opens_the_call_with_what_it_says() -> None:
    session = RealtimeSession(POLICY, "grounded", "sess_1")
    update = {"type": "session.update", "session": {"instructions": "Be kind."}}
    taken = session.receive(json.dumps(update))
    (begin,) = taken.commands
    assert isinstance(begin, Begin)
    assert begin.settings.instructions == "Be kind."
    (event,) = checked(taken.events)
    assert (event["type"], event["session"]["instructions"]) == ("session.updated", "Be kind.")
    assert not session.receive(json.dumps(update)).commands


def test_sound_opens_the_call_as_well() -> None:
    session = RealtimeSession(POLICY, "grounded", "sess_1")
    taken = session.receive(json.dumps({"type": "input_audio_buffer.append", "audio": SOUND}))
    begin, sound = taken.commands
    assert isinstance(begin, Begin)
    assert isinstance(sound, CallerAudio)
    assert len(sound.audio) == 480


def test_what_shaped_the_call_stands_and_what_did_not_may_change() -> None:
    told = Told(instructions="Be kind.")
    told.send("session.update", session={"instructions": "Be rude."})
    error = told.error()
    assert (error["code"], error["param"]) == ("call_under_way", "session.instructions")
    assert error["event_id"] == "mine"
    told.send("session.update", session={"audio": {"input": {"format": {"type": "audio/pcma"}}}})
    (updated,) = told.of("session.updated")
    assert updated["session"]["audio"]["input"]["format"] == {"type": "audio/pcma"}
    (heard,) = told.send("input_audio_buffer.append", audio=SOUND)
    assert isinstance(heard, CallerAudio)
    assert len(heard.audio) == 960 * 3


def test_functions_for_a_mind_that_calls_none_are_refused_and_said_so() -> None:
    session = RealtimeSession(POLICY, "grounded", "sess_1")
    update = {"session": {"tools": [{"type": "function", "name": "f"}]}, "type": "session.update"}
    taken = session.receive(json.dumps(update))
    assert not taken.commands
    (event,) = checked(taken.events)
    assert event["error"]["code"] == "unsupported_value"


def item(text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": "user", "content": content}


@pytest.mark.parametrize(
    ("kind", "fields", "commands"),
    [
        ("input_audio_buffer.clear", {}, [DropAudio()]),
        ("kairos.dtmf", {"digit": "5"}, [PressKey("5")]),
        ("kairos.hang_up", {}, [HangUp()]),
        ("response.create", {}, []),
        ("conversation.item.create", {"item": item("hello")}, []),
        ("output_audio_buffer.clear", {}, []),
    ],
)
def test_what_a_message_comes_to(
    kind: str, fields: dict[str, Any], commands: list[Command]
) -> None:
    told = Told()
    assert told.send(kind, **fields) == commands
    assert not told.of("error")


def test_what_is_written_is_an_item_and_becomes_a_turn_when_an_answer_is_wanted() -> None:
    told = Told()
    told.send("conversation.item.create", item=item("Is my line all right?"))
    told.send("conversation.item.create", item=item("And my bill?"))
    names = ["conversation.item.added", "conversation.item.created", "conversation.item.done"]
    assert kinds(told.events) == names * 2
    assert told.of("conversation.item.added")[1]["previous_item_id"] == "item_1"
    assert told.send("response.create") == [TypedTurn("Is my line all right?\nAnd my bill?")]
    assert told.send("response.create") == []


def test_a_turn_is_given_by_a_commit_or_where_turns_are_manual_by_asking_for_the_answer() -> None:
    automatic, manual = Told(), Told(audio={"input": {"turn_detection": None}})
    for told in (automatic, manual):
        told.send("input_audio_buffer.append", audio=SOUND)
    assert automatic.send("input_audio_buffer.commit") == [GiveTurn()]
    assert manual.send("input_audio_buffer.commit") == []
    names = ["input_audio_buffer.committed", "conversation.item.added", "conversation.item.done"]
    assert kinds(manual.events) == names
    assert manual.send("response.create") == [GiveTurn()]
    manual.has(CallerTurn(2.0, 1.0, 1.5, "my line"))
    (said,) = manual.of("conversation.item.input_audio_transcription.completed")
    assert said["item_id"] == manual.of("input_audio_buffer.committed")[0]["item_id"]
    assert said["transcript"] == "my line"
    assert not kinds(manual.events)[4:]


def test_nothing_is_committed_where_nothing_was_appended() -> None:
    told = Told()
    told.send("input_audio_buffer.commit")
    assert told.error()["code"] == "input_audio_buffer_commit_empty"


@pytest.mark.parametrize(
    ("message", "code", "param"),
    [
        ("{", "invalid_json", None),
        ("[]", "invalid_json", None),
        ('"x"', "invalid_json", None),
        ("[" * 100_000, "invalid_json", None),
        (b"\xff\xfe\xff", "invalid_json", None),
        ('{"type": "x", "event_id": "\\ud800"}', "invalid_json", None),
        (b'{"type": "x", "event_id": "\\ud800"}', "invalid_json", None),
        ("{}", "missing_required_parameter", "type"),
        ('{"type": "bogus"}', "unknown_event", "type"),
        ('{"type": ["session.update"]}', "unknown_event", "type"),
        ('{"type": "session.update"}', "missing_required_parameter", "session"),
        ('{"type": "input_audio_buffer.append"}', "missing_required_parameter", "audio"),
        ('{"type": "input_audio_buffer.append", "audio": "%"}', "invalid_value", "audio"),
        ('{"type": "response.cancel"}', "response_cancel_not_active", "response_id"),
        (
            '{"type": "response.create", "response": {"instructions": "Say hi."}}',
            "invalid_value",
            "response.instructions",
        ),
        (
            '{"type": "conversation.item.truncate", "item_id": "x", "content_index": 0, '
            '"audio_end_ms": 1}',
            "item_not_found",
            "item_id",
        ),
        (
            '{"type": "conversation.item.create", "item": {"type": "function_call_output", '
            '"call_id": "c", "output": ""}}',
            "invalid_value",
            "item.call_id",
        ),
        ('{"type": "conversation.item.delete", "item_id": "x"}', "unknown_event", "type"),
        ("x" * (5 * 1024 * 1024), "too_large", None),
    ],
)
def test_what_is_wrong_is_said(message: str | bytes, code: str, param: str | None) -> None:
    taken = RealtimeSession(POLICY, "grounded", "sess_1").receive(message)
    assert not taken.commands
    (event,) = checked(taken.events)
    error = event["error"]
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", code, param)


def test_what_the_caller_wrote_is_never_in_an_error() -> None:
    told = Told()
    wrong = item("my secret number") | {"role": "system"}
    told.send("conversation.item.create", item=wrong)
    assert "secret" not in json.dumps(told.events)


WORDS = st.sampled_from(
    ["item", "session", "audio", "response", "event_id", "type", "item_id", "audio_end_ms", "text"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(WORDS | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
KINDS = st.sampled_from(
    [
        "session.update",
        "input_audio_buffer.append",
        "input_audio_buffer.commit",
        "conversation.item.create",
        "conversation.item.truncate",
        "response.create",
        "response.cancel",
        "kairos.dtmf",
        "nothing",
    ]
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(KINDS, st.dictionaries(WORDS, JSON, max_size=4)), max_size=6))
def test_whatever_a_client_sends_it_is_told_and_nothing_breaks(
    messages: list[tuple[str, dict[str, Any]]],
) -> None:
    session = RealtimeSession(POLICY, "grounded", "sess_1")
    for kind, fields in messages:
        taken = session.receive(json.dumps({**fields, "type": kind}))
        checked(taken.events)
        assert taken.commands or taken.events or kind in ("response.create", "session.update")


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.text() | st.binary())
def test_any_message_at_all(message: str | bytes) -> None:
    RealtimeSession(POLICY, "grounded", "sess_1").receive(message)
