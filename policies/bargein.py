"""What may interrupt the agent, and by which numbers speech over it is judged."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from policies.model import Phrase, Seconds, Section, refuse


class BargeInType(StrEnum):
    """What may interrupt the agent (VoiceXML ``bargeintype``, plus ``off``)."""

    SPEECH = "speech"
    HOTWORD = "hotword"
    OFF = "off"


ActKind = Literal[
    "greeting",
    "disclosure",
    "reply",
    "filler",
    "check_in",
    "soothe",
    "repair",
    "clarify",
    "farewell",
]


class BargeInOverride(Section):
    """What may interrupt some kinds of the agent's acts."""

    kind: tuple[ActKind, ...] = Field(
        min_length=1, strict=False, description="Kinds of acts, such as farewell."
    )
    type: BargeInType = Field(strict=False, description="What may interrupt these.")


class BargeIn(Section):
    """How the agent reacts to speech over its own."""

    type: BargeInType = Field(
        BargeInType.SPEECH,
        strict=False,
        description="speech: any turn-like speech; hotword: only these words; off: never.",
    )
    hotwords: tuple[Phrase, ...] = Field(
        (), strict=False, description="Words that interrupt when type is hotword."
    )
    min_speech: Seconds = Field(
        0.3, ge=0, le=5, description="Speech shorter than this never interrupts. Unit: s."
    )
    decide_by: Seconds = Field(
        0.28,
        ge=0,
        le=5,
        description="Speech over the agent with words that are no backchannel interrupts after "
        "this long, though they may still change: if they become a backchannel, the agent goes on "
        "within resume_agreed. Later (0.42) it stops less often in vain, and more slowly. Unit: s.",
    )
    clear: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Short speech over the agent that is recognised with less confidence is "
        "taken for a backchannel. No unit, 0 to 1.",
    )
    decide_from: Seconds = Field(
        0.22,
        ge=0,
        le=5,
        description="Words that only interruptions begin with interrupt after so much speech, if "
        "it is as loud as the caller and articulated. Unit: s.",
    )
    first_word: Seconds = Field(
        0.08,
        ge=0,
        le=5,
        description="A single small word ('how', 'my') counts once it has been read so long and "
        "has not become another. Unit: s.",
    )
    unlike: float = Field(
        -18.0,
        ge=-100,
        le=0,
        description="Speech whose first sounds are so much less likely in a backchannel or a hum "
        "than anywhere is neither, and its words count after decide_from. Unit: nats.",
    )
    fits: float = Field(
        3.0,
        ge=-100,
        le=100,
        description="Speech whose first sounds are so likely in a backchannel or a hum may be one, "
        "whatever its words seem to be. Unit: nats.",
    )
    fits_by: Seconds = Field(
        0.5,
        ge=0,
        le=5,
        description="Such speech, and any where nothing is known of its sounds, interrupts after "
        "this long. Unit: s.",
    )
    short: Seconds = Field(
        0.7,
        ge=0,
        le=5,
        description="Speech that is over after so long and fits, or was hardly recognised, is "
        "taken for a backchannel. Unit: s.",
    )
    background_db: float = Field(
        -9.0,
        ge=-60,
        le=0,
        description="Speech so far below the level of the caller's own turns is somebody else's, "
        "or to somebody else: it neither interrupts nor is answered. Unit: dB.",
    )
    aside_db: float = Field(
        -4.0,
        ge=-60,
        le=0,
        description="So far below, words that are said to others ('honey, not now') are. Unit: dB.",
    )
    level_after: Seconds = Field(
        0.3,
        ge=0,
        le=5,
        description="Speech is not called background before it has lasted so long, as words "
        "begin softly. Unit: s.",
    )
    background_wait: Seconds = Field(
        1.5,
        ge=0,
        le=60,
        description="Background speech into the agent's silence is paid no attention after so "
        "long, though it goes on. Unit: s.",
    )
    insist_within: Seconds = Field(
        8.0,
        ge=0,
        le=60,
        description="Low speech that calls the agent, or says what the policy listens for, counts "
        "the second time within so long. Unit: s.",
    )
    articulation_db: float = Field(
        3.3,
        ge=0,
        le=30,
        description="Speech whose spectrum moves less than this is a hum, an 'um' or an 'er': it "
        "does not interrupt until words follow that only interruptions begin with. Unit: dB.",
    )
    echo: float = Field(
        0.9,
        ge=0,
        le=1,
        description="Speech that is so much like what the agent has just said is its echo. "
        "No unit, 0 to 1.",
    )
    finish_words: int = Field(
        1,
        ge=0,
        le=10,
        description="With so many words left to say the agent finishes them instead of stopping. "
        "No unit.",
    )
    max_backchannel: Seconds = Field(
        1.1,
        ge=0,
        le=5,
        description="Speech over the agent that lasts longer is no backchannel. Unit: s.",
    )
    max_wordless: Seconds = Field(
        0.8,
        ge=0,
        le=5,
        description="Speech over the agent in which no word is recognised interrupts after this "
        "long. Unit: s.",
    )
    resume_after: Seconds = Field(
        1.2,
        ge=0,
        le=10,
        description="After a stop, silence without a word for this long: it was a false "
        "barge-in and the agent goes on from where it stopped. Unit: s.",
    )
    resume_agreed: Seconds = Field(
        0.1,
        ge=0,
        le=10,
        description="The same where a backchannel is what was said. Unit: s.",
    )
    duck_db: float = Field(
        -12.0,
        ge=-60,
        le=0,
        description="Gain of the agent's voice while it is undecided. Unit: dB.",
    )
    sound_wait: Seconds = Field(
        0.16,
        ge=0,
        le=2,
        description="The agent ducks at a sound before it is known to be speech, and is back at "
        "its level if none has come of it after so long. 0: it ducks for speech alone. Unit: s.",
    )
    sounds: int = Field(
        3,
        ge=0,
        le=100,
        description="After so many sounds in a row without speech no other is ducked for.",
    )
    fade: Seconds = Field(
        0.04, ge=0, le=0.5, description="Length of the fade when the agent stops. Unit: s."
    )

    overrides: tuple[BargeInOverride, ...] = Field(
        (),
        strict=False,
        description="Another type for some of the agent's acts; the first that names one holds.",
    )

    @model_validator(mode="after")
    def _words_given(self) -> Self:
        types = (self.type, *(one.type for one in self.overrides))
        if BargeInType.HOTWORD in types and not self.hotwords:
            refuse([(("hotwords",), "needs at least one word, as type is hotword")])
        return self


class CutIn(Section):
    """What happens to a caller's speech that begins with the agent's answer.

    So early there is nothing to agree to and little to object to: it is likely the turn that was
    taken too soon, going on. And the answer is kept, so that stopping for nothing costs a second
    and no more. Hence less proof is waited for than for a barge-in: one word that is no backchannel
    stops the agent. Only under bargein.type speech.
    """

    within: Seconds = Field(
        0.8,
        ge=0,
        le=5,
        description="Speech that begins up to so long after the answer's first sample is the turn "
        "going on. 0: only speech that began before it. Unit: s.",
    )
    min_speech: Seconds = Field(
        0.15, ge=0, le=5, description="Shorter speech never stops the agent. Unit: s."
    )
    decide_by: Seconds = Field(
        0.36,
        ge=0,
        le=5,
        description="A word that may still change stops the agent after this long: what will be a "
        '"right" is heard as one by then; a word that is settled does so at once. Unit: s.',
    )
    max_wordless: Seconds = Field(
        0.65,
        ge=0,
        le=5,
        description="Such speech in which no word is recognised stops the agent after this long, "
        "once a turn: a cough is over by then. Only backchannels do after "
        "bargein.max_backchannel. Unit: s.",
    )
