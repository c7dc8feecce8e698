"""What an engine gives of one answer, in the order in which it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from speech.protocols import Audio


class EngineError(Exception):
    """Why there is no answer, or no more of it, in a few words without any of the call's."""


@dataclass(frozen=True, slots=True)
class Text:
    """More of the answer's words; a word may be cut anywhere.

    ``at``: the sample of the answer's sound at which the first word that begins in it does, where
    the engine knows; an engine that does says so for every word.
    """

    text: str
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Sound:
    """More of its sound, at ``SAMPLE_RATE``."""

    audio: Audio


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens that the answer took, as the engine counts them."""

    tokens_in: int
    tokens_out: int


Event: TypeAlias = Text | Sound | Spent
