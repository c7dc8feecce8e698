"""The moods that a caller may be in, and what a turn shows of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Mood(StrEnum):
    """What an episode is one of, the gravest first.

    The values are the keys of the policy's ``soothe`` and of a rule's ``when``.
    """

    AGITATED = "agitated"
    CONFUSED = "confused"
    HESITANT = "hesitant"
    FAST_SPEECH = "fast_speech"


class Emotion(StrEnum):
    """How a caller may sound to a model that hears."""

    CALM = "calm"
    HAPPY = "happy"
    ANGRY = "angry"
    FRUSTRATED = "frustrated"
    SAD = "sad"
    WORRIED = "worried"
    CONFUSED = "confused"
    HURRIED = "hurried"


MOODS: Mapping[Emotion, Mood] = MappingProxyType(
    {
        Emotion.ANGRY: Mood.AGITATED,
        Emotion.FRUSTRATED: Mood.AGITATED,
        Emotion.CONFUSED: Mood.CONFUSED,
        Emotion.HURRIED: Mood.FAST_SPEECH,
    }
)
"""The mood that an emotion is a sign of; the others are of none."""

Evidence = tuple[tuple[str, float | int | str], ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A mood that a turn showed, and by what: the voice's numbers, and words if they counted."""

    mood: Mood
    evidence: Evidence
