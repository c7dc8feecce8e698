from __future__ import annotations

import dataclasses
import subprocess
import sys
from functools import lru_cache

import numpy as np
import pytest
import soxr  # type: ignore[import-untyped]

from speech.ears import MeteredEars
from speech.embedded.ears import embedded_ears
from speech.embedded.espeak import EspeakVoice
from speech.protocols import SAMPLE_RATE, Audio
from speech.vocabulary import Vocabulary
from system1.percepts import Contour, Heard, Percept, Prosody, SpeechStarted, SpeechStopped
from system1.questions import AnswerKind, Question

WORDS = Vocabulary(("my internet connection is down", "a human"))


@lru_cache
def line(text: str, name: str = "en-us+klatt4") -> Audio:
    """A caller's line from its first to its last audible sample."""
    audio = np.concatenate([speech.audio for speech in EspeakVoice(name, 160).speak(text)])
    audio = soxr.resample(audio, 22050, SAMPLE_RATE).astype(np.float32)
    loud = np.flatnonzero(np.abs(audio) > 3e-3)
    trimmed: Audio = audio[loud[0] : loud[-1] + 1]
    return trimmed


def call(*lines: Audio, pause: float = 0.8) -> tuple[Audio, list[tuple[float, float]]]:
    """The lines with silence around, on a line with a little noise; when each begins and ends."""
    quiet = np.zeros(round(pause * SAMPLE_RATE), np.float32)
    parts, times, length = [quiet], [], len(quiet)
    for audio in lines:
        times.append((length / SAMPLE_RATE, (length + len(audio)) / SAMPLE_RATE))
        parts += [audio, quiet]
        length += len(audio) + len(quiet)
    whole = np.concatenate(parts)
    noise = 3e-4 * np.random.default_rng(0).standard_normal(len(whole))
    return (whole + noise).astype(np.float32), times


def heard(ears: MeteredEars, audio: Audio, block: int = 240, begin: float = 0.0) -> list[Percept]:
    percepts: list[Percept] = []
    for start in range(0, len(audio), block):
        part = audio[start : start + block]
        percepts += ears.hear(part, begin + (start + len(part)) / SAMPLE_RATE)
    return percepts


def finals(percepts: list[Percept]) -> list[Heard]:
    return [p for p in percepts if isinstance(p, Heard) and p.final]


def text(percept: Heard) -> str:
    return " ".join(word.text for word in percept.words)


@pytest.mark.slow
def test_a_call_is_heard() -> None:
    said = ("hello my internet connection is down", "yes please", "i want to speak to a human")
    audio, times = call(*map(line, said))
    percepts = heard(embedded_ears(WORDS, "en"), audio)
    last = finals(percepts)
    assert [text(p) for p in last] == list(said)
    assert [p.stretch for p in last] == [0, 1, 2]
    assert all(p.confidence > 0.5 for p in last)
    started = [p for p in percepts if isinstance(p, SpeechStarted)]
    stopped = [p for p in percepts if isinstance(p, SpeechStopped)]
    assert len(started) == len(stopped) == 3
    for (begin, end), start, stop, final in zip(times, started, stopped, last, strict=True):
        assert start.onset == pytest.approx(begin, abs=0.02)
        assert start.at - begin <= 0.11
        assert stop.offset == pytest.approx(end, abs=0.03)
        assert stop.at - end <= 0.25
        assert 0.2 <= final.at - end <= 0.33
        assert final.words[0].start == pytest.approx(begin, abs=0.08)
        assert final.words[-1].end == pytest.approx(end, abs=0.08)
        assert all(word.stable for word in final.words)
    contours = [p for p in percepts if isinstance(p, Contour)]
    assert contours
    for contour in contours:
        place = percepts.index(contour)
        before = percepts[place - 1]
        assert isinstance(before, SpeechStopped)
        assert (contour.at, contour.offset) == (before.at, before.offset)
    partials = [p for p in percepts if isinstance(p, Heard) and not p.final]
    assert any(text(p) == "hello my internet" and p.at < times[0][1] for p in partials)
    assert all(p.at >= p.words[-1].end - 0.05 for p in partials if p.words)


@pytest.mark.slow
def test_block_sizes_and_repetition_change_nothing() -> None:
    audio, _ = call(line("wait wait that is wrong"), line("uh-huh"), pause=0.6)
    runs = [heard(embedded_ears(WORDS, "en"), audio, block) for block in (240, 240, 777, 24000)]
    assert runs[0] == runs[1]
    for other in runs[2:]:
        without = [dataclasses.replace(p, at=0.0) for p in other]
        assert without == [dataclasses.replace(p, at=0.0) for p in runs[0]]
    for early, late in zip(runs[0], runs[2], strict=True):
        assert 0 <= late.at - early.at + 0.01 <= 777 / SAMPLE_RATE + 0.01


@pytest.mark.slow
def test_backchannels_are_words() -> None:
    said = ("uh-huh", "right", "okay", "mm-hm")
    audio, _ = call(line("hello how are you"), *map(line, said), pause=0.6)
    assert [text(p) for p in finals(heard(embedded_ears(WORDS, "en"), audio))][1:] == list(said)


@pytest.mark.slow
def test_digits_are_heard_when_awaited_and_so_is_what_was_not() -> None:
    ears = embedded_ears(WORDS, "en")
    ears.expect(Question(AnswerKind.DIGITS, "number", 5))
    said = ("nine four five eight six", "wait a moment please")
    audio, _ = call(*map(line, said))
    assert [text(p) for p in finals(heard(ears, audio))] == list(said)
    ears.expect(None)
    audio, _ = call(line("my internet connection is down"))
    assert text(finals(heard(ears, audio, begin=10.0))[0]) == "my internet connection is down"


@pytest.mark.slow
def test_mumbling_is_not_believed() -> None:
    clear = line("i would like to change my address")
    spectrum = np.fft.rfft(clear)
    spectrum[np.fft.rfftfreq(len(clear), 1 / SAMPLE_RATE) > 400] = 0
    mumbled = np.fft.irfft(spectrum, len(clear)).astype(np.float32)
    audio, _ = call(clear, mumbled)
    first, second = finals(heard(embedded_ears(WORDS, "en"), audio))
    assert first.confidence > 0.6
    assert second.confidence < 0.2


@pytest.mark.slow
def test_prosody_comes_while_the_caller_speaks() -> None:
    audio, ((begin, end),) = call(line("i am calling about an order that never arrived"))
    found = [p for p in heard(embedded_ears(WORDS, "en"), audio) if isinstance(p, Prosody)]
    assert 4 <= len(found) <= 4 * (end - begin) + 1
    assert all(begin < p.at < end + 0.2 for p in found)


_IMPORTS = """
import sys
import numpy as np
from speech.embedded.ears import embedded_ears
from tests.speech.embedded.test_ears import WORDS, call, heard, line

audio, _ = call(line("hello my internet connection is down"))
ears = embedded_ears(WORDS, "en", live=True)
heard(ears, np.zeros(12000, np.float32))
known = set(sys.modules)
assert heard(ears, audio, begin=0.5)
print(sorted(set(sys.modules) - known))
"""


@pytest.mark.slow
def test_nothing_is_imported_in_mid_call() -> None:
    done = subprocess.run([sys.executable, "-c", _IMPORTS], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_silence_says_nothing() -> None:
    audio, _ = call(pause=2.0)
    assert heard(embedded_ears(WORDS, "en"), audio) == []
