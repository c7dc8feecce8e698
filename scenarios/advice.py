"""An adviser whose answers stand in the scenario: a policy's adviser without its server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from agent.advising import AdviserError
from policies.model import Phrase, Seconds, Section
from system1.acts import Consult
from system1.consultation import INTERRUPTS, Matter

Chance = Annotated[float, Field(ge=0, le=1)]


class Opinion(Section):
    """What is said of these words."""

    words: Phrase = Field(description="Words of the caller's that it is about, in any case.")
    done: Chance | None = Field(
        None, description="Probability that the caller has finished with them. No unit, 0 to 1."
    )
    interrupts: Chance | None = Field(
        None, description="Probability that they interrupt the agent. No unit, 0 to 1."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.done is None and self.interrupts is None:
            raise ValueError("needs done or interrupts")
        return self


class ScriptedAdvice(Section):
    """An adviser that says what is written here, and fails where nothing is."""

    takes: Seconds = Field(
        0.1, ge=0, le=600, description="Charged for each answer. Unit: s of the call."
    )
    says: Annotated[tuple[Opinion, ...], Field(strict=False)] = Field(
        (), description="The first whose words are among the caller's is the answer."
    )


class ScriptedAdviser:
    """See ``agent.advising.Adviser``."""

    def __init__(self, script: ScriptedAdvice) -> None:
        self._script = script

    async def ask(self, consult: Consult) -> Mapping[str, float]:
        """The first answer whose words fit."""
        heard = consult.moment.caller.casefold()
        for opinion in self._script.says:
            if opinion.words.casefold() not in heard:
                continue
            if consult.about is Matter.DONE and opinion.done is not None:
                return {"done": opinion.done, "goes_on": 1.0 - opinion.done}
            if consult.about is Matter.OVERLAP and opinion.interrupts is not None:
                chance = opinion.interrupts
                return {INTERRUPTS: chance, "listens": 1.0 - chance, "aside": 0.0}
        raise AdviserError("its script has no answer to this")

    async def close(self) -> None:
        """Nothing is held."""
