"""What to talk about: rules, tasks with their slots, knowledge, disclosures."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from policies.model import Id, Phrases, Section, Text
from policies.timing import Ending

SlotKind = Literal["text", "name", "date", "time", "yes_no", "number", "digits"]


class PatternType(Section):
    """Letters and digits that together match a regular expression."""

    pattern: Text = Field(description="Regular expression that the whole value must match.")

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return value


class DigitsType(Section):
    """A number said digit by digit."""

    digits: int = Field(ge=1, le=32, description="How many digits the value has.")


class ChoiceType(Section):
    """One of a few words."""

    choice: Phrases


SlotType = SlotKind | PatternType | DigitsType | ChoiceType


class Collect(Section):
    """A slot that a task needs, and how to ask for it."""

    slot: Id
    ask: Text
    type: SlotType = Field("text", description="What an answer looks like.")
    confirm: bool = Field(False, description="Read the value back and ask for a yes.")
    attempts: int = Field(3, ge=1, le=10, description="Tries before the task gives up.")
    reask: Text | None = Field(None, description="Question after an answer that did not fit.")


class When(Section):
    """A condition; every key given must hold."""

    says: Phrases | None = Field(None, description="One of these phrases was said.")
    agitated: int | None = Field(None, ge=1, description="Agitated at least so many times.")
    turns: int | None = Field(None, ge=1, description="The caller has had at least so many turns.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.says is None and self.agitated is None and self.turns is None:
            raise ValueError("needs at least one of says, agitated, turns")
        return self


class Outcome(Section):
    """Words, and what follows when they were said."""

    say: Text
    do: Ending | None = Field(None, strict=False)
    to: Id | None = None

    @model_validator(mode="after")
    def _target(self) -> Self:
        if (self.to is not None) != (self.do is Ending.TRANSFER):
            raise ValueError("do: transfer and to: NAME go together")
        return self


class Rule(Outcome):
    """A key decision taken without a language model; the first that matches wins."""

    id: Id
    when: When


class Task(Section):
    """Something that the agent gets done: slots to collect, then an outcome."""

    id: Id
    when: When
    say: Text | None = Field(None, description="Said once when the task starts.")
    collect: Annotated[tuple[Collect, ...], Field(strict=False)] = ()
    then: Outcome = Field(description="Said when every slot is filled; {slot} is replaced.")
    give_up: Outcome | None = Field(None, description="Said when a slot ran out of attempts.")

    @model_validator(mode="after")
    def _slots(self) -> Self:
        names = [item.slot for item in self.collect]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"slot {sorted(twice)[0]!r} is collected twice")
        unknown = set(re.findall(r"\{(\w[\w-]*)\}", self.then.say)) - set(names)
        if unknown:
            raise ValueError(f"then.say names {{{sorted(unknown)[0]}}}, which is not collected")
        return self


class Knowledge(Section):
    """A question in the callers' words, and its answer."""

    id: Id
    asks: Phrases
    answer: Text


class Disclosure(Section):
    """Something that must be said; with ``bargein: false`` it cannot be interrupted."""

    id: Id
    say: Text
    bargein: bool = False
