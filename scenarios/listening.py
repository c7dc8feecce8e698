"""A listener whose answers stand in the scenario: a policy's listener without its model."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from agent.overhearing import SOUNDS, ListenerError, Opinion, Stretch
from policies.model import Phrase, Seconds, Section, refuse
from system1.moods import Emotion


class HeardAs(Section):
    """What is made of a stretch of speech with these words."""

    words: Phrase = Field(description="Words of the caller's that it is about, in any case.")
    emotion: Annotated[Emotion, Field(strict=False)] = Field(
        Emotion.CALM, description="How the caller seems to feel."
    )
    confidence: float = Field(
        0.9, ge=0, le=1, description="How sure the listener is of it. No unit, 0 to 1."
    )
    sounds: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="Other sounds in it, such as laugh, cough, music or dog."
    )

    @model_validator(mode="after")
    def _known(self) -> Self:
        refuse(
            (("sounds", place), f"is none of {', '.join(sorted(SOUNDS))}")
            for place, sound in enumerate(self.sounds)
            if sound not in SOUNDS
        )
        return self


class ScriptedListening(Section):
    """A listener that hears what is written here, and fails where nothing is."""

    takes: Seconds = Field(
        0.5, ge=0, le=600, description="Charged for each answer. Unit: s of the call."
    )
    hears: Annotated[tuple[HeardAs, ...], Field(strict=False)] = Field(
        (), description="The first whose words are among the stretch's is the answer."
    )


class ScriptedListener:
    """See ``agent.overhearing.Listener``."""

    def __init__(self, script: ScriptedListening) -> None:
        self._script = script

    async def listen(self, stretch: Stretch) -> Opinion:
        """The first answer whose words fit."""
        said = stretch.words.casefold()
        for one in self._script.hears:
            if one.words.casefold() in said:
                return Opinion(one.emotion, one.confidence, one.sounds)
        raise ListenerError("its script has no answer to this")

    async def close(self) -> None:
        """Nothing is held."""
