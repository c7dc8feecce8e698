"""A call's records as spans: one for the call, one for each turn of the caller's, and below a turn
what was thought, what tools were used and what was said in answer to it.

    kairos.call
    ├── say greeting
    └── kairos.turn           from the caller's onset to the end of the agent's answer
        ├── think             attributes of OpenTelemetry's GenAI conventions where they fit
        ├── execute_tool NAME
        └── say KIND

What System 1 decided is an event of the turn, or of the call between turns. A check-in on a silent
caller is nobody's answer: it is the call's. Whether something belongs to a turn or to the next one
is known once that one is, so a turn is ended when the next one is, or the call.

Times are those of the call's audio, from the wall's time at its start. There is no word, no slot's
value and no caller's id in any attribute: names are the policy's own, words are counted.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeAlias

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.util.types import AttributeValue

from agent.records import (
    CallEnded,
    CallerTurn,
    CallOpened,
    Decision,
    ErrandDone,
    Record,
    ThinkDone,
    Utterance,
)
from system1.acts import Because, Kind
from system1.language.words import tokens

Attributes: TypeAlias = dict[str, AttributeValue]
Part: TypeAlias = ThinkDone | ErrandDone | Utterance | Decision

MOST_PARTS = 1000
"""Parts that wait for the turn they belong to; with more of them they are the last turn's."""

_EVIDENCE = ("silence_s", "pi", "posterior", "hazard")
"""What a turn's end says of itself: numbers, the same ones for every policy."""


@dataclass(slots=True)
class _Turn:
    """A turn that is not over. ``end``: of the caller's words; ``until``: of the answer's."""

    span: Span
    start: float
    end: float
    until: float
    words: int
    because: Because
    onset: float | None = None
    answer: float | None = None
    fillers: int = 0
    barged_in: bool = False


class CallSpans:
    """A listener of one call's records. ``call``: an id that the call is known by elsewhere, never
    the caller's; ``now_ns``: nanoseconds since 1970."""

    def __init__(
        self,
        tracer: Tracer,
        channel: str,
        call: str | None = None,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._tracer = tracer
        self._channel = channel
        self._id = call
        self._now_ns = now_ns
        self._zero_ns = 0
        self._model: Attributes = {}
        self._call: Span | None = None
        self._turn: _Turn | None = None
        self._turns = 0
        self._starts: list[float] = []
        self._places: list[Context] = []
        self._waiting: list[Part] = []
        self._ending = Because("")
        self._stops: dict[int, str] = {}

    def __call__(self, record: Record) -> None:
        """A record has been written."""
        match record:
            case CallOpened():
                self._open(record)
            case CallerTurn():
                self._take(record)
            case ThinkDone() | ErrandDone() | Utterance() | Decision():
                self._wait(record)
            case CallEnded():
                self._end(record)
            case _:
                pass

    def _open(self, record: CallOpened) -> None:
        self._zero_ns = self._now_ns()
        self._model = _model(record.model)
        attributes: Attributes = {
            "kairos.policy": record.policy,
            "kairos.language": record.language,
            "kairos.speech": record.profile,
            "kairos.channel": self._channel,
            "gen_ai.agent.name": record.policy,
            **self._model,
        }
        if self._id is not None:
            attributes["gen_ai.conversation.id"] = self._id
        self._call = self._tracer.start_span(
            "kairos.call", Context(), SpanKind.SERVER, attributes, start_time=self._zero_ns
        )
        self._starts, self._places = [float("-inf")], [_below(self._call)]

    def _take(self, record: CallerTurn) -> None:
        words = len(tokens(record.text))
        turn = self._turn
        if turn is not None and record.start <= turn.start:
            # The caller went on: it is the same turn, and longer.
            turn.end, turn.words, turn.because = record.end, words, self._ending
            turn.onset = turn.answer = None
            turn.until = max(turn.until, record.end)
            return
        if self._call is None:
            return
        self._settle(record.start)
        span = self._span("kairos.turn", self._places[0], record.start, {})
        self._turns += 1
        self._turn = _Turn(span, record.start, record.end, record.end, words, self._ending)
        self._starts.append(record.start)
        self._places.append(_below(span))

    def _wait(self, part: Part) -> None:
        if self._call is None:
            return
        if isinstance(part, Decision):
            if part.do == "take_turn":
                self._ending = part.because
            elif part.do == "stop" and isinstance(part.to, int):
                self._stops[part.to] = part.because.rule
        self._waiting.append(part)
        if len(self._waiting) > MOST_PARTS or not self._call.is_recording():
            self._place(float("inf"))

    def _settle(self, before: float) -> None:
        """What began before this is placed, and the turn under way ended."""
        self._place(before)
        turn, self._turn = self._turn, None
        if turn is None:
            return
        attributes: Attributes = {
            "kairos.turn.number": self._turns,
            "kairos.turn.words": turn.words,
            "kairos.turn.end_rule": turn.because.rule,
            "kairos.turn.fillers": turn.fillers,
            "kairos.turn.barged_in": turn.barged_in,
        }
        if turn.onset is not None:
            attributes["kairos.turn.response_gap_s"] = round(turn.onset - turn.end, 3)
        if turn.answer is not None:
            attributes["kairos.turn.answer_gap_s"] = round(turn.answer - turn.end, 3)
        for name, value in turn.because.evidence:
            if name in _EVIDENCE and not isinstance(value, str):
                attributes[f"kairos.turn.end.{name}"] = value
        turn.span.set_attributes(attributes)
        turn.span.end(self._ns(turn.until))

    def _place(self, before: float) -> None:
        placed = [part for part in self._waiting if _start(part) < before]
        self._waiting = [part for part in self._waiting if _start(part) >= before]
        for part in placed:
            if not isinstance(part, Decision):
                self._add(part, self._of(part))
        # Last: until when a turn goes is known by now.
        for part in placed:
            if isinstance(part, Decision):
                self._tell(part)

    def _of(self, part: Part) -> Context:
        """The turn in which it began, or the call."""
        if isinstance(part, Utterance) and _unasked(part.kind, part.because):
            return self._places[0]
        return self._places[bisect_right(self._starts, _start(part)) - 1]

    def _add(self, part: ThinkDone | ErrandDone | Utterance, place: Context) -> None:
        match part:
            case ThinkDone():
                end = part.at if part.done is None else part.done
                span = self._span("think", place, part.started, self._model | _think(part))
                failed = part.outcome == "failed"
            case ErrandDone():
                end = part.done
                span = self._span(f"execute_tool {part.tool}", place, part.started, _tool(part))
                failed = not part.ok
            case Utterance():
                if part.end <= part.start:
                    return  # nobody heard any of it
                end, failed = part.end, False
                stopped = self._stops.pop(part.id, None)
                span = self._span(
                    f"say {part.kind.value}", place, part.start, _speech(part, stopped)
                )
                if place is self._places[-1]:
                    self._answered(part, stopped)
        if failed:
            span.set_status(StatusCode.ERROR)
        span.end(self._ns(max(end, _start(part))))

    def _answered(self, said: Utterance, stopped: str | None) -> None:
        turn = self._turn
        if turn is None:
            return
        turn.until = max(turn.until, said.end)
        turn.fillers += said.kind is Kind.FILLER
        if said.kind is Kind.BACKCHANNEL:
            return
        turn.barged_in |= said.cut and (stopped or "").startswith("bargein.")
        if said.start < turn.end:
            return
        if turn.onset is None or said.start < turn.onset:
            turn.onset = said.start
        filler = said.kind is Kind.FILLER
        if not filler and (turn.answer is None or said.start < turn.answer):
            turn.answer = said.start

    def _tell(self, decision: Decision) -> None:
        turn = self._turn
        within = turn is not None and turn.start <= decision.at <= turn.until
        span = turn.span if turn is not None and within else self._call
        attributes: Attributes = {
            "kairos.decision.do": decision.do,
            "kairos.decision.rule": decision.because.rule,
        }
        if decision.kind is not None:
            attributes["kairos.decision.kind"] = decision.kind.value
        if span is not None and span.is_recording():
            span.add_event("kairos.decision", attributes, self._ns(decision.at))

    def _end(self, record: CallEnded) -> None:
        if self._call is None:
            return
        self._settle(float("inf"))
        self._call.set_attributes(
            {
                "kairos.outcome": record.outcome,
                "kairos.ended_by": record.by,
                "kairos.duration_s": record.duration,
                "kairos.turns": self._turns,
            }
        )
        if record.outcome == "error":
            self._call.set_status(StatusCode.ERROR)
        self._call.end(self._ns(record.at))

    def _span(self, name: str, place: Context, start: float, attributes: Attributes) -> Span:
        return self._tracer.start_span(
            name, place, attributes=attributes, start_time=self._ns(start)
        )

    def _ns(self, at: float) -> int:
        return self._zero_ns + round(at * 1e9)


def _below(span: Span) -> Context:
    # Of an empty context: nothing of what runs in this thread is its parent.
    return set_span_in_context(span, Context())


def _start(part: Part) -> float:
    match part:
        case ThinkDone(started=start) | ErrandDone(started=start) | Utterance(start=start):
            return start
        case Decision(at=at):
            return at


def _unasked(kind: Kind, because: Because) -> bool:
    return kind is Kind.CHECK_IN or because.rule.startswith("noinput")


def _model(name: str) -> Attributes:
    """Of ``openai:MODEL`` and the like; of a folder, its name alone."""
    provider, _, model = name.partition(":")
    if not model:
        return {"gen_ai.request.model": name}
    if provider == "transformers":
        model = PurePath(model).name
    provider = {"realtime": "openai"}.get(provider, provider)
    return {"gen_ai.provider.name": provider, "gen_ai.request.model": model}


def _think(done: ThinkDone) -> Attributes:
    attributes: Attributes = {
        "gen_ai.usage.input_tokens": done.tokens_in,
        "gen_ai.usage.output_tokens": done.tokens_out,
        "kairos.think.outcome": done.outcome,
        "kairos.think.speculative": done.speculative,
        "kairos.think.brief_tokens": done.brief_tokens,
        "kairos.think.requests": done.calls,
    }
    if done.calls:
        attributes["gen_ai.operation.name"] = "chat"
    if done.first_text is not None:
        first = round(done.first_text - done.started, 4)
        attributes["gen_ai.response.time_to_first_chunk"] = first
    return attributes


def _tool(done: ErrandDone) -> Attributes:
    attributes: Attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": done.tool,
        "gen_ai.tool.type": "function",
        "kairos.tool.background": done.background,
        "kairos.tool.answer_bytes": done.bytes,
    }
    if done.why is not None:
        attributes["error.type"] = done.why
    return attributes


def _speech(said: Utterance, stopped: str | None) -> Attributes:
    attributes: Attributes = {
        "kairos.utterance.kind": said.kind.value,
        "kairos.utterance.rule": said.because.rule,
        "kairos.utterance.cut": said.cut,
        "kairos.utterance.words": len(tokens(said.heard)),
    }
    if said.cut and stopped is not None:
        attributes["kairos.utterance.cut_rule"] = stopped
    return attributes
