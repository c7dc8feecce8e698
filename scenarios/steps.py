"""The steps of a scenario: what is awaited of the agent, and what the caller says and does."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from policies.model import Seconds, Section, Text
from system1.acts import Kind


def _pattern(says: str) -> re.Pattern[str]:
    """The expression behind ``says``: /regex/, or a substring in which any space fits any."""
    if len(says) > 2 and says.startswith("/") and says.endswith("/"):
        return re.compile(says[1:-1], re.IGNORECASE)
    return re.compile(r"\s+".join(re.escape(word) for word in says.split()), re.IGNORECASE)


def _compiles(says: str) -> str:
    try:
        _pattern(says)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return says


def contains(text: str, says: str | None) -> bool:
    """Whether ``text`` has these words. None: any text does."""
    return says is None or _pattern(says).search(text) is not None


Says = Annotated[
    Text,
    AfterValidator(_compiles),
    Field(description="Words in it, in any case; or /regex/."),
]


class AgentStep(Section):
    """The first utterance that fits, or what becomes of the one under way."""

    kind: Kind | None = Field(
        None,
        strict=False,
        description="What the utterance is for. Left out: anything but a backchannel.",
    )
    says: Says | None = None
    within: Seconds | None = Field(
        None,
        ge=0,
        le=3600,
        description="From the end of the step before (the later of the caller's last audible "
        "sample and the last agent utterance's end) to its first audible sample. Unit: s.",
    )
    keeps: Literal[True] | None = Field(
        None, description="The utterance under way at the caller's last onset is played to its end."
    )
    stops: Seconds | None = Field(
        None,
        ge=0,
        le=3600,
        description="The utterance under way at the caller's last onset ends so soon after that "
        "onset, or had ended before it. Unit: s.",
    )

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        awaits = any(item is not None for item in (self.kind, self.says, self.within))
        if awaits + (self.keeps is not None) + (self.stops is not None) != 1:
            raise ValueError("needs kind, says or within; or keeps alone; or stops alone")
        return self


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Sound = Literal["cough", "laugh", "music", "beep", "noise"]


class CallerStep(Section):
    """One thing that the caller does: says a line, makes a sound, presses keys, waits, leaves."""

    say: Text | None = None
    pause: Seconds | None = Field(
        None,
        le=3600,
        gt=0,
        description="Silence between `say` and `then`, and between its parts. Unit: s.",
    )
    then: Annotated[
        tuple[Text, ...],
        BeforeValidator(_listed, json_schema_input_type=str | list[str]),
        Field(strict=False),
    ] = ()
    mumbled: bool = Field(False, description="Not to be understood: only what is below 400 Hz.")
    rate: int | None = Field(None, ge=80, le=450, description="Unit: words per minute.")
    pitch: int | None = Field(None, ge=0, le=99, description="On espeak-ng's scale 0 to 99.")
    volume: int | None = Field(None, ge=0, le=200, description="100 is the voice's normal one.")
    wav: Text | None = Field(None, description="Path of a recording, beside this file.")
    sound: Sound | None = None
    seconds: Seconds | None = Field(
        None, gt=0, le=120, description="How long the sound lasts. Unit: s."
    )
    level_db: float | None = Field(
        None,
        ge=-80,
        le=0,
        strict=False,
        description="Level: of a sound in dBFS, of speech and recordings relative to their own, as "
        "when the caller turns away or somebody else speaks in the room. Unit: dB.",
    )
    muffled: bool = Field(
        False, description="As through a wall or from the next room: nothing above 1 kHz."
    )
    dtmf: str | None = Field(None, pattern=r"^[0-9A-D*#]{1,32}$", description="Keys to press.")
    silent: Seconds | None = Field(
        None,
        le=3600,
        gt=0,
        description="The caller's next line begins only after so long. Unit: s.",
    )
    hangs_up: Literal[True] | None = None
    during: Literal["agent"] | None = Field(
        None, description="Over the utterance under way, else over the next one."
    )
    at: Seconds | None = Field(
        None,
        ge=0,
        le=3600,
        description="From that utterance's first audible sample. Default 0. Unit: s.",
    )
    after: Seconds | None = Field(
        None,
        ge=0,
        le=3600,
        description="Silence of both sides before it, instead of the caller's gap. Unit: s.",
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        acts = (self.say, self.wav, self.sound, self.dtmf, self.silent, self.hangs_up)
        if sum(act is not None for act in acts) != 1:
            raise ValueError("needs one of say, wav, sound, dtmf, silent, hangs_up")
        if (self.pause is not None) != bool(self.then):
            raise ValueError("pause and then go together")
        manner = (self.rate, self.pitch, self.volume)
        of_speech = self.mumbled or bool(self.then) or any(one is not None for one in manner)
        if of_speech and self.say is None:
            raise ValueError("pause, then, mumbled, rate, pitch and volume need say")
        if self.sound is None and self.seconds is not None:
            raise ValueError("seconds need sound")
        sounds = self.say is not None or self.wav is not None or self.sound is not None
        if not sounds and (self.level_db is not None or self.muffled):
            raise ValueError("level_db and muffled need say, wav or sound")
        if self.at is not None and self.during is None:
            raise ValueError("at needs during: agent")
        if self.after is not None and self.during is not None:
            raise ValueError("after and during exclude each other")
        if self.silent is not None and (self.during is not None or self.after is not None):
            raise ValueError("silent begins at once: leave out during and after")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """What is said, cut at its pauses; empty where nothing is."""
        return () if self.say is None else (self.say, *self.then)


def spoken(value: object) -> object:
    """A bare string is a line to say."""
    return {"say": value} if isinstance(value, str) else value
