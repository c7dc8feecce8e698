"""What to talk about: rules, tasks with their slots, knowledge, disclosures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, field_validator, model_validator

from policies.model import (
    Finding,
    Id,
    Line,
    Phrase,
    Phrases,
    Place,
    Seconds,
    Section,
    Template,
    Text,
    refuse,
    repeated,
)
from policies.timing import SilenceLadder, Spoken

SlotKind = Literal["text", "name", "date", "time", "yes_no", "number", "digits"]


class PatternType(Section):
    """Letters and digits that together match a regular expression."""

    pattern: Text = Field(description="Regular expression that the whole value must match.")

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return value


class DigitsType(Section):
    """A number said digit by digit."""

    digits: int = Field(ge=1, le=32, description="How many digits the value has.")


class ChoiceType(Section):
    """One of a few words."""

    choice: Phrases = Field(description="The words to choose from.")


SlotType = SlotKind | PatternType | DigitsType | ChoiceType


class Collect(Section):
    """A slot that a task needs, and how to ask for it."""

    slot: Id = Field(description="Name of the value; {name} in then.say stands for it.")
    ask: Line = Field(description="The question.")
    type: SlotType = Field("text", description="What an answer looks like.")
    confirm: bool = Field(False, description="Read the value back and ask for a yes.")
    attempts: int = Field(3, ge=1, le=10, description="Tries before the task gives up.")
    reask: Line | None = Field(None, description="Question after an answer that did not fit.")
    noinput: SilenceLadder = Field(
        (),
        description="What the agent says to silence after this question; {ask} stands for the "
        "question. Where the policy's noinput has a step of the same count, this one wins.",
    )


MOODS = ("agitated", "fast_speech", "hesitant", "confused")
"""The moods of ``system1.moods``, as ``when`` and ``soothe`` name them."""
OF_RULES = ("duration", "attempts", "nomatch", "noinput", "hours")
"""Conditions that System 1 alone can judge: a task does not begin on them."""


class When(Section):
    """A condition; every key given must hold."""

    says: Phrases | None = Field(None, description="One of these phrases was said.")
    agitated: int | None = Field(
        None, ge=1, description="The caller was agitated in at least so many turns."
    )
    fast_speech: int | None = Field(
        None, ge=1, description="The caller spoke fast in at least so many turns."
    )
    hesitant: int | None = Field(
        None, ge=1, description="The caller was hesitant in at least so many turns."
    )
    confused: int | None = Field(
        None, ge=1, description="The caller was confused in at least so many turns."
    )
    turns: int | None = Field(None, ge=1, description="The caller has had at least so many turns.")
    duration: Seconds | None = Field(
        None, le=3600, gt=0, description="The call has lasted at least so long. Unit: s."
    )
    attempts: int | None = Field(
        None,
        ge=1,
        description="At least so many answers to one question of the task did not fit.",
    )
    nomatch: int | None = Field(
        None, ge=1, description="At least so many turns in a row were not understood."
    )
    noinput: int | None = Field(
        None, ge=1, description="The caller was silent at least so many times in a row."
    )
    hours: Literal["open", "closed"] | None = Field(
        None, description="By the policy's hours it is open now, or closed."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.says is None and self.turns is None and not self.moods and not self.of_rules:
            names = ", ".join((*MOODS, "turns", *OF_RULES))
            raise ValueError(f"needs at least one of says, {names}")
        return self

    @property
    def moods(self) -> tuple[tuple[str, int], ...]:
        """The moods that it asks for, and in how many turns."""
        counts = (self.agitated, self.fast_speech, self.hesitant, self.confused)
        named = zip(MOODS, counts, strict=True)
        return tuple((mood, count) for mood, count in named if count is not None)

    @property
    def of_rules(self) -> tuple[str, ...]:
        """The keys given that are of use in rules alone."""
        return tuple(name for name in OF_RULES if getattr(self, name) is not None)


class Use(Section):
    """A tool that a task uses once it has what it needs."""

    tool: Id = Field(description="One of the policy's tools.")
    arguments: dict[Id, JsonValue] = Field(
        default_factory=dict,
        alias="with",
        description="What it is given: {slot} for a slot's value, or a value as it stands.",
    )


class Outcome(Spoken):
    """How a task ends: words, in which ``{slot}`` stands for a value, and what follows.

    With ``use``, ``say`` tells what came of it: ``{tool.status}`` stands for ``status`` in the
    tool's JSON answer, ``{tool.parcels.0.city}`` for what lies deeper, ``{tool}`` for all of it.
    """

    say: Template = Field(
        description="What the agent says; {slot} is replaced by its value, {tool.field} by what "
        "the tool answered."
    )
    use: Use | None = Field(None, description="A tool that is used first; of use in then alone.")
    failed: Line | None = Field(
        None,
        description="Said in place of say when the tool fails. Left out: a line in the language.",
    )

    @model_validator(mode="after")
    def _of_the_tool(self) -> Self:
        if self.failed is not None and self.use is None:
            refuse([(("failed",), "is said when a tool fails: needs use")])
        return self


class Rule(Spoken):
    """A key decision taken without a language model; the first that matches wins.

    One without ``says`` holds by counts or the clock alone, and so is taken once in a call.
    """

    id: Id = Field(description="Named in the journal as the reason of what was done.")
    when: When = Field(description="When the rule applies.")


class Task(Section):
    """Something that the agent gets done: slots to collect, then an outcome."""

    id: Id = Field(description="Named in the journal.")
    when: When = Field(description="What the caller says to get it done.")
    say: Line | None = Field(None, description="Said once when the task starts.")
    collect: Annotated[tuple[Collect, ...], Field(strict=False)] = Field(
        (), description="The slots, in the order in which they are asked for."
    )
    then: Outcome = Field(description="Said when every slot is filled; {slot} is replaced.")
    give_up: Outcome | None = Field(None, description="Said when a slot ran out of attempts.")

    @model_validator(mode="after")
    def _slots(self) -> Self:
        slots = [item.slot for item in self.collect]
        refuse(
            [
                *repeated(
                    "slot", ((("collect", at, "slot"), slot) for at, slot in enumerate(slots))
                ),
                *_unfillable(("then", "say"), self.then.say, slots, self.then.use),
                *_unfillable(("give_up", "say"), self.give_up.say if self.give_up else "", slots),
                *_ungiven(self.then.use, slots),
                *(
                    [(("give_up", "use"), "is of use only in then")]
                    if self.give_up is not None and self.give_up.use is not None
                    else ()
                ),
                *((("when", name), "is of use only in rules") for name in self.when.of_rules),
            ]
        )
        return self


class Knowledge(Section):
    """A question in the callers' words, and its answer."""

    id: Id = Field(description="Named in the journal as the source of an answer.")
    asks: Phrases = Field(description="How callers ask; several ways to say it help.")
    answer: Line = Field(description="The answer as it is spoken: two short sentences at most.")
    short: Line | None = Field(
        None,
        description="The same for a caller who is upset or did not understand: one plain sentence. "
        "Left out: the first sentence of answer for the one, the whole answer for the other.",
    )


class Disclosure(Section):
    """Something that must be said; with ``bargein: false`` it cannot be interrupted."""

    id: Id = Field(description="Named in the journal.")
    say: Line = Field(description="Said right after the greeting.")
    bargein: bool = Field(False, description="May the caller interrupt it?")


TOOL = "tool"
"""``{tool.field}`` in what a task says stands for a field of its tool's answer."""


def asked_words(phrase: Phrase) -> str:
    """A phrase without case and punctuation: two that agree in it cannot be told apart."""
    return " ".join(re.findall(r"\w+", phrase.casefold()))


def is_of_tool(name: str) -> bool:
    """Whether a ``{name}`` stands for something in a tool's answer."""
    return name == TOOL or name.startswith(f"{TOOL}.")


def _unfillable(
    place: Place, say: str, slots: list[str], use: Use | None = None
) -> Iterator[Finding]:
    for name in re.findall(r"\{([^{}]*)\}", say):
        if is_of_tool(name) and name not in slots:
            if use is None:
                yield place, f"{{{name}}} is a tool's answer, and no tool is used here: needs use"
        elif name not in slots:
            listed = ", ".join(slots) or "none"
            yield place, f"{{{name}}} is not among the collected slots ({listed})"
    if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", say)):
        yield place, "has a brace without its partner; write {slot}"


def _ungiven(use: Use | None, slots: list[str]) -> Iterator[Finding]:
    """Arguments for which the task has no value."""
    for name, value in use.arguments.items() if use is not None else ():
        if isinstance(value, str):
            yield from _unfillable(("then", "use", "with", name), value, slots)
