"""A call of fifteen seconds with a bit of everything, and its two channels as tones."""

from __future__ import annotations

import math

import numpy as np

from agent.figures import measure
from agent.records import (
    CallEnded,
    CallerTurn,
    CallOpened,
    Decision,
    FloorChange,
    PerceptSeen,
    Record,
    ThinkDone,
    Utterance,
)
from agent.result import Check, Result
from agent.spans import Span
from speech.protocols import SAMPLE_RATE, Audio
from system1.acts import Because, Kind
from system1.notices import FloorAction, FloorState
from system1.percepts import (
    Heard,
    PlaybackStarted,
    SpeechStarted,
    SpeechStopped,
    Word,
    WordPlayed,
)

LENGTH_S = 15.0

GREETED = Because("greeting")
WAITED = Because("filler", (("waited_s", 0.8),))
ANSWERED = Because("reply", (("think", 1), ("waited_s", 0.25)))
SILENT = Because("noinput", (("silence_s", 7.0), ("count", 1)))
TAKEN = Because("end_of_turn", (("silence_s", 0.31), ("pi", 0.94)))
LONG = Because("bargein.long", (("speech_s", 0.42),))


def opened(language: str = "en", scenario: str | None = "outage") -> CallOpened:
    return CallOpened(0.0, "broadband", scenario, "embedded", "grounded", language)


def said(
    number: int,
    kind: Kind,
    text: str,
    start: float,
    end: float,
    because: Because = GREETED,
    heard: str | None = None,
) -> Utterance:
    cut = heard is not None
    return Utterance(
        end, number, kind, text, start, end, text if heard is None else heard, cut, because
    )


def voice(start: float, end: float) -> list[Record]:
    """The percepts of voice activity."""
    return [
        PerceptSeen(start + 0.1, SpeechStarted(start + 0.1, start)),
        PerceptSeen(end + 0.2, SpeechStopped(end + 0.2, end)),
    ]


def heard(stretch: int, *words: tuple[str, float, float], final: bool = True) -> PerceptSeen:
    at = words[-1][2] + 0.1
    return PerceptSeen(at, Heard(at, stretch, tuple(Word(*word) for word in words), final))


def moved(at: float, source: FloorState, target: FloorState) -> FloorChange:
    return FloorChange(at, source, target, FloorAction.GRAB, "agent")


def records(language: str = "en", scenario: str | None = "outage") -> list[Record]:
    """Greeting, a turn, filler, an answer that the caller cuts, silence, a check-in."""
    told = [
        opened(language, scenario),
        Decision(0.2, "say", 0, GREETED, "Hello there.", Kind.GREETING),
        moved(0.3, FloorState.FREE_S, FloorState.SYSTEM),
        PerceptSeen(0.3, PlaybackStarted(0.3, 0)),
        PerceptSeen(0.8, WordPlayed(0.8, 0, 5)),
        PerceptSeen(1.3, WordPlayed(1.3, 0, 12)),
        said(0, Kind.GREETING, "Hello there.", 0.3, 1.3),
        moved(1.3, FloorState.SYSTEM, FloorState.FREE_S),
        *voice(2.0, 3.0),
        heard(0, ("my", 2.0, 2.4), ("internet", 2.4, 3.0)),
        moved(2.0, FloorState.FREE_S, FloorState.USER),
        moved(3.2, FloorState.USER, FloorState.FREE_U),
        Decision(3.2, "think", 1, Because("think"), None),
        Decision(3.4, "take_turn", None, TAKEN, "my internet"),
        CallerTurn(3.4, 2.0, 3.0, "my internet"),
        Decision(3.8, "say", 1, WAITED, "One moment.", Kind.FILLER),
        PerceptSeen(3.8, PlaybackStarted(3.8, 1)),
        said(1, Kind.FILLER, "One moment.", 3.8, 4.2, WAITED),
        ThinkDone(4.4, 1, True, 120, 3.2, 4.4, 4.4, 143, 22, "answered", ("outage",)),
        Decision(4.45, "say", 2, ANSWERED, "What is your postcode, please?", Kind.REPLY),
        moved(4.5, FloorState.FREE_U, FloorState.SYSTEM),
        PerceptSeen(4.5, PlaybackStarted(4.5, 2)),
        PerceptSeen(5.0, WordPlayed(5.0, 2, 4)),
        *voice(5.4, 6.4),
        moved(5.5, FloorState.SYSTEM, FloorState.BOTH_S),
        Decision(5.66, "stop", 2, LONG),
        said(2, Kind.REPLY, "What is your postcode, please?", 4.5, 5.7, ANSWERED, "What is"),
        moved(5.7, FloorState.BOTH_S, FloorState.USER),
        heard(1, ("<script>alert(1)</script>", 5.4, 6.0), ("wait", 6.0, 6.4)),
        moved(6.6, FloorState.USER, FloorState.FREE_U),
        CallerTurn(6.8, 5.4, 6.4, "<script>alert(1)</script> wait"),
        said(3, Kind.REPLY, "Yes?", 7.0, 7.4, ANSWERED),
        moved(7.4, FloorState.FREE_U, FloorState.FREE_S),
        said(4, Kind.CHECK_IN, "Are you there?", 14.0, 14.5, SILENT),
        CallEnded(LENGTH_S, "caller_hung_up", "caller", LENGTH_S),
    ]
    return sorted(told, key=lambda one: one.at)


CALLER = (Span(2.0, 3.0), Span(5.4, 6.4))
AGENT = (Span(0.3, 1.3), Span(3.8, 4.2), Span(4.5, 5.7), Span(7.0, 7.4), Span(14.0, 14.5))


def channel(spans: tuple[Span, ...], noise: float = 0.0, length_s: float = LENGTH_S) -> Audio:
    """A channel with a tone in each span over white noise of this amplitude."""
    size = round(length_s * SAMPLE_RATE)
    audio = np.random.default_rng(7).normal(0.0, 1.0, size) * noise
    for span in spans:
        first, last = round(span.start * SAMPLE_RATE), round(span.end * SAMPLE_RATE)
        audio[first:last] += 0.3 * np.sin(
            2 * math.pi * 220.0 * np.arange(last - first) / SAMPLE_RATE
        )
    return audio.astype(np.float32)


STOPS = Check("agent stops", False, 5.7, "stopped after 0.30 s, limit <0.2 s>", 7)
GREETS = Check("agent greeting", True, 0.3, "after 0.30 s", 1)
MEDIAN = Check("gap_p50", False, None, "0.80 s, limit 0.5 s")


def result(told: list[Record], *checks: Check, audio: bool = False) -> Result:
    caller, agent = (channel(CALLER), channel(AGENT)) if audio else (None, None)
    return Result(
        outcome="caller_hung_up",
        by="caller",
        duration_s=LENGTH_S,
        scenario="outage",
        policy="broadband",
        profile="embedded",
        fidelity="audio" if audio else "text",
        passed=all(check.passed for check in checks),
        checks=checks,
        figures=measure(told, caller, agent),
        wall_s=3.0,
        speed=5.0,
    )
