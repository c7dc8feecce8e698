"""When to speak: endpointing, barge-in, the silence and nomatch ladders, fillers, backchannels."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from policies.bargein import BargeIn, CutIn
from policies.evidence import EvidenceWeights, load_weights, shipped_weights
from policies.model import (
    FileBeside,
    Id,
    Line,
    Lines,
    Phrase,
    Reminder,
    Seconds,
    Section,
    refuse,
)
from policies.problems import DocumentError
from policies.speculation import Speculation

Factor = Annotated[float, Field(gt=0, le=10)]


class PauseFactor(Section):
    """Mid-turn pauses by what was asked, relative to those of free speech (``pause_median``)."""

    free: Factor = Field(1.0, description="Nothing in particular was asked. No unit.")
    yes_no: Factor = Field(0.7, description="Yes or no: a yes comes at once. No unit.")
    digits: Factor = Field(1.2, description="Digits: they come in groups. No unit.")
    spelling: Factor = Field(1.2, description="Letters and digits, in groups too. No unit.")
    date: Factor = Field(1.0, description="A date. No unit.")
    choice: Factor = Field(0.9, description="One of a few words. No unit.")


class Endpointing(Section):
    """When a pause is the end of the caller's turn (optimal stopping, not a time-out)."""

    patience: Seconds = Field(
        3.0,
        gt=0,
        le=60,
        description="A cut-in is as bad as so many seconds of silence. Higher waits longer. "
        "Unit: s.",
    )
    long_wait: Seconds = Field(
        0.05,
        gt=0,
        le=1000,
        description="After this much silence a further second of waiting costs twice as much as "
        "the first, as long silences annoy more than in proportion. Unit: s.",
    )
    min_silence: Seconds = Field(
        0.2, ge=0, le=5, description="The floor is never taken before this much silence. Unit: s."
    )
    max_silence: Seconds = Field(
        2.5, gt=0, le=20, description="The floor is always taken after this much silence. Unit: s."
    )
    given: bool = Field(
        False,
        description="The caller's turn is over when the caller says so by hand, as with a key to "
        "talk, and not by any silence. No unit.",
    )
    words_settle: Seconds = Field(
        0.4,
        ge=0,
        le=5,
        description="A pause's last words are waited for so long at most, where the recogniser "
        "has not settled on them sooner. Unit: s.",
    )
    pause_median: Seconds = Field(
        0.7,
        gt=0,
        le=5,
        description="Prior median of this line's mid-turn pauses; learnt in the call. Unit: s.",
    )
    pause_spread: float = Field(
        0.7,
        gt=0.05,
        le=3,
        description="Prior spread (sigma of the log) of mid-turn pauses. No unit.",
    )
    pause_factor: PauseFactor = Field(
        PauseFactor(), description="The prior median by the kind of answer awaited."
    )
    evidence: FileBeside | None = Field(
        None,
        description="File with the weights of the evidence that a turn is over, beside the "
        "policy. Left out: those that come with Kairos (policies/evidence.json).",
    )
    _weights: EvidenceWeights = PrivateAttr()

    @property
    def weights(self) -> EvidenceWeights:
        """The weights of ``evidence``, or those that we ship."""
        return self._weights

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max_silence < self.min_silence:
            refuse([(("max_silence",), f"must not be less than min_silence ({self.min_silence})")])
        return self

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        weights = shipped_weights()
        if self.evidence is not None:
            try:
                weights = load_weights(Path(self.evidence))
            except DocumentError as error:
                refuse([(("evidence",), str(error.problems[0]))])
        self._weights = weights
        return self


class TurnTaking(Section):
    """The numbers of turn-taking."""

    endpointing: Endpointing = Field(Endpointing(), description="When the caller has finished.")
    bargein: BargeIn = Field(BargeIn(), description="What may interrupt the agent, and how.")
    cut_in: CutIn = Field(
        CutIn(), description="What repairs an answer that began before the caller had finished."
    )
    speculation: Speculation = Field(
        Speculation(), description="When System 2 begins before the turn is over."
    )
    maxspeechtimeout: Seconds = Field(
        60.0, gt=0, le=600, description="A caller's turn never lasts longer than this. Unit: s."
    )
    confidencelevel: float = Field(
        0.2,
        ge=0,
        le=1,
        description="Words recognised with less confidence count as not understood (VoiceXML). "
        "No unit, 0 to 1.",
    )
    max_repeats: int = Field(
        3,
        ge=1,
        le=20,
        description="What the agent has said so often of late, while the task got no further, is "
        "not said again: the call goes where the last step of nomatch leads, or ends. No unit.",
    )
    max_call: float = Field(
        1800.0, gt=0, le=14400, description="A call never lasts longer than this. Unit: s."
    )
    filler_worth: Seconds = Field(
        0.35,
        ge=0,
        le=10,
        description="No filler begins while the answer, by the waits of this call so far, is "
        "expected within less than this. 0 switches that off. Unit: s.",
    )


class Ending(StrEnum):
    """What an act may do to the call once it has been said."""

    HANG_UP = "hang_up"
    TRANSFER = "transfer"


class Spoken(Section):
    """Words, and what follows once they were said."""

    say: Line = Field(description="What the agent says.")
    do: Ending | None = Field(
        None, strict=False, description="What follows once it was said; nothing if left out."
    )
    to: Id | None = Field(None, description="With do: transfer, a name listed under transfer.")

    @model_validator(mode="after")
    def _target(self) -> Self:
        if self.do is Ending.TRANSFER and self.to is None:
            refuse([(("do",), "transfer needs a target, such as to: support")])
        if self.do is not Ending.TRANSFER and self.to is not None:
            refuse([(("to",), "is of use only with do: transfer")])
        return self


class Rung(Spoken):
    """One step of a ladder. The highest ``count`` not above the occurrences wins (VoiceXML)."""

    count: int = Field(ge=1, le=100, description="From which occurrence on this step applies.")


class SilenceRung(Rung):
    """One step of the silence ladder (``noinput``)."""

    say: Reminder = Field(
        description="What the agent says. In a slot's own noinput, {ask} stands for its question."
    )
    after: Seconds = Field(le=3600, gt=0, description="Mutual silence before this step. Unit: s.")


class Hold(Section):
    """Patience with a caller who asked the agent to wait, or who plays music to it."""

    after: Seconds = Field(
        20.0, le=3600, gt=0, description="Mutual silence before each of the lines. Unit: s."
    )
    say: tuple[Line, ...] = Field(
        (),
        strict=False,
        description="Said to a caller who asked the agent to wait, in turn. "
        "Left out: the usual words of the language; an empty list means none.",
    )
    count: int = Field(
        2, ge=0, le=20, description="So many of the lines are said; then noinput takes over."
    )
    music: Seconds = Field(
        60.0,
        ge=0,
        le=3600,
        description="While music plays at the caller's end the agent keeps quiet, "
        "but no longer than this. Unit: s.",
    )


class Filler(Section):
    """Words that win time while System 2 thinks."""

    after: Seconds = Field(
        ge=0, le=3600, description="Time after the caller's last sound. Unit: s."
    )
    say: Lines = Field(description="One of these is said, in turn.")


class Soothe(Section):
    """What to say, once an episode, to a caller in such a mood. Left out: nothing."""

    fast_speech: tuple[Line, ...] = Field(
        (), strict=False, description="For a caller who speaks much faster than before."
    )
    agitated: tuple[Line, ...] = Field(
        (), strict=False, description="For a caller whose voice is raised."
    )
    hesitant: tuple[Line, ...] = Field(
        (), strict=False, description="For a caller who looks for words."
    )
    confused: tuple[Line, ...] = Field(
        (), strict=False, description="For a caller who does not understand the agent."
    )


class Cue(StrEnum):
    """At what moments the agent says its own 'mm-hm'."""

    PAUSE = "pause"
    PITCH = "pitch"
    BOTH = "both"


class AgentBackchannel(Section):
    """The agent's own 'mm-hm'."""

    say: Lines = Field(description="One of these is said, in turn, without taking the floor.")
    every: Seconds = Field(5.0, le=3600, gt=0, description="Never more often than this. Unit: s.")
    after: Seconds = Field(
        3.0,
        ge=0,
        le=3600,
        description="The caller has spoken for this long in the turn before one. Unit: s.",
    )
    pause: Seconds = Field(
        0.3, ge=0, le=5, description="How long the caller has paused before one. Unit: s."
    )
    cue: Cue = Field(
        Cue.PAUSE,
        strict=False,
        description="pause: in the caller's pauses; pitch: after a stretch of low pitch, also "
        "while the caller speaks on, where the ears report it and no echo of the agent comes back "
        "on the line; both: at either.",
    )
    wait: Seconds = Field(
        0.7,
        ge=0,
        le=5,
        description="How long after a stretch of low pitch was noticed. Unit: s.",
    )
    overlap_db: float = Field(
        -14.0,
        ge=-60,
        le=0,
        description="Level relative to the agent's voice elsewhere, where the caller speaks on. "
        "Unit: dB.",
    )
    max_pi: float = Field(
        0.4,
        ge=0,
        le=1,
        description="None where the turn is over with a greater probability than this, by the "
        "evidence at the pause's onset. No unit, 0 to 1.",
    )
    room: Seconds = Field(
        0.8,
        ge=0,
        le=5,
        description="Time that must be left for the word before the pause would be taken for "
        "the end of the turn. Unit: s.",
    )
    gain_db: float = Field(
        -8.0,
        ge=-60,
        le=0,
        description="Level relative to the agent's voice elsewhere. Unit: dB.",
    )


class Backchannels(Section):
    """What the caller may say without taking the floor, and what the agent may."""

    caller: tuple[Phrase, ...] = Field(
        (),
        strict=False,
        description="Words over the agent that do not interrupt it. "
        "Left out: the usual ones of the language.",
    )
    agent: AgentBackchannel | None = Field(None, description="Left out: the agent gives none.")


class Machine(Spoken):
    """What to do when the other party is a machine. Without this section none is looked for."""

    do: Ending = Field(Ending.HANG_UP, strict=False, description="What follows once it was said.")
    challenge: Line | None = Field(
        None,
        description="Asked once of what may be a machine, instead of an answer. "
        "Left out: the usual words of the language; null: nothing is asked.",
    )
    suspect: float = Field(
        0.5,
        ge=0,
        le=1,
        description="From this probability of a machine on, the challenge is asked. "
        "No unit, 0 to 1.",
    )
    sure: float = Field(
        0.95,
        ge=0,
        le=1,
        description="From this probability on, nothing is asked any more. No unit, 0 to 1.",
    )
    answer_within: Seconds = Field(
        6.0,
        gt=0,
        le=60,
        description="A challenge that is met with so much silence was not met. Unit: s.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.sure < self.suspect:
            refuse([(("sure",), f"must not be less than suspect ({self.suspect})")])
        return self


AnyRung = TypeVar("AnyRung", bound=Rung)


def _climbing(rungs: tuple[AnyRung, ...]) -> tuple[AnyRung, ...]:
    refuse(
        ((at, "count"), f"must be more than the count of the step before ({before.count})")
        for at, (before, rung) in enumerate(pairwise(rungs), 1)
        if rung.count <= before.count
    )
    return rungs


def _later(fillers: tuple[Filler, ...]) -> tuple[Filler, ...]:
    refuse(
        ((at, "after"), f"must be later than the filler before ({before.after})")
        for at, (before, filler) in enumerate(pairwise(fillers), 1)
        if filler.after <= before.after
    )
    return fillers


Ladder = Annotated[tuple[Rung, ...], Field(strict=False), AfterValidator(_climbing)]
SilenceLadder = Annotated[tuple[SilenceRung, ...], Field(strict=False), AfterValidator(_climbing)]
Fillers = Annotated[tuple[Filler, ...], Field(strict=False), AfterValidator(_later)]
