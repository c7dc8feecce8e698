"""The mouth over voices whose speech comes as a stream, in pieces of any length."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
import pytest

from speech.playback.mouth import AudioMouth
from speech.playback.track import CUSHION_S, FADE_S
from speech.protocols import SAMPLE_RATE, Audio, Lack, Mark, Speech
from system1.acts import Kind
from system1.percepts import (
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    WordPlayed,
)

Given = Speech | Lack


class Scripted:
    """A voice whose utterances give what is written down, and then that they have no more."""

    def __init__(self, *given: Given, rate: int = SAMPLE_RATE) -> None:
        self.sample_rate = rate
        self.given = deque(given)
        self.last = Lack.NOTHING
        self.asked = 0
        self.closed = 0

    def begin(self, rate: float = 1.0) -> Scripted:
        return self

    def add(self, text: str) -> None:
        pass

    def end(self) -> None:
        pass

    def next(self) -> Given:
        self.asked += 1
        return self.given.popleft() if self.given else self.last

    def close(self) -> None:
        self.closed += 1


def tone(samples: int, start: int = 0, rate: int = SAMPLE_RATE) -> Audio:
    phase = np.arange(start, start + samples) * 2 * np.pi * 440 / rate
    return (0.5 * np.sin(phase)).astype(np.float32)


def quiet(samples: int) -> Audio:
    return np.zeros(samples, np.float32)


def cut(audio: Audio, size: int, marks: Sequence[Mark] = ()) -> list[Speech]:
    """A stream in pieces of a size, each mark in the piece where it falls."""
    pieces = []
    for start in range(0, len(audio), size):
        inside = tuple(
            Mark(mark.start, mark.end, mark.until - start)
            for mark in marks
            if start < mark.until <= start + size
        )
        pieces.append(Speech(audio[start : start + size], inside))
    return pieces


def play(mouth: AudioMouth, seconds: float, begin: float = 0.0) -> tuple[Audio, list[Percept]]:
    out, percepts = [], []
    for start in range(0, round(seconds * SAMPLE_RATE), 240):
        audio, seen = mouth.play(240, begin + start / SAMPLE_RATE)
        out.append(audio)
        percepts += seen
    return np.concatenate(out), percepts


def spoken(voice: Scripted, seconds: float = 1.0) -> tuple[Audio, list[Percept], AudioMouth]:
    mouth = AudioMouth(voice)
    mouth.say(1, Kind.REPLY, "one two", more=False)
    audio, percepts = play(mouth, seconds)
    return audio, percepts, mouth


def clicks(audio: Audio) -> float:
    """The largest step between samples: that of the tone itself is 0.06."""
    return float(np.abs(np.diff(audio)).max())


WHOLE = np.concatenate((quiet(700), tone(4800), quiet(4000), tone(4800), quiet(3000)))
WORDS = (Mark(0, 3, 700 + 4800), Mark(4, 7, 700 + 4800 + 4000 + 4800))


@pytest.mark.parametrize("size", [240, 1000, 1920, 20000])
def test_silence_inside_is_played_and_silence_around_is_not(size: int) -> None:
    audio, percepts, mouth = spoken(Scripted(*cut(WHOLE, size, WORDS)))
    begun = PlaybackStarted(0.0, 1)
    assert percepts[0] == begun
    heard = [(round(p.at * SAMPLE_RATE), p.chars) for p in percepts if isinstance(p, WordPlayed)]
    assert [chars for _, chars in heard] == [3, 7]
    assert [sample for sample, _ in heard] == pytest.approx([4800, 13600], abs=10)
    (end,) = (p.at for p in percepts if isinstance(p, PlaybackFinished))
    assert end * SAMPLE_RATE == pytest.approx(13600, abs=FADE_S * SAMPLE_RATE + 10)
    sounds = WHOLE[701 : 701 + 13600]  # a sine begins with a silent sample
    inner = slice(100, 13500)
    assert np.array_equal(audio[inner], sounds[inner])
    assert not audio[round(end * SAMPLE_RATE) :].any()
    assert mouth.underruns == 0


def test_a_stream_of_another_rate_is_one_sound_with_its_words_in_time() -> None:
    rate = 16_000
    sound = tone(16_000, rate=rate)
    marks = (Mark(0, 3, 8000), Mark(4, 7, 16000))
    audio, percepts, _ = spoken(Scripted(*cut(sound, 1280, marks), rate=rate), 1.2)
    expected = tone(24_000)
    assert np.abs(audio[400:23000] - expected[401:23001]).max() < 0.05
    assert clicks(audio[400:23800]) < 0.07
    heard = [p.at for p in percepts if isinstance(p, WordPlayed)]
    assert heard == pytest.approx([0.5, 1.0], abs=0.01)
    (end,) = (p.at for p in percepts if isinstance(p, PlaybackFinished))
    assert end == pytest.approx(1.0, abs=0.01)


def test_a_live_stream_begins_once_a_cushion_is_there() -> None:
    voice = Scripted(*cut(tone(1920), 1920), Lack.TIME)
    voice.last = Lack.TIME
    mouth = AudioMouth(voice)
    mouth.say(1, Kind.REPLY, "one two", more=False)
    _, percepts = play(mouth, 0.1)
    assert percepts == []
    assert mouth.underruns == 0, "what has not begun cannot be late"
    voice.given.append(Speech(tone(2 * 1920, 1920), ()))
    _, percepts = play(mouth, 0.1)
    assert percepts == [PlaybackStarted(0.0, 1)]
    assert CUSHION_S == 0.16


def test_less_than_a_cushion_is_played_when_it_is_all_there_is() -> None:
    voice = Scripted(Speech(tone(1200), ()), Lack.TIME)
    audio, percepts, _ = spoken(voice)
    ends = [p.at for p in percepts if isinstance(p, PlaybackFinished)]
    assert ends == pytest.approx([0.06], abs=0.011)
    assert np.abs(audio).max() > 0.4


def test_what_is_late_is_silence_without_a_click_and_counted() -> None:
    voice = Scripted(*cut(tone(4800), 1920))
    voice.last = Lack.TIME
    mouth = AudioMouth(voice)
    mouth.say(1, Kind.REPLY, "one two", more=False)
    before, _ = play(mouth, 0.35)
    assert mouth.underruns == 1
    assert mouth.underrun_s == pytest.approx(0.15, abs=1e-4)
    voice.given.append(Speech(tone(4800, 4800), (Mark(4, 7, 4800),)))
    voice.last = Lack.NOTHING
    after, percepts = play(mouth, 0.3, 0.35)
    whole = np.concatenate((before, after))
    assert clicks(whole) < 0.07
    assert not whole[4800:8400].any()
    assert np.abs(whole[8400:13000]).max() > 0.4
    (word,) = (p for p in percepts if isinstance(p, WordPlayed))
    assert word.chars == 7
    assert word.at == pytest.approx(0.55, abs=0.01)
    assert mouth.underruns == 1


def test_a_stream_that_waits_for_text_is_not_late() -> None:
    voice = Scripted(*cut(tone(4800), 1920))
    voice.last = Lack.TEXT
    mouth = AudioMouth(voice)
    mouth.say(1, Kind.REPLY, "one ", more=True)
    before, _ = play(mouth, 0.3)
    voice.given += cut(tone(4800, 4800), 1920)
    voice.last = Lack.NOTHING
    mouth.say_more(1, "two", more=False)
    after, percepts = play(mouth, 0.3, 0.3)
    assert clicks(np.concatenate((before, after))) < 0.07
    assert mouth.underruns == 0
    assert [type(p) for p in percepts] == [PlaybackFinished]


@pytest.mark.parametrize("played", [0.1, 0.155, 0.195])
def test_a_stop_fades_without_a_click_and_closes_the_synthesis(played: float) -> None:
    voice = Scripted(*cut(tone(9600), 1920, (Mark(0, 3, 2000),)))
    mouth = AudioMouth(voice)
    mouth.say(1, Kind.REPLY, "one two", more=False)
    before, _ = play(mouth, round(played * 100) / 100)
    start = len(before) / SAMPLE_RATE
    mouth.stop(1, 0.04)
    assert voice.closed == 1
    asked = voice.asked
    after, percepts = play(mouth, 0.2, start)
    assert voice.asked == asked, "nothing more is made of it"
    (gone,) = percepts[-1:]
    assert isinstance(gone, PlaybackCut)
    assert gone.chars == 3
    assert start < gone.at <= start + 0.0401
    whole = np.concatenate((before, after))
    assert clicks(whole) < 0.07
    assert not after[round((gone.at - start) * SAMPLE_RATE) :].any()
    mouth.close()


def test_a_stop_of_a_late_stream_fades_over_what_there_is() -> None:
    voice = Scripted(*cut(tone(4800), 1920))
    voice.last = Lack.TIME
    mouth = AudioMouth(voice)
    mouth.say(1, Kind.REPLY, "one two", more=False)
    before, _ = play(mouth, 0.19)
    mouth.stop(1, 0.04)
    after, percepts = play(mouth, 0.1, 0.19)
    assert clicks(np.concatenate((before, after))) < 0.1
    assert isinstance(percepts[-1], PlaybackCut)
    assert percepts[-1].at <= 0.2001


def test_words_in_the_silence_at_the_end_are_heard_when_it_ends() -> None:
    sound = np.concatenate((tone(4800), quiet(4000)))
    stream = [*cut(sound, 1920, (Mark(0, 3, 4700), Mark(4, 7, 8000)))]
    _, percepts, _ = spoken(Scripted(*stream))
    assert [p.chars for p in percepts if isinstance(p, WordPlayed)] == [3, 7]
    assert isinstance(percepts[-1], PlaybackFinished)
    assert percepts[-1].at == pytest.approx(0.2, abs=0.01)


def test_a_silent_stream_is_finished_without_a_start() -> None:
    _, percepts, mouth = spoken(Scripted(*cut(quiet(9600), 1920)))
    assert percepts == [PlaybackFinished(0.0, 1)]
    assert mouth.underruns == 0
