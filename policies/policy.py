"""A policy: one bot, as one YAML file."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from policies.dialogue import Disclosure, Knowledge, Rule, Task
from policies.model import Id, Section, Text
from policies.timing import (
    Backchannels,
    Filler,
    Ladder,
    Machine,
    SilenceLadder,
    Soothe,
    TurnTaking,
)


class Persona(Section):
    """Who the agent is."""

    name: Text
    company: Text | None = None
    brief: str = Field("", description="What a language model is told about its part.")


class VoiceChoice(Section):
    """Which voice speaks: a name the engine knows, or a sample where it clones."""

    name: Text | None = None
    sample: Text | None = Field(None, description="Path of a recording, beside the policy.")
    rate: int = Field(170, ge=80, le=450, description="Speaking rate. Unit: words per minute.")
    pitch: int = Field(50, ge=0, le=99, description="Base pitch on the engine's scale 0 to 99.")


class MemoryPolicy(Section):
    """How long a customer is remembered."""

    retention_days: int = Field(365, ge=0, le=36500, description="0 keeps nothing. Unit: days.")


class Privacy(Section):
    """What is masked before it is logged, stored or sent."""

    mask: tuple[Id, ...] = Field((), strict=False)


class Policy(Section):
    """The whole bot. Every threshold has a default, a unit and a range."""

    policy: Id = Field(description="The policy's id.")
    language: str = Field(
        "en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47 language tag."
    )
    speech: Id | None = Field(None, description="Speech profile, such as embedded.")
    persona: Persona
    voice: VoiceChoice = VoiceChoice()
    greeting: Text
    disclosures: Annotated[tuple[Disclosure, ...], Field(strict=False)] = ()
    turn_taking: TurnTaking = TurnTaking()
    noinput: SilenceLadder = ()
    nomatch: Ladder = ()
    fillers: Annotated[tuple[Filler, ...], Field(strict=False)] = ()
    soothe: Soothe = Soothe()
    backchannels: Backchannels = Backchannels()
    machine: Machine | None = None
    rules: Annotated[tuple[Rule, ...], Field(strict=False)] = ()
    tasks: Annotated[tuple[Task, ...], Field(strict=False)] = ()
    knowledge: Annotated[tuple[Knowledge, ...], Field(strict=False)] = ()
    confidence: float = Field(
        0.5,
        ge=0,
        le=1,
        strict=False,
        description="Knowledge below this likeness is not used as an answer. No unit, 0 to 1.",
    )
    transfer: dict[Id, Text] = Field(default_factory=dict, description="Name to address.")
    memory: MemoryPolicy = MemoryPolicy()
    privacy: Privacy = Privacy()

    @model_validator(mode="after")
    def _targets_exist(self) -> Self:
        outcomes = [*self.noinput, *self.nomatch, *self.rules]
        outcomes += [task.then for task in self.tasks]
        outcomes += [task.give_up for task in self.tasks if task.give_up]
        for outcome in outcomes:
            if outcome.to is not None and outcome.to not in self.transfer:
                raise ValueError(f"transfer target {outcome.to!r} is not listed under transfer")
        for name, ids in (
            ("rules", [rule.id for rule in self.rules]),
            ("tasks", [task.id for task in self.tasks]),
            ("knowledge", [item.id for item in self.knowledge]),
        ):
            if twice := {one for one in ids if ids.count(one) > 1}:
                raise ValueError(f"{name}: id {sorted(twice)[0]!r} is used twice")
        return self
