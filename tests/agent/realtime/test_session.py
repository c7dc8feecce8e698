"""A session without sockets: messages to commands, records and sound to events."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("openai")

from agent.realtime.commands import (
    Begin,
    CallerAudio,
    Cancel,
    Command,
    DropAudio,
    FunctionResult,
    GiveTurn,
    HangUp,
    PressKey,
    Truncate,
    TypedTurn,
)
from agent.realtime.session import RealtimeSession
from agent.records import (
    CallEnded,
    CallerTurn,
    Decision,
    FloorChange,
    PerceptSeen,
    Record,
    ThinkDone,
    Utterance,
)
from policies.loading import load_policy
from speech.protocols import SAMPLE_RATE
from system1.acts import Because, Kind
from system1.notices import FloorAction, FloorState
from system1.percepts import (
    Heard,
    Percept,
    PlaybackStarted,
    SoundEvent,
    SpeechStarted,
    SpeechStopped,
    Thought,
    Typed,
    Word,
    WordPlayed,
)
from system1.plan import Plan
from system1.thoughts import Planned
from tests.agent.realtime.protocol import EVENTS, checked, kinds

POLICY = load_policy("broadband")
WHY = Because("test")
SOUND = base64.b64encode(bytes(960)).decode()


class Told:
    """A session, and all that it has told its client."""

    def __init__(self, model: str = "openai:any", **session: Any) -> None:
        self.session = RealtimeSession(POLICY, model, "sess_1")
        self.events = checked(self.session.created())
        self.commands: list[Command] = []
        self.seconds = 0.0
        self.send("session.update", session=session)
        self.events.clear()
        self.commands.clear()

    def send(self, kind: str, **fields: Any) -> list[Command]:
        taken = self.session.receive(json.dumps({"type": kind, "event_id": "mine", **fields}))
        self.events += checked(taken.events)
        self.commands += taken.commands
        return list(taken.commands)

    def has(self, *records: Record | Percept) -> None:
        for one in records:
            record = one if isinstance(one, Record) else PerceptSeen(one.at, one)
            self.events += checked(self.session.record(record))

    def plays(self, to: float) -> None:
        """Sound up to ``to`` (s)."""
        count = round((to - self.seconds) * SAMPLE_RATE)
        self.events += checked(self.session.sound(np.full(count, 0.1, np.float32)))
        self.seconds = to

    def says(
        self, at: float, number: int, text: str, kind: Kind = Kind.REPLY, until: float = 99.0
    ) -> float:
        """The agent says this, a word each 0.2 s, until then; the end is still to come."""
        self.has(Decision(at, "say", number, WHY, text, kind), PlaybackStarted(at, number))
        chars = 0
        for word in text.split(" "):
            at += 0.2
            chars += len(word) + (1 if chars else 0)
            if at <= until:
                self.has(WordPlayed(at, number, chars))
        return at

    def ends(
        self, number: int, text: str, start: float, end: float, heard: str | None = None
    ) -> None:
        """It is over; ``heard``: it was cut, and so much was heard."""
        cut = heard is not None
        said = text if heard is None else heard
        self.has(Utterance(end, number, Kind.REPLY, text, start, end, said, cut, WHY))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.events if one["type"] == kind]

    def error(self) -> dict[str, Any]:
        (event,) = self.of("error")
        said: dict[str, Any] = event["error"]
        return said


def samples(told: Told) -> int:
    data = [base64.b64decode(one["delta"]) for one in told.of("response.output_audio.delta")]
    return sum(map(len, data)) // 2


# What a client sends


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


# What the agent says

BEGUN = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
]
SAID = "response.output_audio_transcript.delta"
DONE = [
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "response.output_item.done",
    "conversation.item.done",
    "response.done",
]


def test_an_utterance_is_a_response_whose_sound_is_as_long_as_it_was() -> None:
    told = Told()
    end = told.says(1.005, 1, "Hello there, caller.")
    told.plays(1.0)
    assert not told.events[1:]
    told.plays(1.5)
    told.ends(1, "Hello there, caller.", 1.005, end)
    told.plays(2.0)
    assert kinds(told.events) == [*BEGUN, SAID, SAID, SAID, *DONE]
    assert [one["delta"] for one in told.of(SAID)] == ["Hello", " there,", " caller."]
    assert samples(told) == round((end - 1.005) * SAMPLE_RATE)
    done = told.of("response.done")[0]["response"]
    assert (done["status"], done["status_details"]) == ("completed", None)
    part = {"type": "output_audio", "transcript": "Hello there, caller."}
    assert done["output"][0]["content"] == [part]
    ids = {one.get("response_id", "resp_1") for one in told.events}
    assert ids == {"resp_1"}


def test_utterances_do_not_run_into_each_other() -> None:
    told = Told()
    first = told.says(0.5, 1, "Hello.")
    told.ends(1, "Hello.", 0.5, first)
    second = told.says(first, 2, "One moment.", Kind.FILLER)
    told.ends(2, "One moment.", first, second)
    told.plays(2.0)
    assert kinds(told.events) == [*BEGUN, SAID, *DONE, *BEGUN, SAID, SAID, *DONE]
    assert samples(told) == round((second - 0.5) * SAMPLE_RATE)


def test_what_is_cut_is_cancelled_and_truncated_to_what_was_heard() -> None:
    told = Told()
    told.says(1.0, 1, "Hello there, caller.", until=1.3)
    told.plays(1.3)
    told.has(Decision(1.3, "stop", 1, Because("bargein.words")))
    told.ends(1, "Hello there, caller.", 1.0, 1.34, "Hello")
    told.plays(1.4)
    response = told.of("response.done")[0]["response"]
    assert response["status"] == "cancelled"
    assert response["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert response["output"][0]["status"] == "incomplete"
    assert told.of("response.output_audio_transcript.done")[0]["transcript"] == "Hello"
    (truncated,) = told.of("conversation.item.truncated")
    assert truncated["audio_end_ms"] == 340
    assert kinds(told.events)[-2:] == ["response.done", "conversation.item.truncated"]


def test_a_response_that_is_cancelled_says_so() -> None:
    told = Told()
    told.says(1.0, 1, "Hello there, caller.", until=1.3)
    told.plays(1.3)
    told.send("response.cancel", response_id="resp_7")
    assert told.error()["code"] == "response_cancel_not_active"
    assert told.send("response.cancel", response_id="resp_1") == [Cancel()]
    told.has(Decision(1.3, "stop", 1, Because("silenced")))
    told.ends(1, "Hello there, caller.", 1.0, 1.34, "Hello")
    told.plays(1.4)
    details = told.of("response.done")[0]["response"]["status_details"]
    assert details == {"type": "cancelled", "reason": "client_cancelled"}


def test_what_is_played_elsewhere_is_cleared_and_stops_here() -> None:
    told = Told()
    told.says(1.0, 1, "Hello there, caller.")
    told.plays(1.3)
    assert told.send("output_audio_buffer.clear") == [Cancel()]
    assert told.of("output_audio_buffer.cleared")[0]["response_id"] == "resp_1"


@pytest.mark.parametrize(("until_ms", "chars"), [(0, 0), (199, 0), (200, 5), (399, 5), (410, 12)])
def test_less_that_was_heard_is_told_the_call_in_characters(until_ms: int, chars: int) -> None:
    told = Told()
    told.says(1.0, 1, "Hello there, caller.", until=1.45)
    told.ends(1, "Hello there, caller.", 1.0, 1.45, "Hello there,")
    told.plays(2.0)
    where = {"item_id": told.of("response.output_item.done")[0]["item"]["id"], "content_index": 0}
    told.events.clear()
    commands = told.send("conversation.item.truncate", **where, audio_end_ms=until_ms)
    assert commands == [Truncate(1, chars)]
    assert told.of("conversation.item.truncated")[0]["audio_end_ms"] == until_ms
    told.send("conversation.item.truncate", **where, audio_end_ms=5000)
    assert told.error()["param"] == "audio_end_ms"


def test_who_breaks_off_at_the_other_end_breaks_off_here() -> None:
    told = Told()
    told.says(1.0, 1, "Hello there, caller.")
    told.plays(1.5)
    where = {"item_id": "item_1", "content_index": 0}
    commands = told.send("conversation.item.truncate", **where, audio_end_ms=250)
    assert commands == [Cancel(), Truncate(1, 5)]


def test_text_alone() -> None:
    told = Told(output_modalities=["text"])
    end = told.says(1.0, 1, "Hello there.")
    told.ends(1, "Hello there.", 1.0, end)
    told.plays(2.0)
    assert samples(told) == 0
    assert kinds(told.events) == [
        *BEGUN,
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        *DONE[2:],
    ]
    content = told.of("response.done")[0]["response"]["output"][0]["content"]
    assert content == [{"type": "output_text", "text": "Hello there."}]


@pytest.mark.parametrize("name", ["audio/pcmu", "audio/pcma"])
def test_telephone_sound_is_a_byte_a_sample(name: str) -> None:
    told = Told(audio={"output": {"format": {"type": name}}})
    end = told.says(1.0, 1, "Hello there.")
    told.ends(1, "Hello there.", 1.0, end)
    told.plays(2.0)
    assert samples(told) * 2 == round((end - 1.0) * 8000)


def test_tokens_are_those_of_the_thoughts_since_the_last_response() -> None:
    told = Told()
    done = ThinkDone(1.0, 1, False, 10, 0.5, 0.9, 1.0, 120, 30, "answered")
    told.has(done)
    end = told.says(1.0, 1, "Hello.")
    told.ends(1, "Hello.", 1.0, end)
    told.plays(2.0)
    usage = told.of("response.done")[0]["response"]["usage"]
    assert usage == {"total_tokens": 150, "input_tokens": 120, "output_tokens": 30}


def test_the_call_ends_after_its_last_sound() -> None:
    told = Told()
    end = told.says(1.0, 1, "Goodbye.")
    told.ends(1, "Goodbye.", 1.0, end)
    told.has(CallEnded(end, "agent_hung_up", "agent", end))
    told.plays(1.1)
    assert not told.of("kairos.call_ended")
    told.events += checked(told.session.finish())
    assert kinds(told.events) == [*BEGUN, SAID, *DONE]
    assert told.events[-1]["type"] == "kairos.call_ended"
    assert told.events[-1]["outcome"] == "agent_hung_up"


def test_a_function_is_called_and_answered() -> None:
    told = Told(tools=[{"type": "function", "name": "look_up"}])
    call, events = told.session.calls("look_up", {"city": "Leeds"})
    told.events += checked(events)
    assert kinds(told.events) == [
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    (asked,) = told.of("response.function_call_arguments.done")
    assert (asked["name"], asked["call_id"]) == ("look_up", call)
    assert json.loads(asked["arguments"]) == {"city": "Leeds"}
    output = {"type": "function_call_output", "call_id": call, "output": "rain"}
    assert told.send("conversation.item.create", item=output) == [FunctionResult(call, "rain")]
    told.events.clear()
    told.send("conversation.item.create", item=output)
    assert told.error()["param"] == "item.call_id"


# What the caller says


def words(text: str, at: float, stable: bool = True) -> tuple[Word, ...]:
    return tuple(Word(one, at, at + 0.2, stable) for one in text.split())


def heard(at: float, stretch: int, text: str, final: bool = True) -> Heard:
    return Heard(at, stretch, words(text, at, final), final)


DELTA = "conversation.item.input_audio_transcription.delta"
TURN = [
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
    "conversation.item.input_audio_transcription.completed",
]


def test_a_turn_is_speech_and_an_item() -> None:
    told = Told()
    told.has(
        SpeechStarted(1.1, 1.0),
        heard(1.6, 0, "my line", final=False),
        SpeechStopped(2.2, 2.0),
        heard(2.3, 0, "my line is"),
        SpeechStarted(2.6, 2.5),
        SpeechStopped(3.2, 3.0),
        heard(3.3, 1, "down"),
        CallerTurn(3.5, 1.0, 3.0, "my line is down"),
    )
    started, stopped = "input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped"
    assert kinds(told.events) == [started, stopped, DELTA, started, stopped, DELTA, *TURN]
    assert [one["delta"] for one in told.of(DELTA)] == ["my line is", " down"]
    assert {one["item_id"] for one in told.events if "item_id" in one} == {"item_1"}
    assert told.of(started)[0]["audio_start_ms"] == 1000
    (done,) = told.of("conversation.item.input_audio_transcription.completed")
    assert done["transcript"] == "my line is down"
    assert done["usage"] == {"type": "duration", "seconds": 2.0}


def over_the_agent() -> Told:
    told = Told()
    told.says(1.0, 1, "Hello there, dear caller.")
    told.plays(1.3)
    told.events.clear()
    told.has(SpeechStarted(1.4, 1.3))
    return told


def test_a_backchannel_over_the_agent_is_not_told_as_speech() -> None:
    told = over_the_agent()
    told.has(SpeechStopped(1.7, 1.6), Decision(1.8, "disregard", None, WHY))
    told.ends(1, "Hello there, dear caller.", 1.0, 1.8)
    told.plays(2.0)
    assert not [one for one in kinds(told.events) if one.startswith("input_audio_buffer")]


def test_an_interruption_is_told_once_it_is_one() -> None:
    told = over_the_agent()
    assert not kinds(told.events)
    told.has(Decision(1.6, "stop", 1, Because("bargein.words")))
    (started,) = told.of("input_audio_buffer.speech_started")
    assert started["audio_start_ms"] == 1300
    told.ends(1, "Hello there, dear caller.", 1.0, 1.64, "Hello there,")
    told.has(SpeechStopped(2.2, 2.0), CallerTurn(2.4, 1.3, 2.0, "no wait"))
    assert kinds(told.events) == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        *TURN,
    ]


def test_who_goes_on_after_the_agents_end_has_begun_a_turn() -> None:
    told = over_the_agent()
    told.ends(1, "Hello there, dear caller.", 1.0, 1.8)
    assert len(told.of("input_audio_buffer.speech_started")) == 1


def test_what_was_said_over_the_agents_end_and_is_a_turn_is_told_whole() -> None:
    told = over_the_agent()
    told.has(SpeechStopped(1.7, 1.6))
    told.ends(1, "Hello there, dear caller.", 1.0, 1.8)
    told.has(CallerTurn(2.0, 1.3, 1.6, "yes"))
    assert kinds(told.events) == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        *TURN,
    ]


def test_a_turn_that_goes_on_is_a_new_item() -> None:
    told = Told()
    told.has(
        SpeechStarted(1.1, 1.0),
        SpeechStopped(2.2, 2.0),
        CallerTurn(2.5, 1.0, 2.0, "my line"),
        SpeechStarted(2.7, 2.6),
        Decision(2.9, "reopen_turn", None, WHY),
        SpeechStopped(3.2, 3.0),
        CallerTurn(3.5, 1.0, 3.0, "my line is down"),
    )
    first, second = told.of("input_audio_buffer.committed")
    assert told.of("conversation.item.deleted")[0]["item_id"] == first["item_id"]
    assert second["item_id"] != first["item_id"]


def test_a_written_turn_is_no_speech() -> None:
    told = Told()
    told.has(Typed(1.0, "my line"), CallerTurn(1.0, 0.99, 1.0, "my line"))
    assert not kinds(told.events)


def test_a_check_in_goes_out_as_the_protocols_time_out() -> None:
    told = Told()
    end = told.says(1.0, 1, "Hello.")
    told.ends(1, "Hello.", 1.0, end)
    told.plays(5.0)
    told.events.clear()
    told.has(Decision(7.2, "say", 2, WHY, "Are you still there?", Kind.CHECK_IN))
    (timed,) = told.of("input_audio_buffer.timeout_triggered")
    assert (timed["audio_start_ms"], timed["audio_end_ms"]) == (1200, 7200)
    assert kinds(told.events) == ["input_audio_buffer.timeout_triggered", *TURN[:3]]
    assert told.of("input_audio_buffer.committed")[0]["item_id"] == timed["item_id"]


def ours() -> Iterator[tuple[Record, dict[str, Any]]]:
    yield (
        FloorChange(1.0, FloorState.FREE_U, FloorState.SYSTEM, FloorAction.GRAB, "agent"),
        {"type": "kairos.floor", "from": "FREE_U", "to": "SYSTEM", "action": "GRAB"},
    )
    yield (
        Decision(1.0, "duck", 3, Because("bargein.undecided", (("words", "so"),))),
        {
            "type": "kairos.decision",
            "do": "duck",
            "to": 3,
            "because": {"rule": "bargein.undecided", "evidence": {"words": "so"}},
        },
    )
    plan = Plan("book a visit", "What is your postcode?", ("postcode",))
    yield (
        PerceptSeen(1.0, Thought(1.0, 1, Planned(plan))),
        {"type": "kairos.plan", "goal": "book a visit", "missing": ["postcode"]},
    )
    yield (
        PerceptSeen(1.0, SoundEvent(1.0, "dtmf", "5")),
        {"type": "input_audio_buffer.dtmf_event_received", "event": "5"},
    )


@pytest.mark.parametrize(("record", "said"), list(ours()))
def test_what_we_add(record: Record, said: dict[str, Any]) -> None:
    told = Told()
    told.has(record)
    (event,) = told.events
    assert said.items() <= event.items()


def test_the_protocols_names_are_those_of_today() -> None:
    names: Sequence[str] = (*BEGUN, SAID, *DONE, *TURN, DELTA, "conversation.item.truncated")
    assert set(names) <= set(EVENTS)
