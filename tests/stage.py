"""A stage for System 1: a whole call at word fidelity with a mind whose answers the test writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

from agent.advising import Advising
from agent.call import Call
from agent.journal import Journal
from agent.records import CallOpened, Decision, FloorChange, Record, Utterance
from agent.schedule import Schedule
from agent.think_time import charged
from agent.thinking import Thinking
from policies.policy import Policy
from policies.speculation import Speculation
from speech.playback.wordmouth import WordMouth
from system1.brief import Brief
from system1.percepts import (
    CallerLeft,
    Heard,
    LowPitch,
    Percept,
    Prosody,
    SpeechStarted,
    SpeechStopped,
    Word,
)
from system1.thoughts import Asked, Done, Sentence, ThoughtContent
from system2.desk import BARE_DESK, Desk

WORD_S = 0.3


ENDPOINTING = {
    "evidence": str(Path(__file__).with_name("stage_evidence.json")),
    "long_wait": 1000.0,
}
"""Numbers of the stage's own: its stories hold whatever weights are fitted next."""


def on_stage(policy: Policy) -> Policy:
    """A policy with the stage's numbers of endpointing, that does not think ahead unasked."""
    section = policy.turn_taking
    if "speculation" not in section.model_fields_set:
        section = section.model_copy(update={"speculation": Speculation(per_turn=0)})
    endpointing = type(section.endpointing).model_validate(
        section.endpointing.model_dump(exclude_unset=True) | ENDPOINTING
    )
    section = section.model_copy(update={"endpointing": endpointing})
    return policy.model_copy(update={"turn_taking": section})


def bot(**changes: Any) -> Policy:
    """A small policy; ``changes`` replace or add keys. It does not think ahead unasked."""
    turn_taking = dict(changes.pop("turn_taking", {}))
    turn_taking.setdefault("speculation", {"per_turn": 0})
    turn_taking["endpointing"] = ENDPOINTING | dict(turn_taking.get("endpointing", {}))
    base: dict[str, Any] = {
        "policy": "stage",
        "persona": {"name": "Anna"},
        "greeting": "Hello, this is Anna.",
    }
    return Policy.model_validate(base | changes | {"turn_taking": turn_taking})


class Answers:
    """A mind that gives the answers it was given, in turn, then the last one for ever."""

    def __init__(self, *answers: Sequence[ThoughtContent] | str) -> None:
        self.answers = answers or ("All is well with your line. Nothing needs to be done today.",)
        self.briefs: list[Brief] = []

    async def think(self, brief: Brief, desk: Desk = BARE_DESK) -> AsyncIterator[ThoughtContent]:
        answer = self.answers[min(len(self.briefs), len(self.answers) - 1)]
        self.briefs.append(brief)
        if isinstance(answer, str):
            answer = (Asked(None), Sentence(answer), Done())
        for thought in answer:
            yield thought

    async def close(self) -> None:
        """Nothing is held."""


class Stage:
    """One call. Build up the caller's side, then ``play``."""

    def __init__(
        self,
        policy: Policy,
        mind: Answers | None = None,
        think: float = 0.3,
        advising: Advising | None = None,
    ) -> None:
        self.mind = mind or Answers()
        self.script = Schedule()
        self.stretch = 0
        journal = Journal()
        mouth = WordMouth(lambda: self.call.now, policy.voice.rate)
        self.call = Call(
            policy,
            Thinking(self.mind, "virtual", charged(think)),
            mouth,
            lambda question: None,
            journal,
            (self.script, mouth),
            advising,
        )

    def says(self, at: float, text: str, word_s: float = WORD_S, confidence: float = 1.0) -> float:
        """The caller says this from ``at`` on; returns the end (s)."""
        percepts, end = speech(at, text, self.stretch, word_s, confidence)
        self.stretch += 1
        for percept in percepts:
            self.script.add(percept)
        return end

    def makes_noise(self, at: float, seconds: float) -> float:
        """Voice activity without a word."""
        self.script.add(SpeechStarted(at + 0.08, at))
        self.script.add(SpeechStopped(at + seconds + 0.2, at + seconds))
        return at + seconds

    def sounds(
        self,
        at: float,
        pitch_st: float,
        level_db: float,
        rate_ratio: float = 1.0,
        rate_sps: float = 4.5,
        range_ratio: float = 1.0,
    ) -> None:
        """A report of how the caller's voice is at ``at``, against the caller's own."""
        self.script.add(Prosody(at, pitch_st, level_db, rate_ratio, rate_sps, range_ratio))

    def goes_low(self, at: float) -> None:
        """The caller's pitch is noticed at ``at`` to have become low."""
        self.script.add(LowPitch(at, at - 0.11))

    def hangs_up(self, at: float) -> None:
        """The caller leaves."""
        self.script.add(CallerLeft(at))

    def play(self, to: float = 60.0) -> Stage:
        """Run the call up to ``to`` (s)."""
        self.call.begin(CallOpened(0.0, "stage", None, "text", "test", "en"))
        asyncio.run(self.call.advance(to))
        return self

    @property
    def records(self) -> list[Record]:
        return self.call.journal.records

    def utterances(self) -> list[Utterance]:
        """What was said, in order."""
        return [one for one in self.records if isinstance(one, Utterance)]

    def decisions(self, do: str | None = None) -> list[Decision]:
        """Decisions, of one kind if ``do`` is given."""
        found = [one for one in self.records if isinstance(one, Decision)]
        return [one for one in found if do is None or one.do == do]

    def floors(self) -> list[str]:
        """The floor's moves as ``FROM>TO``."""
        moves = [one for one in self.records if isinstance(one, FloorChange)]
        return [f"{one.source.value}>{one.target.value}" for one in moves]

    def first(self, wanted: Callable[[Decision], bool]) -> Decision:
        """The first decision that fits."""
        return next(one for one in self.decisions() if wanted(one))


def speech(
    at: float, text: str, stretch: int, word_s: float = WORD_S, confidence: float = 1.0
) -> tuple[list[Percept], float]:
    """A line as the ears would report it, and its end (s)."""
    percepts: list[Percept] = [SpeechStarted(at + 0.08, at)]
    words: list[Word] = []
    end = at
    for text_of_word in text.split():
        words.append(Word(text_of_word, end, end + word_s))
        end += word_s
        percepts.append(Heard(end + 0.06, stretch, tuple(words), False, confidence))
    percepts.append(SpeechStopped(end + 0.2, end))
    percepts.append(Heard(end + 0.24, stretch, tuple(words), True, confidence))
    return percepts, end
