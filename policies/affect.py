"""When a caller counts as agitated, fast, hesitant or confused: thresholds, most of them over the
caller's own way to speak, and what the agent changes in its own."""

from __future__ import annotations

from pydantic import Field

from policies.model import Seconds, Section


class Hesitant(Section):
    """What hesitant speech is: signs of it in a turn, and not just one.

    A sign is a filled pause ("um"), a restart ("i i want"), a pause much longer than this caller's
    own, or a turn that is slow for this caller.
    """

    signs: int = Field(
        2, ge=1, le=20, description="A turn with so many signs is hesitant, if dense. No unit."
    )
    density: float = Field(
        0.1,
        ge=0,
        le=1,
        description="So many signs a word a hesitant turn has at least: a long story may have two. "
        "No unit.",
    )
    pause_ratio: float = Field(
        1.5,
        ge=1,
        le=10,
        description="A pause is long from so many times the median of this caller's pauses on. "
        "No unit.",
    )
    slow: float = Field(
        0.75,
        gt=0,
        lt=1,
        description="A turn is slow up to this share of the caller's own rate. No unit, 0 to 1.",
    )
    calm_turns: int = Field(
        2,
        ge=1,
        le=20,
        description="So many turns with less than relief of the signs end an episode. No unit.",
    )
    patience: float = Field(
        1.5,
        ge=1,
        le=5,
        description="Factor on endpointing.patience while the caller is hesitant. No unit.",
    )


class Confused(Section):
    """What confusion is: signs of it in the last turns.

    Words of incomprehension ("what do you mean") are two signs; a request to repeat is one, and so
    is a question that was just answered.
    """

    signs: int = Field(
        2, ge=1, le=20, description="From so many signs in the last turns on. No unit."
    )
    turns: int = Field(3, ge=1, le=12, description="How many turns are the last turns. No unit.")
    calm_turns: int = Field(
        2, ge=1, le=20, description="So many turns without a sign end an episode. No unit."
    )


class Affect(Section):
    """What a raised or hurried voice is, against how this caller spoke at first.

    Agitated: pitch and loudness are both raised, or for longer any two of pitch, pitch range,
    loudness and rate, or one of them in a turn with words of complaint. Fast: much faster than
    before and fast in itself, or very fast whatever came before.
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
    range_ratio: float = Field(
        1.3,
        gt=1,
        le=10,
        description="Pitch moves widely from so many times the caller's own range on. No unit.",
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
        7.5,
        gt=0,
        le=20,
        description="Speech is fast from here on whatever the caller's own rate is. Left out: 7.5, "
        "in Chinese 6.5. Unit: syllables a second.",
    )
    sustained: Seconds = Field(
        1.0,
        gt=0,
        le=20,
        description="These hold for the mean over so much speech of one turn. Unit: s.",
    )
    windows: int = Field(
        2,
        ge=1,
        le=10,
        description="Two signs other than pitch with loudness must hold in each of so many such "
        "spans running. No unit.",
    )
    relief: float = Field(
        0.5,
        ge=0,
        lt=1,
        description="A voice has calmed down below this share of the thresholds for pitch, level "
        "and the excess of the ratios over 1. No unit, 0 to 1.",
    )
    calm_after: Seconds = Field(
        3.0,
        ge=0,
        le=3600,
        description="So much calm speech ends an episode; what comes after it is a new one, to be "
        "soothed anew. Unit: s.",
    )
    slower: float = Field(
        0.9,
        ge=0.5,
        le=1,
        description="The agent's speaking rate, as a share of its usual one, while the caller is "
        "agitated, fast or confused. 1 leaves it as it is. No unit.",
    )
    hesitant: Hesitant = Field(Hesitant(), description="When a caller counts as hesitant.")
    confused: Confused = Field(Confused(), description="When a caller counts as confused.")
