"""eSpeak NG through ctypes: a voice whose output depends on nothing but text and settings.

libespeak-ng keeps state between calls in static variables (the phase of its oscillators, its
noise generator) that none of its functions reset, so the same sentence sounds bit by bit
different the second time. Here every sentence is therefore synthesized by a freshly loaded
library, which costs 0.5 ms: output is a pure function of its arguments, in any order of calls
and in any process. It also makes laziness simple: sentence by sentence, each in one short call.

The library comes from ``espeakng-loader`` and is GPLv3: it is imported when first needed, and
installed by the extra ``embedded`` alone. No one else in the process may keep it loaded.
"""

from __future__ import annotations

import _ctypes
import ctypes
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speech.errors import SpeechError
from speech.protocols import Audio, Mark, Speech
from speech.sentences import sentences, tokens

SYNTH_RATE = 22_050
"""Rate in Hz of everything that libespeak-ng 1.5x synthesizes."""

SLOWEST, FASTEST = 80, 450
"""Words a minute between which the engine speaks."""

_HUMS = {
    **dict.fromkeys(("mm-hm", "mm-hmm", "mmhm", "mhm", "m-hm"), "umhum"),
    **dict.fromkeys(("mm", "mmm"), "um"),
    "hm": "hmm",
}
"""Hummed words of English, which the engine would spell out, in letters that it hums."""

_HUMMED = re.compile(r"(?<![\w-])(?:" + "|".join(_HUMS) + r")(?![\w-])", re.IGNORECASE)

_OWNER = threading.Lock()  # one library, one global state: one caller at a time

# Constants of speak_lib.h.
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_END_PAUSE = 0x1000
_POSITION_CHARACTER = 1
_IPA = 2
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_LIST_END, _WORD = 0, 1


class UnknownVoice(SpeechError):
    """espeak-ng does not have the voice that was named."""


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("text", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


if TYPE_CHECKING:
    _Samples = ctypes._Pointer[ctypes.c_short]
    _Events = ctypes._Pointer[_Event]

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


def _loader() -> ModuleType:
    try:
        import espeakng_loader
    except ImportError:
        raise SpeechError(
            "espeak-ng is not installed: pip install 'kairos-voice[embedded]'"
        ) from None
    module: ModuleType = espeakng_loader
    return module


@contextmanager
def _fresh_library() -> Iterator[ctypes.CDLL]:
    """The library in the state of a new process, for this caller alone."""
    loader = _loader()
    with _OWNER:
        library = ctypes.CDLL(loader.get_library_path())
        try:
            rate = library.espeak_Initialize(
                _SYNCHRONOUS, 0, str(loader.get_data_path()).encode(), _DONT_EXIT
            )
            if rate != SYNTH_RATE:
                raise SpeechError(f"espeak-ng does not start (code {rate})")
            library.espeak_ng_SetRandSeed(ctypes.c_long(1))  # else seeded by the wall clock
            yield library
            library.espeak_Terminate()
        finally:
            handle = library._handle
            del library
            if sys.platform == "win32":
                _ctypes.FreeLibrary(handle)
            else:
                _ctypes.dlclose(handle)


@dataclass(frozen=True, slots=True)
class EspeakSettings:
    """A voice of eSpeak NG and how it speaks. Text that it is given is plain, never SSML."""

    name: str
    """Language with or without a variant: ``en-us``, ``en-us+f3``, ``cmn+f2``."""
    rate: int = 165
    """Words a minute, 80 to 450."""
    pitch: int = 50
    """Base pitch, 0 to 99."""
    volume: int = 100
    """Amplitude in per cent, 0 to 200; above about 150 it clips."""
    range: int = 50
    """Pitch range, 0 (monotone) to 99."""


def _select(library: ctypes.CDLL, settings: EspeakSettings) -> None:
    _language, plus, variant = settings.name.partition("+")
    folder = Path(_loader().get_data_path()) / "voices" / "!v"
    # espeak-ng itself takes an unknown variant for none, without a word
    known = not plus or (variant.isalnum() and (folder / variant).is_file())
    if not known or library.espeak_SetVoiceByName(settings.name.encode()) != 0:
        raise UnknownVoice(
            f"espeak-ng has no voice {settings.name!r}: "
            "a language such as en-us or cmn, with or without a variant such as +f3"
        )
    for parameter, value in (
        (_RATE, settings.rate),
        (_VOLUME, settings.volume),
        (_PITCH, settings.pitch),
        (_RANGE, settings.range),
    ):
        library.espeak_SetParameter(parameter, value, 0)


def _synthesize(
    settings: EspeakSettings, text: str
) -> tuple[NDArray[np.int16], list[tuple[int, int]]]:
    """Samples of a text, and where its words begin: (character, sample)."""
    pieces: list[NDArray[np.int16]] = []
    words: list[tuple[int, int]] = []

    def receive(wave: _Samples, count: int, events: _Events) -> int:
        if count > 0:
            pieces.append(np.ctypeslib.as_array(wave, (count,)).copy())
        index = 0
        while (event := events[index]).type != _LIST_END:
            if event.type == _WORD:
                words.append((max(event.text_position - 1, 0), max(event.sample, 0)))
            index += 1
        return 0

    callback = _Callback(receive)
    data = text.encode() + b"\0"
    with _fresh_library() as library:
        library.espeak_SetSynthCallback(callback)
        _select(library, settings)
        library.espeak_Synth(
            data,
            ctypes.c_size_t(len(data)),
            ctypes.c_uint(0),
            _POSITION_CHARACTER,
            ctypes.c_uint(0),
            ctypes.c_uint(_CHARS_UTF8 | _END_PAUSE),
            None,
            None,
        )
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16), words


def _marks(
    spans: Sequence[tuple[int, int]],
    said: Sequence[tuple[int, int]],
    audio: Audio,
    events: Sequence[tuple[int, int]],
) -> tuple[Mark, ...]:
    """A mark for each word (each character of Chinese) from the engine's word events.

    The engine reports several events for one number, positions inside a number that are off by
    one, and none for words that it joins ("of the"): a word's event is the first that falls
    within it, and a word without one ends with the word before it. ``spans`` are the words in the
    text, ``said`` the same words in what was synthesized.
    """
    begins: dict[int, int] = {}
    reached = 0
    for character, sample in events:
        while reached + 1 < len(said) and character >= said[reached + 1][0]:
            reached += 1
        begins.setdefault(reached, sample)
    loud = np.flatnonzero(np.abs(audio) > 1e-3)
    marks: list[Mark] = []
    until = 0
    for index, (start, end) in enumerate(spans):
        if index in begins or not marks:
            following = next((begins[i] for i in range(index + 1, len(spans)) if i in begins), None)
            limit = len(audio) if following is None else following
            # a pause after the word is no part of it
            last = int(np.searchsorted(loud, limit)) - 1
            sounding = int(loud[last]) + 1 if last >= 0 else limit
            until = max(until, min(limit, sounding))
        marks.append(Mark(start, end, until))
    return tuple(marks)


class EspeakVoice:
    """A ``Voice``: one ``Speech`` a sentence, each synthesized when it is asked for.

    Raises ``SpeechError`` when espeak-ng is not installed or does not have the voice.
    """

    def __init__(
        self, name: str, rate: int = 165, pitch: int = 50, volume: int = 100, range: int = 50
    ) -> None:
        self.settings = EspeakSettings(name, rate, pitch, volume, range)
        with _fresh_library() as library:
            _select(library, self.settings)

    @property
    def sample_rate(self) -> int:
        """22 050 Hz."""
        return SYNTH_RATE

    def speak(self, text: str, rate: float = 1.0) -> Iterator[Speech]:
        """Speech for each sentence, with the pause that the engine leaves after it."""
        words_a_minute = min(max(round(self.settings.rate * rate), SLOWEST), FASTEST)
        settings = replace(self.settings, rate=words_a_minute)
        for start, end in sentences(text):
            sentence = text[start:end]
            said = self._respelled(sentence)
            samples, events = _synthesize(settings, said)
            audio = samples.astype(np.float32) / np.float32(32768)
            spans = [(start + first, start + last) for first, last in tokens(sentence)]
            yield Speech(audio, _marks(spans, tokens(said), audio, events))

    def close(self) -> None:
        """Nothing is held between sentences."""

    def _respelled(self, sentence: str) -> str:
        if not self.settings.name.startswith("en"):
            return sentence
        return _HUMMED.sub(lambda match: _HUMS[match.group().lower()], sentence)


def phonemes(words: Sequence[str], voice: str = "en-us") -> list[str]:
    """Pronunciation of each word in the International Phonetic Alphabet, stress marks included."""
    with _fresh_library() as library:
        _select(library, EspeakSettings(voice))
        transcribe = library.espeak_TextToPhonemes
        transcribe.restype = ctypes.c_char_p
        transcribe.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        found = []
        for word in words:
            pointer = ctypes.c_char_p(word.encode())
            ipa: bytes | None = transcribe(ctypes.byref(pointer), _CHARS_UTF8, _IPA)
            found.append(re.sub(r"\s+", " ", (ipa or b"").decode()).strip())
        return found
