"""When a caller counts as agitated or as a fast talker: thresholds over the caller's own voice."""

from __future__ import annotations

from pydantic import Field

from policies.model import Seconds, Section


class Affect(Section):
    """What a raised or hurried voice is, against how this caller spoke at first.

    Agitated: pitch and loudness are both raised, or one of them in a turn with words of complaint.
    Fast: much faster than before and fast in itself, or very fast whatever came before.
    """

    pitch: float = Field(
        2.0,
        gt=0,
        le=24,
        description="Pitch is raised from so far above the caller's own on. Unit: semitones.",
    )
    level: float = Field(
        3.0,
        gt=0,
        le=40,
        description="The voice is loud from so far above the caller's own level on. Unit: dB.",
    )
    rate_ratio: float = Field(
        1.25,
        gt=1,
        le=5,
        description="Speech is fast from so many times the caller's own rate on, if it is no "
        "slower than rate. No unit.",
    )
    rate: float = Field(
        6.0,
        gt=0,
        le=20,
        description="Speech that is slower is never fast: some begin slowly. "
        "Unit: syllables a second.",
    )
    very_fast: float = Field(
        7.0,
        gt=0,
        le=20,
        description="Speech is fast from here on whatever the caller's own rate is. "
        "Unit: syllables a second.",
    )
    sustained: Seconds = Field(
        1.0,
        gt=0,
        le=20,
        description="These hold for the mean over so much speech of one turn. Unit: s.",
    )
    relief: float = Field(
        0.5,
        ge=0,
        lt=1,
        description="A voice has calmed down below this share of the thresholds for pitch, level "
        "and the excess of rate_ratio over 1. No unit, 0 to 1.",
    )
    calm_after: Seconds = Field(
        3.0,
        description="So much calm speech ends an episode; what comes after it is a new one, to be "
        "soothed anew. Unit: s.",
    )
