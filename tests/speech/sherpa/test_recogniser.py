from __future__ import annotations

import gc
import tracemalloc
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import soxr  # type: ignore[import-untyped]

from policies.engines.settings import Engines
from policies.engines.sherpa import Sherpa
from speech.embedded.espeak import EspeakVoice
from speech.errors import SpeechError
from speech.profiles import open_ears, parts
from speech.protocols import Audio, Ears, Sound
from speech.sherpa.decoding import Decoding, ThreadedDecoding
from speech.sherpa.model import SherpaModel
from speech.sherpa.recogniser import SherpaRecogniser, sherpa_recogniser
from speech.terms import EarTerms
from speech.vocabulary import Vocabulary
from system1.percepts import Heard
from tests.speech.sherpa.tiny import said, subtitled

KNOWN_S = 0.1
"""Voice activity is known so much later."""


def sounds(audio: Audio, spoken: Sequence[tuple[float, float]]) -> Iterator[Sound]:
    """The audio in chunks, with voice activity as ears tell it."""
    for number in range(len(audio) // 512):
        narrow = audio[number * 512 : (number + 1) * 512]
        ends = (number + 1) * 0.032
        begun = [span for span in spoken if span[0] + KNOWN_S <= ends]
        onset = begun[-1][0] if begun and ends < begun[-1][1] + KNOWN_S else None
        quiet = begun[-1][1] if begun and onset is None else None
        yield Sound(np.zeros(768, np.float32), narrow, ends, ends, onset, quiet, ends + 0.01)


CALL = said(0.5, "▁HE", "LLO", 0.1, "▁YES", 0.8, "你", "好", "吗", 1.0)
SPOKEN = ((0.5, 1.2), (2.0, 2.6))


def heard_in(recogniser: SherpaRecogniser, audio: Audio = CALL) -> list[Heard]:
    return [heard for sound in sounds(audio, SPOKEN) for heard in recogniser.step(sound)]


def settings(tiny: Path, paths: int = 4) -> Sherpa:
    return Sherpa(model=str(tiny), paths=paths)


def terms(tiny: Path, live: bool) -> EarTerms:
    engines = Engines(sherpa=settings(tiny))
    return EarTerms(Vocabulary(("你好",)), "zh", live, engines)


def test_words_come_while_they_are_said_and_are_final_after_quiet(tiny: Path) -> None:
    heard = heard_in(sherpa_recogniser(terms(tiny, False)))
    finals = [one for one in heard if one.final]
    assert [[word.text for word in one.words] for one in finals] == [
        ["hello", "yes"],
        ["你", "好", "吗"],
    ]
    assert [one.stretch for one in finals] == [0, 1]
    assert finals[0].at == pytest.approx(1.2 + 0.24, abs=0.06)
    hello, yes = finals[0].words
    assert hello.start == pytest.approx(0.5, abs=0.05)
    assert yes.start == pytest.approx(1.0, abs=0.05)
    assert hello.end <= yes.start + 1e-9
    assert yes.end <= 1.2 + 1e-9  # not after the caller fell silent
    partials = [one for one in heard if not one.final and one.stretch == 0]
    assert [word.text for word in partials[0].words] == ["he"]
    assert partials[0].at < 0.8
    assert all(one.confidence > 0.9 for one in finals)


def test_the_last_word_may_still_go_on(tiny: Path) -> None:
    heard = [one for one in heard_in(sherpa_recogniser(terms(tiny, False))) if one.stretch == 0]
    for one in heard:
        if one.words and not one.final:
            assert not one.words[-1].stable
    assert any(one.words[0].stable for one in heard if not one.final)
    assert all(word.stable for word in heard[-1].words)


def test_a_stretch_leaves_nothing_to_the_next_one(tiny: Path) -> None:
    both = heard_in(sherpa_recogniser(terms(tiny, False)))
    alone = sherpa_recogniser(terms(tiny, False))
    silenced = CALL.copy()
    silenced[: 16_000 * 18 // 10] = 0.0
    later = heard_in(alone, silenced)
    assert [(one.words, one.final) for one in later if one.stretch == 1] == [
        (one.words, one.final) for one in both if one.stretch == 1
    ]


def test_a_stretch_without_words_is_told_as_such(tiny: Path) -> None:
    heard = heard_in(sherpa_recogniser(terms(tiny, False)), np.zeros_like(CALL))
    assert [(one.words, one.final, one.confidence) for one in heard] == [
        ((), True, 0.0),
        ((), True, 0.0),
    ]


def test_a_live_call_hears_the_same_words_without_waiting(tiny: Path) -> None:
    calm = heard_in(sherpa_recogniser(terms(tiny, False)))
    chosen = settings(tiny)
    model = SherpaModel(tiny, 1, 4, 1.5)
    decoder = ThreadedDecoding(Decoding(model, "你好", chosen), chosen)
    recogniser = SherpaRecogniser(decoder, chosen.before, chosen.quiet)
    heard: list[Heard] = []
    for sound in sounds(CALL, SPOKEN):
        heard += recogniser.step(sound)
    assert decoder.worker.settle(30.0)
    last = Sound(np.zeros(768, np.float32), np.zeros(512, np.float32), 9, 9, None, 2.6, 9.01)
    heard += recogniser.step(last)
    recogniser.close()
    assert [(one.stretch, one.words, one.final) for one in heard] == [
        (one.stretch, one.words, one.final) for one in calm
    ]
    times = [one.at for one in heard]
    assert times == sorted(times)


class Stuck(Decoding):
    """A decoder that cannot keep up: it never gets to the end of a step."""

    def __init__(self) -> None:
        self.released = Event()

    def do(self, step: object) -> None:
        self.released.wait(30.0)

    def heard(self) -> Iterator[Heard]:
        return iter(())


def test_a_live_call_that_falls_behind_ends_with_a_clear_line(tiny: Path) -> None:
    stuck = Stuck()
    decoder = ThreadedDecoding(stuck, settings(tiny))
    recogniser = SherpaRecogniser(decoder, 0.25, 0.24)
    steps = sounds(np.zeros(16_000 * 8, np.float32), [(0.1, 8.0)])
    with pytest.raises(SpeechError, match=r"5\.\d s behind the caller"):
        deque(map(recogniser.step, steps), maxlen=0)
    stuck.released.set()
    recogniser.close()


class Broken(Decoding):
    def __init__(self) -> None:
        pass

    def do(self, step: object) -> None:
        raise RuntimeError("the runtime gave up")


def test_what_goes_wrong_in_the_thread_is_raised_in_the_call(tiny: Path) -> None:
    decoder = ThreadedDecoding(Broken(), settings(tiny))
    recogniser = SherpaRecogniser(decoder, 0.25, 0.24)
    steps = sounds(np.zeros(16_000, np.float32), [(0.1, 1.0)])
    for sound in steps:
        if sound.onset is not None:
            break
    recogniser.step(sound)
    decoder.worker.ended.wait(30)
    with pytest.raises(RuntimeError, match="the runtime gave up"):
        recogniser.step(sound)


@pytest.mark.slow
def test_a_thousand_chunks_keep_nothing(tiny: Path) -> None:
    recogniser = sherpa_recogniser(terms(tiny, False))
    number = 0

    def stretch() -> None:
        nonlocal number
        begins = number * 0.96
        number += 1
        for index in range(30):
            ends = begins + (index + 1) * 0.032
            onset = begins + 0.1 if 5 <= index < 12 else None
            quiet = None if onset is not None or index < 5 else begins + 0.4
            chunk = np.zeros(512, np.float32)
            recogniser.step(Sound(np.zeros(768, np.float32), chunk, ends, ends, onset, quiet, ends))

    for _ in range(5):
        stretch()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(30):
        stretch()
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000


def finals(ears: Ears, audio: Audio, block: int) -> list[tuple[str, float, float]]:
    words = []
    for start in range(0, len(audio), block):
        piece = audio[start : start + block]
        for one in ears.hear(piece, (start + len(piece)) / 24_000):
            if isinstance(one, Heard) and one.final:
                words += [(word.text, word.start, word.end) for word in one.words]
    ears.close()
    return words


@pytest.mark.slow
def test_blocks_of_any_size_are_heard_the_same(tiny: Path) -> None:
    speaker = EspeakVoice("cmn", 160, 50)
    speech = np.concatenate([piece.audio for piece in speaker.speak("我要转人工")])
    wide = soxr.resample(speech, speaker.sample_rate, 24_000).astype(np.float32)
    line = subtitled(wide, ("我", "要", "转", "人", "工"))
    quiet = np.zeros(24_000, np.float32)
    audio = np.concatenate((quiet, line, quiet))
    heard = [
        finals(open_ears("sherpa/embedded", terms(tiny, False)), audio, block)
        for block in (240, 777, 24_000)
    ]
    assert [text for text, _, _ in heard[0]] == ["我", "要", "转", "人", "工"]
    assert heard[0] == heard[1] == heard[2]
    starts = [start for _, start, _ in heard[0]]
    assert starts == sorted(starts)
    assert 0.95 < starts[0] < 1.2


def test_it_is_a_part_of_the_profiles(tiny: Path) -> None:
    assert parts("local") == ("sherpa", "pocket")
    ears = open_ears("sherpa/embedded", terms(tiny, False))
    assert not [one for one in ears.hear(np.zeros(24_000, np.float32), 1.0) if type(one) is Heard]
    ears.close()
