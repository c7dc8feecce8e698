"""One scripted call from its first sample to its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from agent.advising import DEFAULT_ADVICE_S
from agent.conversation import Conversation
from agent.figures import measure
from agent.files import write_outcome
from agent.opening import real_tools
from agent.overhearing import DEFAULT_LISTENING_S
from agent.records import CallEnded, Record
from agent.result import Check, Fidelity, Result, sum_up
from agent.spans import Span, agent_spans, bridged
from agent.wordwise import WordConversation
from policies.loading import load_policy
from policies.policy import Policy
from scenarios.advice import ScriptedAdviser
from scenarios.caller import CallerAudio, SpokenLine, speak_lines
from scenarios.caller_agent import CallerAgent
from scenarios.checks import Call, doubled, expectations
from scenarios.director import Director, HangUp, Spoken
from scenarios.doubles import ScriptedTools
from scenarios.line import EchoPath
from scenarios.listening import ScriptedListener
from scenarios.memory import memory_of
from scenarios.script import Scenario
from scenarios.wordcaller import WordCaller, WordLine, word_lines
from speech.protocols import SAMPLE_RATE, Audio
from system2.memory.store import LongTermMemory

FRAME = SAMPLE_RATE // 100
"""Samples handed over at a time: 10 ms."""

Listener = Callable[[Record], None]


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """A scripted call that is over. ``caller``, ``agent``: the channels; None at text fidelity.

    ``spans``: when the caller spoke (s); ``lines``: the steps behind it.
    """

    script: Scenario
    result: Result
    records: tuple[Record, ...]
    spans: tuple[Span, ...]
    caller: Audio | None = None
    agent: Audio | None = None
    lines: tuple[Spoken, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a call left behind before it is judged."""

    records: list[Record]
    lines: dict[int, SpokenLine] | dict[int, WordLine]
    caller: Audio | None = None
    agent: Audio | None = None


async def run_scenario(
    script: Scenario,
    path: Path,
    *,
    fidelity: Fidelity = "audio",
    out: Path | None = None,
    listener: Listener | None = None,
    speech: str | None = None,
    model: str | None = None,
) -> ScenarioResult:
    """Run the scenario of the file at ``path``; with ``out``, leave the files of the call there.

    ``listener`` is called with each record as it is written. A scenario that only runs as text
    does so whatever ``fidelity`` says. Interrupted, it leaves a valid journal and recording of
    the call so far, and neither result nor report.
    """
    began = time.perf_counter()  # wall seconds are for result.json alone
    policy = load_policy(script.policy, path)
    tools = ScriptedTools(script.tools, real_tools())
    fidelity = script.fidelity or fidelity
    with memory_of(script, policy) as memory:
        store = memory.store if memory is not None else None
        settings = _Settings(script, path, policy, out, listener, speech, model, tools, store)
        if script.caller.policy is not None:
            fidelity = "audio"  # two agents have nothing but sound in common
            director, heard = await _agents(settings)
        else:
            director, heard = await (_words(settings) if fidelity == "text" else _audio(settings))
        remembered = memory.after() if memory is not None else {}
    wall_s = time.perf_counter() - began
    missing = tools.missing if policy.tools else None
    judged = _judge(script, director, heard, fidelity, wall_s, missing, remembered)
    if out is not None:
        write_outcome(
            out,
            judged.result,
            judged.records,
            judged.caller,
            judged.agent,
            judged.spans,
            policy,
        )
    return judged


@dataclass(frozen=True, slots=True)
class _Settings:
    """What both kinds of call are opened with."""

    script: Scenario
    path: Path
    policy: Policy
    out: Path | None
    listener: Listener | None
    speech: str | None
    model: str | None
    tools: ScriptedTools
    memory: LongTermMemory | None

    def audio(self) -> AbstractAsyncContextManager[Conversation]:
        """A conversation that hears and speaks."""
        return Conversation.open(
            self.policy,
            speech=self.speech,
            model=self.model,
            caller_id=self.script.caller.id,
            out=self.out,
            think=self.script.think_time,
            scenario=self.script.scenario,
            today=self.script.day,
            starts=self.script.starts,
            adviser=self._adviser(),
            advice=self._advice(),
            tools=self.tools,
            extra_words=self.script.hears,
            report=False,
            memory=self.memory,
            listener=self._listener(),
            listening=self._listening(),
        )

    def words(self) -> AbstractAsyncContextManager[WordConversation]:
        """A conversation of words alone."""
        return WordConversation.open(
            self.policy,
            model=self.model,
            caller_id=self.script.caller.id,
            out=self.out,
            think=self.script.think_time,
            scenario=self.script.scenario,
            today=self.script.day,
            starts=self.script.starts,
            adviser=self._adviser(),
            advice=self._advice(),
            tools=self.tools,
            memory=self.memory,
            listener=self._listener(),
            listening=self._listening(),
        )

    def _adviser(self) -> ScriptedAdviser | None:
        script = self.script.adviser
        return ScriptedAdviser(script) if script is not None else None

    def _listener(self) -> ScriptedListener | None:
        script = self.script.listener
        return ScriptedListener(script) if script is not None else None

    def _listening(self) -> float:
        script = self.script.listener
        return script.takes if script is not None else DEFAULT_LISTENING_S

    def _advice(self) -> float:
        return self.script.adviser.takes if self.script.adviser is not None else DEFAULT_ADVICE_S


async def _audio(settings: _Settings) -> tuple[Director, _Heard]:
    """A call of sound: the clock is the number of samples that the caller has sent."""
    lines, line = speak_lines(settings.script, settings.path.parent, settings.policy.language)
    director = Director(settings.script, {step: one.length for step, one in lines.items()})
    side = CallerAudio(lines, line)
    echo = EchoPath(settings.script.caller.line)
    back = np.zeros(FRAME, np.float32)
    sent: list[Audio] = []
    answered: list[Audio] = []
    async with settings.audio() as call:
        _listen(call, director, settings.listener)
        while call.ended is None:
            now = len(sent) * FRAME / SAMPLE_RATE
            for act in director.act(now):
                if isinstance(act, HangUp):
                    call.caller_hangs_up()
                else:
                    side.begin(act.step)
            frame, keys = side.next(FRAME)
            for key in keys:
                call.caller_dtmf(key)
            frame = np.clip(frame + back, -1.0, 1.0)
            answered.append(await call.step(frame))
            back = echo.returned(answered[-1])
            sent.append(frame)
    return director, _Heard(call.journal, lines, np.concatenate(sent), np.concatenate(answered))


async def _agents(settings: _Settings) -> tuple[Director, _Heard]:
    """Two agents on one line, sample for sample: each hears the other 10 ms later."""
    director = Director(settings.script, {})
    sent: list[Audio] = []
    answered = [np.zeros(FRAME, np.float32)]
    other = CallerAgent.open(settings.script, settings.path, settings.model)
    async with settings.audio() as call, other as caller:
        _listen(call, director, settings.listener)
        while call.ended is None:
            acts = director.act(len(sent) * FRAME / SAMPLE_RATE)
            if caller.hung_up or acts:
                call.caller_hangs_up()
            if director.answered:
                caller.connect()
            sent.append(await caller.next(answered[-1]))
            answered.append(await call.step(sent[-1]))
    return director, _Heard(call.journal, {}, np.concatenate(sent), np.concatenate(answered[1:]))


async def _words(settings: _Settings) -> tuple[Director, _Heard]:
    """A call of words: from one thing that is due to the next."""
    lines = word_lines(settings.script, settings.path.parent, settings.policy.language)
    director = Director(settings.script, {step: one.length for step, one in lines.items()})
    side = WordCaller(lines)
    keys: list[tuple[float, str]] = []
    async with settings.words() as call:
        _listen(call, director, settings.listener)
        while call.ended is None:
            for act in director.act(call.now):
                if isinstance(act, HangUp):
                    call.caller_hangs_up()
                else:
                    call.expect_percepts(side.begin(act.step, act.at))
                    keys += side.keys(act.step, act.at)
            while keys and keys[0][0] <= call.now:
                call.caller_dtmf(keys.pop(0)[1])
            dues = (director.due(), call.next_due(), keys[0][0] if keys else None)
            # Nothing is due only when the caller has just left.
            await call.advance(min((due for due in dues if due is not None), default=call.now))
    return director, _Heard(call.journal, lines)


def _listen(
    call: Conversation | WordConversation, director: Director, listener: Listener | None
) -> None:
    """Hand director and listener every record."""
    call.subscribe(director.hear)
    if listener is not None:
        call.subscribe(listener)


def _judge(
    script: Scenario,
    director: Director,
    heard: _Heard,
    fidelity: Fidelity,
    wall_s: float,
    missing: Sequence[str] | None,
    remembered: Mapping[str, str],
) -> ScenarioResult:
    """``missing``: tools that had no double; None where there are no tools at all."""
    records = tuple(heard.records)
    ended = next(one for one in reversed(records) if isinstance(one, CallEnded))
    spans = tuple(
        Span(spoken.start + span.start, min(spoken.start + span.end, ended.at))
        for spoken in director.spoken
        for span in heard.lines[spoken.step].spans
        if spoken.start + span.start < ended.at
    )
    figures = measure(records, heard.caller, heard.agent, spans or None)
    call = Call(
        records=records,
        lines=director.spoken,
        heard=bridged(spans, 0.0),
        spoken=agent_spans(records, heard.agent),
        figures=figures,
        remembered=remembered,
    )
    stood_in = () if missing is None else (doubled(missing, call),)
    found = (*director.finish(ended.at), *expectations(script.expect, call), *stood_in)
    checks = tuple(map(_rounded, found))
    result = sum_up(records, figures, fidelity=fidelity, wall_s=wall_s, checks=checks)
    lines = tuple(director.spoken)
    return ScenarioResult(script, result, records, spans, heard.caller, heard.agent, lines)


def _rounded(check: Check) -> Check:
    """Moments as the journal has them, to 0.1 ms."""
    return check if check.at is None else replace(check, at=round(check.at, 4))
