"""What the agent says: records and sound to responses."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("openai")

from agent.realtime.commands import (
    Cancel,
    FunctionResult,
    Truncate,
)
from agent.records import (
    CallEnded,
    Decision,
    ThinkDone,
)
from speech.protocols import SAMPLE_RATE
from system1.acts import Because, Kind
from tests.agent.realtime.protocol import checked, kinds
from tests.agent.realtime.told import Told, samples

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
