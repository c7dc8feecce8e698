"""What happens over the agent, or while it waits: which events there are, and their sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from scenarios.caller import voiced
from scenarios.laboratory.corpus import BANDS, RATES, SEEDS, VOICES, dealt
from scenarios.laboratory.texts import Split, SplitTexts, texts
from scenarios.line import active_speech_db, band_limited, level_db
from scenarios.script import LineQuality
from scenarios.sounds import sound
from speech.embedded.espeak import EspeakVoice
from speech.protocols import SAMPLE_RATE, Audio

EventKind = Literal["interruption", "backchannel", "vocal_tic", "non_directed"]
Place = Literal["over_agent", "in_silence"]

TAKES: dict[EventKind, int] = {
    "interruption": 2,
    "backchannel": 5,
    "vocal_tic": 4,
    "non_directed": 3,
}
"""How often each text is used."""
SILENT_EVERY: dict[EventKind, int] = {"vocal_tic": 4, "non_directed": 2}
"""Every how many of these happen while the agent waits; the others happen over it."""

STARTS_S = (1.0, 1.7, 2.6, 3.4)
"""Into the agent's answer."""
SNRS_DB: tuple[float | None, ...] = (None, None, 25.0, 20.0)
"""Good lines: a question that was misheard has no long answer, and its call is lost."""
ASIDE_DB = (-12.0, -14.0, -16.0, -18.0, -20.0)
"""Non-directed speech, relative to the caller's own."""
TIC_DB = (0.0, -3.0, -6.0)
OTHER_ROOM_EVERY = 3
OTHER_ROOM_HZ = 900.0
"""Somebody else, through a wall: what is above is gone."""
LONG_QUESTIONS = (
    "how do i restart my router",
    "what do i get with the package",
    "what happens when i move",
)
SHORT_QUESTION = "when are you open"


@dataclass(frozen=True, slots=True)
class Event:
    """A call in which something happens that may or may not concern the agent.

    ``question``: the caller's turn before it, at normal level. ``start_s``: into the agent's
    answer, or into its silence. ``gain_db``: relative to the caller's voice. ``voice``, ``rate``:
    of the caller; ``other``: the voice of the event.
    """

    name: str
    kind: EventKind
    place: Place
    says: str
    question: str
    start_s: float
    gain_db: float
    other_room: bool
    voice: str
    other: str
    rate: int
    line: LineQuality
    seed: int


def events(split: Split) -> tuple[Event, ...]:
    """The events of a split; always the same, in the same order."""
    return tuple(
        event
        for number, kind in enumerate(get_args(EventKind))
        for event in _of_kind(split, kind, np.random.default_rng((SEEDS[split], 100 + number)))
    )


def event_sound(event: Event) -> Audio:
    """The event at ``SAMPLE_RATE``, at its level, before the line."""
    caller_db = active_speech_db(voiced(EspeakVoice(event.voice, event.rate), event.question))
    audio = _sound(event)
    if event.other_room:
        audio = band_limited(audio, None, OTHER_ROOM_HZ)
    gain_db = caller_db + event.gain_db - active_speech_db(audio)
    return np.asarray(np.clip(audio * 10 ** (gain_db / 20), -1.0, 1.0), np.float32)


def _sound(event: Event) -> Audio:
    match event.says:
        case "cough":
            return sound("cough", None, None, event.seed)
        case "laugh":
            return sound("laugh", None, None, event.seed)
        case "throat":
            return _throat(event.seed)
        case says:
            return voiced(EspeakVoice(event.other, event.rate), says)


def _throat(seed: int) -> Audio:
    """A throat cleared: two short bursts of breath over a low creak."""
    rng = np.random.default_rng((seed, 3))
    time = np.arange(round(0.45 * SAMPLE_RATE)) / SAMPLE_RATE
    breath = band_limited(rng.standard_normal(time.size).astype(np.float32), 200.0, 1500.0)
    creak = np.sign(np.sin(2 * np.pi * 70.0 * time)) * 10 ** (level_db(breath) / 20)
    bursts = np.maximum(np.sin(2 * np.pi * time / 0.45), 0.0) + 0.8 * (time > 0.25) * np.exp(
        -((time - 0.25) / 0.08)
    )
    low = band_limited((breath + 0.7 * creak).astype(np.float32), 100.0, 1200.0)
    return np.asarray(0.1 * low * bursts, np.float32)


def _of_kind(split: Split, kind: EventKind, rng: np.random.Generator) -> Iterator[Event]:
    lines = _lines(texts().of(split), kind)
    count = len(lines) * TAKES[kind]
    voices, rates = dealt(VOICES[split], count, rng), dealt(RATES, count, rng)
    bands, snrs = dealt(BANDS, count, rng), dealt(SNRS_DB, count, rng)
    starts, questions = dealt(STARTS_S, count, rng), dealt(LONG_QUESTIONS, count, rng)
    gains = dealt(_gains(kind), count, rng)
    for index in range(count):
        every = SILENT_EVERY.get(kind)
        silent = every is not None and index % every == every - 1
        voice, snr_db = voices[index], snrs[index]
        room = kind == "non_directed" and index // len(lines) % OTHER_ROOM_EVERY == 0
        others = [one for one in VOICES[split] if one != voice]
        noise = {"noise": "none"} if snr_db is None else {"noise": "pink", "snr_db": snr_db}
        yield Event(
            name=f"{split}/{kind}-{index + 1:03d}",
            kind=kind,
            place="in_silence" if silent else "over_agent",
            says=lines[index % len(lines)],
            question=SHORT_QUESTION if silent else questions[index],
            start_s=starts[index],
            gain_db=gains[index],
            other_room=room,
            voice=voice,
            other=others[index % len(others)] if room else voice,
            rate=rates[index],
            line=LineQuality.model_validate({"band": bands[index], **noise}),
            seed=SEEDS[split] + 100_000 + index,
        )


def _lines(said_in: SplitTexts, kind: EventKind) -> Sequence[str]:
    match kind:
        case "interruption":
            return said_in.interruptions
        case "backchannel":
            return said_in.backchannels
        case "vocal_tic":
            return said_in.tics
        case "non_directed":
            return said_in.side_talk


def _gains(kind: EventKind) -> Sequence[float]:
    match kind:
        case "non_directed":
            return ASIDE_DB
        case "vocal_tic":
            return TIC_DB
        case "interruption" | "backchannel":
            return (0.0,)
