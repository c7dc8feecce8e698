"""The moods that a caller may be in, and what a turn shows of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mood(StrEnum):
    """What an episode is one of, the gravest first.

    The values are the keys of the policy's ``soothe`` and of a rule's ``when``.
    """

    AGITATED = "agitated"
    CONFUSED = "confused"
    HESITANT = "hesitant"
    FAST_SPEECH = "fast_speech"


Evidence = tuple[tuple[str, float | int | str], ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A mood that a turn showed, and by what: the voice's numbers, and words if they counted."""

    mood: Mood
    evidence: Evidence
