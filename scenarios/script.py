"""A scenario: one scripted call, as one YAML file. What may be written there, and nothing else."""

from __future__ import annotations

import datetime
import json
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from agent.records import Outcome
from agent.think_time import ThinkTime
from policies.model import Id, Seconds, Section, Text
from scenarios.advice import ScriptedAdvice
from scenarios.doubles import Doubles
from scenarios.listening import ScriptedListening
from scenarios.steps import AgentStep, CallerStep, Says, spoken
from system1.acts import Kind

Fidelity = Literal["audio", "text"]


class LineQuality(Section):
    """The telephone line between the caller's mouth and the agent's ears."""

    band: Literal["phone", "wide"] = Field(
        "wide",
        description="phone: 300 to 3400 Hz (G.712); wide: an HD line, 50 to 7000 Hz (G.722).",
    )
    noise: Literal["white", "pink", "none"] = Field("none", description="Noise on the line.")
    snr_db: float = Field(
        25.0,
        ge=-10,
        le=80,
        strict=False,
        description="Level of the caller's active speech over that of the noise. Unit: dB.",
    )
    echo_db: float | None = Field(
        None,
        ge=-60,
        le=0,
        strict=False,
        description="The agent's voice comes back so much softer. Left out: no echo. Audio only. "
        "Unit: dB.",
    )
    echo_delay: Seconds = Field(
        0.12, ge=0.01, le=0.5, description="So much later it comes back. Unit: s."
    )


class Caller(Section):
    """Who calls, and over which line."""

    id: Text | None = Field(
        None,
        description="Whom long-term memory knows the caller as. Left out: nobody is remembered.",
    )
    voice: Text | None = Field(
        None,
        description="Name of an espeak-ng voice. Default: en-us+klatt4, or cmn for a policy in "
        "Chinese.",
    )
    rate: int = Field(160, ge=80, le=450, description="Speaking rate. Unit: words per minute.")
    pitch: int = Field(50, ge=0, le=99, description="Base pitch, on espeak-ng's scale 0 to 99.")
    volume: int = Field(
        100, ge=0, le=200, description="Loudness, on espeak-ng's scale; 100 is its normal one."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of everything random in the call.")
    line: LineQuality = LineQuality()
    gap: Seconds = Field(
        0.5,
        ge=0,
        le=60,
        description="Silence of both sides before the caller speaks, where the line does not say "
        "`after`. Unit: s.",
    )
    policy: Text | None = Field(
        None,
        description="Another agent calls: name or path of its policy. Always runs as audio.",
    )


class Step(Section):
    """One step: what is awaited of the agent, or what the caller does."""

    agent: AgentStep | None = None
    caller: (
        Annotated[CallerStep, BeforeValidator(spoken, json_schema_input_type=str | CallerStep)]
        | None
    ) = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.agent is None) == (self.caller is None):
            raise ValueError("a step is either agent: ... or caller: ...")
        return self


class Range(Section):
    """How often something may happen."""

    min: int | None = Field(None, ge=0)
    max: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("needs min or max")
        if self.min is not None and self.max is not None and self.max < self.min:
            raise ValueError("max must not be smaller than min")
        return self


def exactly(value: object) -> object:
    """A bare count is a range of itself alone."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"min": value, "max": value}
    return value


Count = Annotated[Range, BeforeValidator(exactly, json_schema_input_type=int | Range)]


class Never(Section):
    """An utterance that must not be played: of this kind, with these words, or both."""

    kind: Kind | None = Field(None, strict=False)
    says: Says | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.kind is None and self.says is None:
            raise ValueError("needs kind or says")
        return self


class Expect(Section):
    """What must be true of the whole call."""

    outcome: Outcome | None = None
    gap_p50: Seconds | None = Field(
        None,
        ge=0,
        le=3600,
        description="Greatest median response gap, from the recording. Unit: s.",
    )
    gap_max: Seconds | None = Field(
        None, ge=0, le=3600, description="Greatest response gap, from the recording. Unit: s."
    )
    false_cuts: int | None = Field(
        None,
        ge=0,
        description="At most so many agent onsets inside a caller's line or its pause; lines said "
        "during: agent and the agent's backchannels do not count.",
    )
    thinks: Count | None = Field(None, description="How often System 2 was asked.")
    check_ins: Count | None = Field(None, description="How many silence check-ins were begun.")
    fillers: Count | None = Field(None, description="How many fillers were begun.")
    backchannels: Count | None = Field(None, description="How many backchannels the agent gave.")
    tools: dict[Id, Count] = Field(
        default_factory=dict,
        description="How often each tool was used, well or not; what was refused before it was "
        "begun, or cancelled because nobody wanted it any more, does not count.",
    )
    slots: dict[Id, str] = Field(
        default_factory=dict, description="Values that the agent's task had understood in the end."
    )
    remembers: dict[Id, str | None] = Field(
        default_factory=dict,
        description="What long-term memory knows of the caller after the call; null: nothing under "
        "this name.",
    )
    never: Annotated[tuple[Never, ...], Field(strict=False)] = ()


def a_date(value: object) -> object:
    """YAML 1.2 has no dates: they come as text."""
    if isinstance(value, str):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            raise ValueError("not a date as in 2026-01-05") from None
    return value


def a_moment(value: object) -> object:
    """A local date and time."""
    if isinstance(value, str):
        try:
            moment = datetime.datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None or "T" not in value:
            raise ValueError("not a local date and time as in 2026-11-21T20:15")
        return moment
    return value


class ModelSpeed(Section):
    """How fast System 2's model is, in virtual time."""

    first: Seconds = Field(
        0.3, ge=0, le=600, description="Until the first token. Unit: s of the call."
    )
    tokens_per_second: float | None = Field(
        None,
        gt=0,
        le=100000,
        strict=False,
        description="How fast the text comes then, four letters or a Chinese character a token. "
        "Left out: all at once. Unit: tokens/s.",
    )


def at_once(value: object) -> object:
    """A bare number is the time after which the whole answer is there."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"first": value}
    return value


class Scenario(Section):
    """One scripted call."""

    scenario: Id = Field(description="The scenario's id.")
    policy: Text = Field(description="A shipped policy's name, or a path beside this file.")
    caller: Caller = Caller()
    fidelity: Literal["text"] | None = Field(
        None, description="text: this scenario runs on words alone, whatever was asked for."
    )
    think: Annotated[
        ModelSpeed, BeforeValidator(at_once, json_schema_input_type=float | ModelSpeed)
    ] = Field(
        ModelSpeed(first=0.3),
        description="Charged for a thought of System 2: seconds of the call, or a model's speed.",
    )
    today: Annotated[datetime.date, BeforeValidator(a_date, json_schema_input_type=str)] = Field(
        datetime.date(2026, 1, 5), description="The day of the call, for dates such as tomorrow."
    )
    starts: (
        Annotated[datetime.datetime, BeforeValidator(a_moment, json_schema_input_type=str)] | None
    ) = Field(
        None,
        description="Date and time of the call's start, local to the policy's hours, such as "
        "2026-11-21T20:15. Left out: noon of today.",
    )
    hears: tuple[Text, ...] = Field(
        (), strict=False, description="Words that the ears may recognise beside the policy's own."
    )
    limit: Seconds = Field(
        600.0, gt=0, le=3600, description="The caller hangs up after so long at most. Unit: s."
    )
    memory: dict[Id, str] | None = Field(
        None,
        description="What long-term memory knows of the caller, from one call two days before. "
        "Left out: the caller has never called. Needs caller.id.",
    )
    adviser: ScriptedAdvice | None = Field(
        None,
        description="What the policy's adviser says in this call. "
        "Left out: the server that the policy names is asked.",
    )
    listener: ScriptedListening | None = Field(
        None,
        description="What the policy's listener hears in this call. "
        "Left out: the model that the policy names is asked, in calls with sound.",
    )
    tools: dict[Id, Doubles] = Field(
        default_factory=dict,
        description="Stand-ins for the policy's tools, by id: the first that fits counts. A tool "
        "that is used without one fails, and the scenario with it.",
    )
    steps: Annotated[tuple[Step, ...], Field(min_length=1, strict=False)]
    expect: Expect = Expect()

    @property
    def think_time(self) -> ThinkTime:
        """What a think is charged."""
        return ThinkTime(self.think.first, self.think.tokens_per_second)

    @property
    def day(self) -> datetime.date:
        """The day of the call."""
        return self.today if self.starts is None else self.starts.date()

    @model_validator(mode="after")
    def _order(self) -> Self:
        for number, step in enumerate(self.steps[:-1], start=1):
            if step.caller is not None and step.caller.hangs_up:
                raise ValueError(f"step {number} hangs up, so no step can follow it")
        if self.caller.id is None and (self.memory is not None or self.expect.remembers):
            raise ValueError("memory is of a caller with an id: set caller.id")
        if self.caller.policy is not None and any(step.caller for step in self.steps):
            raise ValueError("a caller with a policy speaks for itself: leave out caller steps")
        return self


def scenario_schema() -> str:
    """JSON Schema of a scenario, for editors."""
    schema = Scenario.model_json_schema()
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
