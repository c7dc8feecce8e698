"""The calls of the laboratory: our own agent, closed loop, and what its recording shows.

Everything is read from the two recorded channels: when the agent fell silent, when it began.
"""

from __future__ import annotations

import asyncio
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

from agent.listening import caller_phrases, machine_phrases
from agent.records import Record, Utterance
from agent.spans import Span, audible
from policies.loading import load_policy
from scenarios.laboratory.events import Event, event_sound
from scenarios.laboratory.texts import words
from scenarios.runner import ScenarioResult, run_scenario
from scenarios.script import Scenario
from speech.protocols import SAMPLE_RATE, Audio
from speech.vocabulary import Vocabulary
from system1.perception import FALSE_ALARM

LISTENED_S = 5.0
"""The caller hangs up so long after the event."""
_BREATH_S = 0.6
"""The agent's silences up to this are pauses between its words (Full-Duplex-Bench v1.5 merges
speech at 0.5 to 0.6 s), unless what follows is another utterance: then it had stopped."""
_POLICY = "bench.yaml"


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call that was held. ``turn``: the caller's turn before the event, ``event``: the event;
    None where the call never came to it. ``agent``: when the agent sounded (s). ``caller``: the
    caller's channel at ``SAMPLE_RATE``."""

    what: Event
    turn: Span | None
    event: Span | None
    agent: tuple[Span, ...]
    caller: Audio

    @property
    def name(self) -> str:
        """The event's."""
        return self.what.name

    @property
    def reached(self) -> bool:
        """Whether the event happened where it was to happen."""
        if self.event is None:
            return False
        speaking = self._sounding() is not None
        return speaking == (self.what.place == "over_agent")

    @property
    def stopped_at(self) -> float | None:
        """When the agent that spoke at the event's onset fell silent (s)."""
        span = None if self.event is None else self._sounding()
        return None if span is None else span.end

    @property
    def onsets(self) -> tuple[float, ...]:
        """When the agent began to sound (s)."""
        return tuple(span.start for span in self.agent)

    def _sounding(self) -> Span | None:
        assert self.event is not None
        onset = self.event.start
        return next((one for one in self.agent if one.start <= onset < one.end), None)


def hold_call(what: Event) -> Call:
    """Hold the call. Raises ``SpeechError`` where the embedded profile is not installed."""
    with (
        tempfile.TemporaryDirectory(prefix="kairos-bench-") as folder,
        as_file(files("scenarios.laboratory").joinpath(_POLICY)) as policy,
    ):
        sound = event_sound(what)
        _write(Path(folder) / "event.wav", sound)
        script = Scenario.model_validate(_script(what, sound.size / SAMPLE_RATE, policy))
        done = asyncio.run(run_scenario(script, Path(folder) / "call.yaml"))
    return _call(what, done)


def _call(what: Event, done: ScenarioResult) -> Call:
    assert done.caller is not None
    assert done.agent is not None
    spans = done.spans
    return Call(
        what,
        turn=spans[0] if spans else None,
        event=spans[1] if len(spans) > 1 else None,
        agent=sounding(audible(done.agent, noisy=False), begun(done.records)),
        caller=done.caller,
    )


def begun(records: Sequence[Record]) -> tuple[float, ...]:
    """When the agent began to say something else (s): not what goes on with a line broken off."""
    said = (one for one in records if isinstance(one, Utterance))
    return tuple(one.start for one in said if one.because.rule != FALSE_ALARM)


def sounding(heard: Sequence[Span], begun: Sequence[float]) -> tuple[Span, ...]:
    """Spans of the agent's with the pauses between its words closed; ``begun``: see there."""
    joined: list[Span] = []
    for span in heard:
        before = joined[-1] if joined else None
        goes_on = before is not None and span.start - before.end <= _BREATH_S + 1e-9
        if before is None or not goes_on or any(before.end <= at <= span.start for at in begun):
            joined.append(span)
        else:
            joined[-1] = Span(before.start, span.end)
    return tuple(joined)


def _script(what: Event, length_s: float, policy: Path) -> dict[str, Any]:
    over = what.place == "over_agent"
    happens: dict[str, Any] = {"wav": "event.wav"}
    leaves: list[dict[str, Any]]
    if over:
        happens |= {"during": "agent", "at": what.start_s}
        left_at = what.start_s + length_s + LISTENED_S
        leaves = [{"caller": {"hangs_up": True, "during": "agent", "at": left_at}}]
    else:
        happens |= {"after": what.start_s}
        leaves = [{"caller": {"silent": LISTENED_S}}, {"caller": {"hangs_up": True}}]
    return {
        "scenario": "bench-call",
        "policy": str(policy),
        "caller": {
            "voice": what.voice,
            "rate": what.rate,
            "seed": what.seed,
            "line": what.line.model_dump(),
        },
        "hears": _lacking(policy),
        "limit": 60.0,
        "steps": [
            {"agent": {"kind": "greeting"}},
            {"caller": what.question},
            {"agent": {"kind": "reply"}},
            {"caller": happens},
            *leaves,
        ],
    }


@cache
def _lacking(policy: Path) -> tuple[str, ...]:
    """The single words of the corpus that the policy's ears would not know."""
    loaded = load_policy(policy)
    bare = Vocabulary(caller_phrases(loaded), machine_phrases(loaded))
    known = {word for word, _ in bare.pronunciations()}
    return tuple(word for word in words() if word not in known)


def _write(path: Path, audio: Audio) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(audio, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes())
