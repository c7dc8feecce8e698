"""A percept's times as the journal keeps them."""

from __future__ import annotations

from dataclasses import replace

from system1.percepts import (
    Heard,
    LowPitch,
    Percept,
    SoundRose,
    SpeechStarted,
    SpeechStopped,
    Word,
)

DECIMALS = 4
"""Times are kept to 0.1 ms, so that a journal read back gives the same decisions."""


def tidy(percept: Percept) -> Percept:
    """The percept with its times rounded to ``DECIMALS``."""
    match percept:
        case SoundRose(at=at, onset=onset, level_db=level_db):
            return SoundRose(_round(at), _round(onset), round(level_db, 1))
        case SpeechStarted(at=at, onset=onset, level_db=level_db):
            return SpeechStarted(_round(at), _round(onset), round(level_db, 1))
        case SpeechStopped(at=at, offset=offset):
            return SpeechStopped(_round(at), _round(offset))
        case Heard(at=at, words=words, confidence=confidence):
            rounded = tuple(
                Word(word.text, _round(word.start), _round(word.end), word.stable) for word in words
            )
            return replace(percept, at=_round(at), words=rounded, confidence=_round(confidence))
        case LowPitch(at=at, since=since):
            return LowPitch(_round(at), _round(since))
        case _:
            return replace(percept, at=_round(percept.at))


def _round(value: float) -> float:
    return round(value, DECIMALS)
