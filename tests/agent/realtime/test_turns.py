"""What the caller says, and what System 1 makes of it: records to items and our own events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("openai")

from agent.records import (
    CallerTurn,
    Decision,
    FloorChange,
    PerceptSeen,
    Record,
)
from system1.acts import Because, Kind
from system1.notices import FloorAction, FloorState
from system1.percepts import (
    Heard,
    SoundEvent,
    SpeechStarted,
    SpeechStopped,
    Thought,
    Typed,
    Word,
)
from system1.plan import Plan
from system1.thoughts import Planned
from tests.agent.realtime.protocol import kinds
from tests.agent.realtime.told import WHY, Told


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
