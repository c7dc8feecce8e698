"""Calls in the tone language, and what Kyutai's ears make of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from policies.engines.kyutai_stt import KyutaiStt
from policies.engines.settings import Engines
from speech.kyutai.ears import SttService, stt_service
from speech.kyutai.transcriber import KyutaiTranscriber
from speech.protocols import SAMPLE_RATE, Audio, Sound
from speech.terms import EarTerms
from speech.vocabulary import Vocabulary
from system1.percepts import EndOfTurn, Heard, Percept
from tests.speech.kyutai.tone_voice import ToneVoice

TONES = Path(__file__).parent / "tones"
SETTINGS = KyutaiStt(model=str(TONES), device="cpu", slots=3)
NO_FLUSH = SETTINGS.model_copy(update={"flush_after": None, "flush_pause": None})

_CHUNK = 768
_KNOWN_LATE_S = 0.06
_QUIET_LATE_S = 0.16


def service(settings: KyutaiStt = SETTINGS, live: bool = False) -> SttService:
    """The trained model in virtual time; one for all tests."""
    import torch

    torch.set_num_threads(1)
    return stt_service(settings, live)


def terms(settings: KyutaiStt = SETTINGS) -> EarTerms:
    """What ears are opened with."""
    return EarTerms(Vocabulary(), "en", False, Engines(kyutai_stt=settings))


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller says: ``words`` with start and end, ``speech`` from onset to offset, all in s;
    speech without pauses of 0.3 s is one."""

    audio: Audio
    words: tuple[tuple[str, float, float], ...]
    speech: tuple[tuple[float, float], ...] = field(default=())


def call(*parts: str | float, noise: float = 1e-3, gain: float = 1.0, seed: int = 0) -> Call:
    """Words, and silences between them in s."""
    pieces: list[Audio] = []
    words: list[tuple[str, float, float]] = []
    speech: list[tuple[float, float]] = []
    at = 0
    for part in parts:
        if not isinstance(part, str):
            pieces.append(np.zeros(round(part * SAMPLE_RATE), np.float32))
            at += len(pieces[-1])
            continue
        for said in ToneVoice().speak(part):
            (mark,) = said.marks
            begins, ends = at / SAMPLE_RATE, (at + mark.until) / SAMPLE_RATE
            words.append((part[mark.start : mark.end], begins, ends))
            if speech and begins - speech[-1][1] < 0.3:
                speech[-1] = (speech[-1][0], ends)
            else:
                speech.append((begins, ends))
            pieces.append(said.audio)
            at += len(said.audio)
    audio = gain * np.concatenate(pieces)
    hiss = np.random.default_rng(seed).standard_normal(len(audio)) * noise
    return Call((audio + hiss).astype(np.float32), tuple(words), tuple(speech))


def sounds(given: Call) -> Iterator[Sound]:
    """A call as ears with exact voice activity hand it to a transcriber."""
    narrow = np.zeros(512, np.float32)
    for first in range(0, len(given.audio) - _CHUNK + 1, _CHUNK):
        ends = (first + _CHUNK) / SAMPLE_RATE
        onset = quiet = None
        for begins, over in given.speech:
            if ends >= over + _QUIET_LATE_S:
                onset, quiet = None, over
            elif ends >= begins + _KNOWN_LATE_S:
                onset, quiet = begins, None
        wide = given.audio[first : first + _CHUNK]
        yield Sound(wide, narrow, ends, ends, onset, quiet, ends)


def heard_by(transcriber: KyutaiTranscriber, given: Call) -> list[Heard | EndOfTurn]:
    """What a transcriber tells of a call; it is closed."""
    percepts = [percept for sound in sounds(given) for percept in transcriber.step(sound)]
    transcriber.close()
    return percepts


def hear(given: Call, settings: KyutaiStt = SETTINGS) -> list[Heard | EndOfTurn]:
    """What the trained model hears in a call, in virtual time."""
    return heard_by(service(replace_slots(settings)).transcriber(settings), given)


def replace_slots(settings: KyutaiStt) -> KyutaiStt:
    """Settings of which all share one model."""
    return settings.model_copy(update={"slots": SETTINGS.slots})


def stretches(percepts: Sequence[Percept]) -> list[Heard]:
    """The last that was told of each stretch."""
    last = {percept.stretch: percept for percept in percepts if isinstance(percept, Heard)}
    return list(last.values())


def text(percepts: Sequence[Percept]) -> str:
    """All words."""
    return " ".join(word.text for heard in stretches(percepts) for word in heard.words)


def pauses_after(percepts: list[Heard | EndOfTurn], at: float) -> dict[float, float]:
    """The first report at or after a time."""
    found = next(one for one in percepts if isinstance(one, EndOfTurn) and one.at >= at)
    return dict(found.horizons)
