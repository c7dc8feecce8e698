"""All the ears that there are, for the suite that each of them passes.

A new one is a line in ``EARS``: how it is opened with what the tests have at hand, and how one
speaks to it. What it is opened with must need no network but this machine's own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import soxr  # type: ignore[import-untyped]

from policies.engines.settings import Engines
from speech.embedded.espeak import EspeakVoice
from speech.profiles import open_ears
from speech.protocols import SAMPLE_RATE, Audio, Ears
from speech.terms import EarTerms
from speech.vocabulary import Vocabulary
from tests.speech import pilots
from tests.speech.kyutai.calls import SETTINGS, Call, call
from tests.speech.moshi_server import double as moshi
from tests.speech.openai_audio import double as openai
from tests.speech.sherpa.tiny import subtitled, write_tiny

_In = TypeVar("_In")
_Out = TypeVar("_Out")

HELD_S = 20.0
"""What is held up goes on by itself after so long, and the test fails."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Where an engine is held up: it hears nothing while the gate is shut."""

    opened: threading.Event = field(default_factory=threading.Event)
    forced: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.opened.set()

    def passed(self) -> None:
        """What the engine calls before it hears."""
        if not self.forced.is_set() and not self.opened.wait(HELD_S):
            self.forced.set()

    def before(self, hears: Callable[[_In], _Out]) -> Callable[[_In], _Out]:
        """An engine's method, which it comes to once it has passed."""

        def later(given: _In) -> _Out:
            self.passed()
            return hears(given)

        return later


@dataclass(frozen=True, slots=True)
class Bench:
    """Ears as the tests have them. ``open``: ``live`` or not; ``gate``: where a live engine is held
    up, None where there is nothing beside the call; ``taken``: places for calls that are in use."""

    open: Callable[[bool], Ears]
    gate: Gate | None = None
    taken: Callable[[], int] = int


@dataclass(frozen=True, slots=True)
class EarCase:
    """Ears under test. ``bench``: in a folder of its own. ``says``: their language.

    ``lines``: three texts that they understand, each told from the others. ``near_s``: how near to
    the truth a word's start and end are told. ``needs``: packages without which they are not
    tested.
    """

    bench: Callable[[Path], AbstractContextManager[Bench]]
    says: Callable[..., Call]
    lines: tuple[str, str, str]
    near_s: tuple[float, float]
    needs: tuple[str, ...] = ()


def _opened(profile: str, engines: Engines | None = None) -> Callable[[bool], Ears]:
    def open_one(live: bool) -> Ears:
        known = Vocabulary(("my internet connection is down", "a human"))
        return open_ears(f"{profile}/embedded", EarTerms(known, "en", live, engines or Engines()))

    return open_one


@contextmanager
def _embedded(folder: Path) -> Iterator[Bench]:
    yield Bench(_opened("embedded"))


@contextmanager
def _kyutai(folder: Path) -> Iterator[Bench]:
    import torch

    from speech.kyutai.ears import stt_service

    torch.set_num_threads(1)  # a tiny model gains nothing by more, and tests share the machine
    gate = Gate()
    services = [stt_service(SETTINGS, live) for live in (False, True)]
    batch = services[1].slots._batch
    step = batch.step
    batch.step = gate.before(step)  # type: ignore[assignment,method-assign]
    try:
        yield Bench(
            _opened("kyutai", Engines(kyutai_stt=SETTINGS)),
            gate,
            lambda: sum(one.slots.taken for one in services),
        )
    finally:
        batch.step = step  # type: ignore[method-assign]


@contextmanager
def _moshi_server(folder: Path) -> Iterator[Bench]:
    gate = Gate()
    with moshi.double() as server:
        server.hears, server.held = pilots.code, gate.passed
        engines = {"moshi_server": {"stt": [server.url], "answer": 60, "keep": 60}}
        yield Bench(
            _opened("moshi-server", Engines.model_validate(engines)),
            gate,
            lambda: len(server.under_way),
        )


@contextmanager
def _openai(folder: Path) -> Iterator[Bench]:
    gate = Gate()
    with openai.double() as server:
        server.hears, server.held = pilots.recognised, gate.passed
        engines = {"openai": {"url": server.url, "answer": 60}}
        yield Bench(_opened("openai", Engines.model_validate(engines)), gate)


@contextmanager
def _realtime(folder: Path) -> Iterator[Bench]:
    gate = Gate()
    with openai.sessions() as server:
        server.hears, server.held = pilots.recognised, gate.passed
        engines = {"openai": {"url": server.url, "answer": 60}}
        yield Bench(
            _opened("openai-realtime", Engines.model_validate(engines)),
            gate,
            lambda: len(server.under_way),
        )


@contextmanager
def _sherpa(folder: Path) -> Iterator[Bench]:
    gate = Gate()
    tiny = write_tiny(folder / "sherpa")
    opened = _opened(
        "sherpa", Engines.model_validate({"sherpa": {"model": str(tiny), "behind": 60}})
    )

    def open_one(live: bool) -> Ears:
        ears = opened(live)
        if live:
            ears._transcriber._decoder.worker.give(gate.passed)  # type: ignore[attr-defined]
        return ears

    yield Bench(open_one, gate)


def _espeak(*parts: str | float) -> Call:
    """Lines of espeak-ng's voice that recognisers understand, and silences between them in s."""
    return _assembled(parts, _espoken)


def _espoken(text: str) -> tuple[Audio, list[tuple[str, float, float]]]:
    voice = EspeakVoice("en-us+klatt4", 160)
    given = list(voice.speak(text))
    audio = np.concatenate([speech.audio for speech in given])
    begin, before, words = 0, 0, []
    for speech in given:
        for mark in speech.marks:
            until = begin + mark.until
            word = text[mark.start : mark.end].strip()
            words.append((word, before / voice.sample_rate, until / voice.sample_rate))
            before = until
        begin += len(speech.audio)
    wide = soxr.resample(audio, voice.sample_rate, SAMPLE_RATE).astype(np.float32)
    loud = np.flatnonzero(np.abs(wide) > 3e-3)
    first, last = int(loud[0]) / SAMPLE_RATE, int(loud[-1] + 1) / SAMPLE_RATE
    placed = [
        (word, max(begins - first, 0.0), min(ends, last) - first) for word, begins, ends in words
    ]
    return wide[loud[0] : loud[-1] + 1], placed


_SPELLED = {
    "hello": ("▁HE", "LLO"),
    "yes": ("▁YES",),
    "no": ("▁NO",),
    **{character: (character,) for character in "你好吗我要转人工"},
}


def _subtitled(*parts: str | float) -> Call:
    """Words that the tiny transducer knows, and silences between them in s."""
    return _assembled(parts, _captioned)


def _captioned(text: str) -> tuple[Audio, list[tuple[str, float, float]]]:
    words = text.split()
    chinese = not text.isascii()
    speech = _spoken_as("cmn" if chinese else "en-us+klatt4", text)
    tokens = [token for word in words for token in _SPELLED[word]]
    each_s = len(speech) / SAMPLE_RATE / len(tokens)
    placed, at = [], 0
    for word in words:
        begins, at = at, at + len(_SPELLED[word])
        placed.append((word, begins * each_s, at * each_s))
    return subtitled(speech, tokens), placed


def _spoken_as(name: str, text: str) -> Audio:
    voice = EspeakVoice(name, 160)
    audio = np.concatenate([speech.audio for speech in voice.speak(text)])
    wide = soxr.resample(audio, voice.sample_rate, SAMPLE_RATE).astype(np.float32)
    loud = np.flatnonzero(np.abs(wide) > 0.01)
    spoken: Audio = wide[loud[0] : loud[-1] + 1]
    return spoken


def _assembled(
    parts: tuple[str | float, ...],
    spoken: Callable[[str], tuple[Audio, list[tuple[str, float, float]]]],
) -> Call:
    pieces: list[Audio] = []
    words: list[tuple[str, float, float]] = []
    speech: list[tuple[float, float]] = []
    at = 0
    for part in parts:
        if isinstance(part, str):
            audio, placed = spoken(part)
            begins = at / SAMPLE_RATE
            words += [(word, begins + first, begins + last) for word, first, last in placed]
            speech.append((begins, begins + len(audio) / SAMPLE_RATE))
        else:
            audio = np.zeros(round(part * SAMPLE_RATE), np.float32)
        pieces.append(audio)
        at += len(audio)
    whole = np.concatenate(pieces)
    hiss = 3e-4 * np.random.default_rng(0).standard_normal(len(whole))
    return Call((whole + hiss).astype(np.float32), tuple(words), tuple(speech))


_TONES = ("hello my internet is down", "stop the router", "the second house please")
_PILOTS = ("hello my internet", "is down", "my internet please")

EARS = {
    "embedded": EarCase(
        _embedded,
        _espeak,
        ("hello my internet connection is down", "yes please", "i want to speak to a human"),
        near_s=(0.12, 0.12),
        needs=("pocketsphinx",),
    ),
    "kyutai": EarCase(_kyutai, call, _TONES, near_s=(0.13, 0.25), needs=("moshi",)),
    "moshi-server": EarCase(
        _moshi_server, pilots.said, _PILOTS, near_s=(0.09, 0.13), needs=("websockets", "msgpack")
    ),
    "openai": EarCase(_openai, pilots.said, _PILOTS, near_s=(0.05, 0.05), needs=("openai",)),
    "openai-realtime": EarCase(
        _realtime, pilots.said, _PILOTS, near_s=(0.35, 0.35), needs=("websockets",)
    ),
    "sherpa": EarCase(
        _sherpa,
        _subtitled,
        ("hello yes", "你 好 吗", "no hello"),
        near_s=(0.12, 0.25),
        needs=("sherpa_onnx", "onnx"),
    ),
}
