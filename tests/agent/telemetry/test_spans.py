"""Whole scripted calls as spans: their tree, their times, and not one word of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from agent.cli.run import STORIES
from agent.records import (
    CallEnded,
    CallerTurn,
    CallOpened,
    ErrandDone,
    Outcome,
    Record,
    ThinkDone,
    Utterance,
)
from agent.telemetry.spans import CallSpans
from scenarios.loading import load_scenario
from scenarios.runner import run_scenario
from system1.acts import Because, Kind
from system1.language.words import tokens

ZERO_NS = 1_700_000_000_000_000_000


@dataclass(frozen=True)
class Made:
    """A call's records and its spans."""

    records: Sequence[Record]
    spans: tuple[ReadableSpan, ...]

    def one(self, name: str) -> ReadableSpan:
        (found,) = self.all(name)
        return found

    def all(self, name: str) -> list[ReadableSpan]:
        return sorted((one for one in self.spans if one.name == name), key=begins)

    def below(self, parent: ReadableSpan) -> list[str]:
        """The names of a span's children, in the order of their starts."""
        assert parent.context is not None
        span_id = parent.context.span_id
        children = [one for one in self.spans if one.parent and one.parent.span_id == span_id]
        return [one.name for one in sorted(children, key=begins)]


def begins(span: ReadableSpan) -> float:
    assert span.start_time is not None
    return (span.start_time - ZERO_NS) / 1e9


def ends(span: ReadableSpan) -> float:
    assert span.end_time is not None
    return (span.end_time - ZERO_NS) / 1e9


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


def events(span: ReadableSpan) -> list[tuple[object, object]]:
    told = [dict(one.attributes or {}) for one in span.events]
    return [(one["kairos.decision.do"], one["kairos.decision.rule"]) for one in told]


def listening() -> tuple[CallSpans, InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    return CallSpans(tracer, "telephony", "call-7", now_ns=lambda: ZERO_NS), exporter


def told(*records: Record) -> Made:
    """The spans of these records."""
    spans, exporter = listening()
    for record in records:
        spans(record)
    return Made(records, exporter.get_finished_spans())


def played(story: str) -> Made:
    """The spans of a story that we ship, told while it was played."""
    spans, exporter = listening()
    path = STORIES / f"{story}.yaml"
    script = load_scenario(path)
    judged = asyncio.run(run_scenario(script, path, fidelity="text", listener=spans))
    return Made(judged.records, exporter.get_finished_spans())


def test_a_call_is_one_trace() -> None:
    made = played("interruption")
    call = made.one("kairos.call")
    assert call.parent is None
    assert call.context is not None
    assert {one.context.trace_id for one in made.spans if one.context} == {call.context.trace_id}
    assert made.below(call) == ["say greeting", "say disclosure", *["kairos.turn"] * 3]
    assert [made.below(turn) for turn in made.all("kairos.turn")] == [
        ["think", "say reply"],
        ["think", "say reply"],
        ["say farewell"],
    ]
    said = attributes(call)
    assert said["kairos.policy"] == "broadband"
    assert said["kairos.channel"] == "telephony"
    assert said["gen_ai.conversation.id"] == "call-7"
    assert said["kairos.outcome"] == "agent_hung_up"
    assert said["kairos.turns"] == 3
    assert begins(call) == 0
    assert ends(call) == pytest.approx(said["kairos.duration_s"])


def test_a_turn_tells_how_it_was_answered() -> None:
    made = played("interruption")
    turns = [one for one in made.records if isinstance(one, CallerTurn)]
    said = {one.id: one for one in made.records if isinstance(one, Utterance)}
    spans = made.all("kairos.turn")
    for span, turn in zip(spans, turns, strict=True):
        assert begins(span) == pytest.approx(turn.start)
        answer = next(one for one in said.values() if one.start >= turn.end)
        assert ends(span) == pytest.approx(answer.end)
        gap = attributes(span)["kairos.turn.response_gap_s"]
        assert gap == pytest.approx(answer.start - turn.end, abs=1e-3)
        assert attributes(span)["kairos.turn.end_rule"] == "end_of_turn"
        assert attributes(span)["kairos.turn.words"] == len(turn.text.split())
    first, second, _ = (attributes(one) for one in spans)
    assert (first["kairos.turn.barged_in"], second["kairos.turn.barged_in"]) == (True, False)
    cut, whole = (attributes(one) for one in made.all("say reply"))
    assert (cut["kairos.utterance.cut"], cut["kairos.utterance.cut_rule"]) == (
        True,
        "bargein.words",
    )
    assert "kairos.utterance.cut_rule" not in whole


def test_fillers_and_check_ins_and_decisions_have_their_places() -> None:
    made = played("outage-with-second-thoughts")
    call, turns = made.one("kairos.call"), made.all("kairos.turn")
    assert made.below(call).count("say check_in") == 2
    first = attributes(turns[0])
    assert first["kairos.turn.fillers"] == 1
    assert first["kairos.turn.answer_gap_s"] > first["kairos.turn.response_gap_s"]  # type: ignore[operator]
    assert ("say", "filler") in events(turns[0])
    assert ("say", "noinput") in events(call)
    assert ("disregard", "backchannel") in events(call)
    for span in made.spans:
        for event in span.events:
            assert span.start_time is not None
            assert span.end_time is not None
            assert span.start_time <= event.timestamp <= span.end_time


def test_a_tool_is_a_span_of_its_turn() -> None:
    made = played("tool-track-parcel")
    tool = made.one("execute_tool track")
    (used,) = (one for one in made.records if isinstance(one, ErrandDone))
    assert (begins(tool), ends(tool)) == pytest.approx((used.started, used.done))
    assert attributes(tool)["gen_ai.operation.name"] == "execute_tool"
    assert tool.status.status_code is StatusCode.UNSET
    assert made.below(made.all("kairos.turn")[1]) == [
        "think",
        "execute_tool track",
        "say filler",
        "say reply",
    ]


OURS = "telephony call-7 grounded function execute_tool kairos.call kairos.turn think".split()


def names(made: Made) -> set[str]:
    """What is the policy's or ours: ids, rules, kinds."""
    known = {*OURS, *(kind.value for kind in Kind)}
    for record in made.records:
        for field in ("policy", "tool", "do", "outcome", "by", "why", "language", "profile"):
            known.add(str(getattr(record, field, "")))
        known.add(getattr(getattr(record, "because", None), "rule", ""))
    return known


def strings(made: Made) -> set[str]:
    """All that is text in the spans, but for the keys."""
    found: list[object] = []
    for span in made.spans:
        found += [span.name.removeprefix("execute_tool ").removeprefix("say ")]
        found += [span.status.description or "", *attributes(span).values()]
        for event in span.events:
            found += (event.attributes or {}).values()
    return {one for one in found if isinstance(one, str)}


@pytest.mark.parametrize(
    "story",
    ["interruption", "outage-with-second-thoughts", "tool-track-parcel", "zh-tool-needs-leave"],
)
def test_no_word_of_a_call_is_told(story: str) -> None:
    made = played(story)
    known, told_of = names(made), strings(made)
    assert told_of <= known | {""}
    texts = [one.text for one in made.records if isinstance(one, CallerTurn | Utterance)]
    assert not [text for text in texts if any(text in one for one in told_of)]
    # A rule may be called "goodbye"; no other word that was said is anywhere.
    words = {word for text in texts for word in tokens(text)}
    rest = words - {word for name in known for word in tokens(name.replace("_", " "))}
    assert len(rest) > 10
    assert not rest & {word for one in told_of for word in tokens(one.replace("_", " "))}


OPENED = CallOpened(0.0, "p", None, "embedded", "openai:gpt-4o", "en")


def utterance(number: int, start: float, end: float) -> Utterance:
    return Utterance(end, number, Kind.REPLY, "yes", start, end, "yes", False, Because("reply"))


def think(start: float, end: float, outcome: str = "answered") -> ThinkDone:
    return ThinkDone(end, 1, True, 9, start, start + 0.5, end, 40, 7, outcome, calls=1)


def ended(at: float, outcome: Outcome = "caller_hung_up") -> CallEnded:
    return CallEnded(at, outcome, "caller", at)


def test_a_thought_of_a_model_has_the_conventions_names() -> None:
    made = told(OPENED, CallerTurn(2.0, 1.0, 1.8, "a b"), think(1.9, 3.0, "failed"), ended(4.0))
    span = made.one("think")
    assert attributes(span) == {
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": 40,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.response.time_to_first_chunk": 0.5,
        "kairos.think.outcome": "failed",
        "kairos.think.speculative": True,
        "kairos.think.brief_tokens": 9,
        "kairos.think.requests": 1,
    }
    assert span.status.status_code is StatusCode.ERROR


def test_of_a_models_folder_only_the_name_is_told() -> None:
    opened = CallOpened(0.0, "p", None, "embedded", "transformers:/home/me/tiny", "en")
    assert attributes(told(opened, ended(1.0)).one("kairos.call"))["gen_ai.request.model"] == "tiny"


def test_what_ends_late_belongs_to_the_turn_it_began_in() -> None:
    made = told(
        OPENED,
        CallerTurn(2.0, 1.0, 1.8, "a"),
        CallerTurn(5.0, 4.0, 4.8, "b"),
        think(2.0, 6.0),
        ErrandDone(7.0, 1, "slow", 2.5, 7.0, False, 4.5, 0, True, "late"),
        ended(8.0),
        ErrandDone(8.0, 2, "left", 4.9, 8.0, False, 3.1, 0, True, "cancelled"),
    )
    first, second = made.all("kairos.turn")
    assert made.below(first) == ["think", "execute_tool slow"]
    assert made.below(second) == ["execute_tool left"]
    assert attributes(made.one("execute_tool slow"))["error.type"] == "late"


def test_a_caller_who_goes_on_has_one_turn() -> None:
    made = told(
        OPENED,
        CallerTurn(2.0, 1.0, 1.8, "a"),
        CallerTurn(4.0, 1.0, 3.5, "a b c"),
        utterance(1, 4.0, 5.0),
        ended(6.0),
    )
    turn = attributes(made.one("kairos.turn"))
    assert (turn["kairos.turn.words"], turn["kairos.turn.response_gap_s"]) == (3, 0.5)


def test_a_call_that_broke_is_an_error_and_a_call_that_never_was_is_nothing() -> None:
    assert told(OPENED, ended(1.0, "error")).one("kairos.call").status.status_code is (
        StatusCode.ERROR
    )
    assert told(CallerTurn(2.0, 1.0, 1.8, "a"), think(1.0, 2.0), ended(1.0)).spans == ()


def test_what_waits_is_bounded() -> None:
    spans, exporter = listening()
    spans(OPENED)
    for number in range(3000):
        spans(utterance(number, number, number + 0.5))
    assert len(exporter.get_finished_spans()) > 1900
