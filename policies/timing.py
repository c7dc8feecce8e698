"""When to speak: endpointing, barge-in, the silence and nomatch ladders, fillers, backchannels."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from policies.model import Id, Phrases, Seconds, Section, Text


class Endpointing(Section):
    """When a pause is the end of the caller's turn (optimal stopping, not a time-out)."""

    patience: Seconds = Field(
        3.0,
        gt=0,
        le=60,
        description="Seconds of waiting that one cut-in is worth. Higher waits longer. Unit: s.",
    )
    min_silence: Seconds = Field(
        0.2, le=5, description="The floor is never taken before this much silence. Unit: s."
    )
    max_silence: Seconds = Field(
        2.5, gt=0, le=20, description="The floor is always taken after this much silence. Unit: s."
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
        strict=False,
        description="Prior spread (sigma of the log) of mid-turn pauses. No unit.",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max_silence < self.min_silence:
            raise ValueError("max_silence must not be smaller than min_silence")
        return self


class BargeInType(StrEnum):
    """What may interrupt the agent (VoiceXML ``bargeintype``, plus ``off``)."""

    SPEECH = "speech"
    HOTWORD = "hotword"
    OFF = "off"


class BargeIn(Section):
    """How the agent reacts to speech over its own."""

    type: BargeInType = Field(
        BargeInType.SPEECH,
        strict=False,
        description="speech: any turn-like speech; hotword: only these words; off: never.",
    )
    hotwords: tuple[Text, ...] = Field(
        (), strict=False, description="Words that interrupt when type is hotword."
    )
    min_speech: Seconds = Field(
        0.3, le=5, description="Speech shorter than this never interrupts. Unit: s."
    )
    max_backchannel: Seconds = Field(
        0.9,
        le=5,
        description="Speech over the agent that lasts longer is no backchannel. Unit: s.",
    )
    resume_after: Seconds = Field(
        1.2,
        le=10,
        description="After a stop, silence without a word for this long: it was a false "
        "barge-in and the agent goes on from where it stopped. Unit: s.",
    )
    duck_db: float = Field(
        -12.0,
        ge=-60,
        le=0,
        strict=False,
        description="Gain of the agent's voice while it is undecided. Unit: dB.",
    )
    fade: Seconds = Field(
        0.04, le=0.5, description="Length of the fade when the agent stops. Unit: s."
    )

    @model_validator(mode="after")
    def _words_given(self) -> Self:
        if self.type is BargeInType.HOTWORD and not self.hotwords:
            raise ValueError("type hotword needs hotwords: [...]")
        return self


class TurnTaking(Section):
    """The numbers of turn-taking."""

    endpointing: Endpointing = Endpointing()
    bargein: BargeIn = BargeIn()
    maxspeechtimeout: Seconds = Field(
        60.0, gt=0, le=600, description="A caller's turn never lasts longer than this. Unit: s."
    )
    max_call: Seconds = Field(
        1800.0, gt=0, le=3600 * 4, description="A call never lasts longer than this. Unit: s."
    )


class Ending(StrEnum):
    """What an act may do to the call once it has been said."""

    HANG_UP = "hang_up"
    TRANSFER = "transfer"


class Rung(Section):
    """One step of a ladder. The highest ``count`` not above the occurrences wins (VoiceXML)."""

    count: int = Field(ge=1, le=100, description="From which occurrence on this rung applies.")
    say: Text
    do: Ending | None = Field(None, strict=False, description="What follows when it was said.")
    to: Id | None = Field(None, description="Name of the transfer target.")

    @model_validator(mode="after")
    def _target(self) -> Self:
        if (self.to is not None) != (self.do is Ending.TRANSFER):
            raise ValueError("do: transfer and to: NAME go together")
        return self


class SilenceRung(Rung):
    """One step of the silence ladder (``noinput``)."""

    after: Seconds = Field(gt=0, description="Mutual silence before this step. Unit: s.")


class Filler(Section):
    """Words that win time while System 2 thinks."""

    after: Seconds = Field(description="Seconds after the caller's last sound. Unit: s.")
    say: Phrases


class Soothe(Section):
    """What to say to a fast or agitated talker."""

    fast_speech: tuple[Text, ...] = Field((), strict=False)
    agitated: tuple[Text, ...] = Field((), strict=False)


class AgentBackchannel(Section):
    """The agent's own 'mm-hm'."""

    say: Phrases
    every: Seconds = Field(5.0, gt=0, description="Never more often than this. Unit: s.")


class Backchannels(Section):
    """What the caller may say without taking the floor, and what the agent may."""

    caller: tuple[Text, ...] = Field((), strict=False)
    agent: AgentBackchannel | None = None


class Machine(Section):
    """What to do when the other party is a machine."""

    say: Text
    do: Ending = Field(Ending.HANG_UP, strict=False)
    to: Id | None = None


Ladder = Annotated[tuple[Rung, ...], Field(strict=False)]
SilenceLadder = Annotated[tuple[SilenceRung, ...], Field(strict=False)]
YesNo = Literal["yes", "no"]
