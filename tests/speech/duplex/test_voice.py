"""The voice that plays what an engine has said, and has an ordinary voice speak the rest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from speech.duplex.spoken import Answer, Spoken
from speech.duplex.voice import SpokenSynthesis, SpokenVoice
from speech.errors import SpeechError
from speech.playback.mouth import AudioMouth
from speech.playback.sentencewise import Sentencewise
from speech.protocols import SAMPLE_RATE, Audio, Lack, Mark, Speech
from system1.acts import Kind
from system1.percepts import Percept, PlaybackCut, PlaybackFinished, PlaybackStarted, WordPlayed

SECOND = SAMPLE_RATE


class Ordinary:
    """A voice that hums at 0.1 for a tenth of a second a word."""

    sample_rate = SAMPLE_RATE

    def __init__(self) -> None:
        self.texts: list[str] = []

    def speak(self, text: str, rate: float = 1.0) -> Iterator[Speech]:
        self.texts.append(text)
        at, marks = 0, []
        for number, word in enumerate(text.split(), 1):
            begin = text.index(word, at)
            at = begin + len(word)
            marks.append(Mark(begin, at, number * 2400))
        yield Speech(np.full(2400 * len(marks), 0.1, np.float32), tuple(marks))

    def close(self) -> None:
        """Nothing is held."""


def tone(seconds: float, level: float = 0.3) -> Audio:
    return np.full(round(seconds * SECOND), level, np.float32)


def answer_of(spoken: Spoken, *pieces: str, seconds: float, whole: bool = True) -> Answer:
    """Every word has its even share of the sound."""
    answer = spoken.begin()
    for piece in pieces:
        answer.writes(piece)
    words = " ".join(pieces).split()
    for number in range(len(words)):
        answer.begins_word(round(number * seconds / len(words) * SECOND))
    answer.sounds(tone(seconds))
    if whole:
        answer.end()
    return answer


def all_of(synthesis: SpokenSynthesis) -> tuple[Audio, list[Mark], Lack]:
    """What is given now: its sound, and its marks counted from the beginning."""
    sound: list[Audio] = [np.zeros(0, np.float32)]
    marks: list[Mark] = []
    given = synthesis.next()
    while isinstance(given, Speech):
        before = sum(map(len, sound))
        marks += [Mark(one.start, one.end, before + one.until) for one in given.marks]
        sound.append(given.audio)
        given = synthesis.next()
    return np.concatenate(sound), marks, given


def voice_of(spoken: Spoken) -> tuple[SpokenVoice, Ordinary]:
    ordinary = Ordinary()
    return SpokenVoice(spoken, Sentencewise(ordinary)), ordinary


def test_the_engines_words_have_the_engines_sound() -> None:
    spoken = Spoken()
    answer_of(spoken, "One two,", "three four.", seconds=2.0)
    voice, ordinary = voice_of(spoken)
    synthesis = voice.begin()
    synthesis.add("One two, three four.")
    synthesis.end()
    sound, marks, lack = all_of(synthesis)
    assert np.array_equal(sound, tone(2.0))
    assert marks == [
        Mark(0, 3, SECOND // 2),
        Mark(4, 8, SECOND),
        Mark(9, 14, 3 * SECOND // 2),
        Mark(15, 20, 2 * SECOND),
    ]
    assert lack is Lack.NOTHING
    assert ordinary.texts == []


def test_other_lines_are_spoken_by_the_ordinary_voice() -> None:
    spoken = Spoken()
    answer_of(spoken, "One two.", seconds=1.0)
    voice, ordinary = voice_of(spoken)
    synthesis = voice.begin()
    synthesis.add("Are you there?")
    assert len(all_of(synthesis)[0]) == 3 * 2400
    assert ordinary.texts == ["Are you there?"]


def test_words_that_are_not_said_hold_their_sound_back() -> None:
    spoken = Spoken()
    answer_of(spoken, "One two,", "three four.", seconds=2.0)
    voice, _ = voice_of(spoken)
    synthesis = voice.begin()
    synthesis.add("One two,")
    sound, marks, lack = all_of(synthesis)
    assert (len(sound), len(marks), lack) == (SECOND, 2, Lack.TEXT)
    synthesis.add(" three four.")
    sound, marks, lack = all_of(synthesis)
    assert [mark.start for mark in marks] == [9, 15]
    assert (len(sound), lack) == (SECOND, Lack.TEXT)
    synthesis.end()
    assert synthesis.next() is Lack.NOTHING


def test_sound_that_is_still_to_come_is_waited_for() -> None:
    spoken = Spoken()
    answer = answer_of(spoken, "One two", seconds=1.0, whole=False)
    voice, _ = voice_of(spoken)
    synthesis = voice.begin()
    synthesis.add("One two")
    assert len(all_of(synthesis)[0]) == SECOND
    assert synthesis.next() is Lack.TIME
    answer.sounds(tone(0.5))
    sound, _, lack = all_of(synthesis)
    assert (len(sound), lack) == (SECOND // 2, Lack.TIME)
    answer.end()
    synthesis.end()
    assert synthesis.next() is Lack.NOTHING


def test_a_line_without_sound_follows_in_the_ordinary_voice() -> None:
    spoken = Spoken()
    answer = answer_of(spoken, "One two,", seconds=1.0)
    answer.writes("We were cut off.", sounds=False)
    voice, ordinary = voice_of(spoken)
    synthesis = voice.begin()
    synthesis.add("One two, We were cut off.")
    synthesis.end()
    sound, marks, lack = all_of(synthesis)
    assert ordinary.texts == ["We were cut off."]
    assert lack is Lack.NOTHING
    assert np.array_equal(sound[:SECOND], tone(1.0))
    assert [(mark.start, mark.end) for mark in marks] == [
        (0, 3),
        (4, 8),
        (9, 11),
        (12, 16),
        (17, 20),
        (21, 25),
    ]


def test_what_is_withheld_is_not_heard() -> None:
    spoken = Spoken()
    answer = answer_of(spoken, "One two.", "bad words.", seconds=2.0)
    answer.pieces[1] = type(answer.pieces[1])("bad words.", 9, withheld=True)
    answer.writes("No more.", sounds=False)
    voice, ordinary = voice_of(spoken)
    synthesis = voice.begin()
    synthesis.add("One two. No more.")
    synthesis.end()
    sound, _, _ = all_of(synthesis)
    assert len(sound) == SECOND + 2 * 2400
    assert ordinary.texts == ["No more."]


def play(mouth: AudioMouth, since: float, seconds: float) -> list[Percept]:
    percepts: list[Percept] = []
    for tick in range(round(seconds * 100)):
        percepts += mouth.play(240, since + tick / 100)[1]
    return percepts


def test_the_answer_knows_how_much_of_it_was_heard_even_in_two_parts() -> None:
    spoken = Spoken()
    answer = answer_of(spoken, "One two three four.", seconds=2.0)
    voice, _ = voice_of(spoken)
    mouth = AudioMouth(voice)
    mouth.say(1, Kind.REPLY, "One two three four.", False)
    play(mouth, 0.0, 0.6)
    mouth.stop(1, 0.05)
    (cut,) = [one for one in play(mouth, 0.6, 0.2) if isinstance(one, PlaybackCut)]
    assert (cut.chars, answer.heard) == (3, round(0.65 * SECOND))
    assert not answer.heard_out
    mouth.say(2, Kind.REPLY, "two three four.", False)
    percepts = play(mouth, 1.0, 2.0)
    assert answer.heard_out
    played = [one.chars for one in percepts if isinstance(one, WordPlayed)]
    assert played == [3, 9, 15]
    begun = next(one.at for one in percepts if isinstance(one, PlaybackStarted))
    over = next(one.at for one in percepts if isinstance(one, PlaybackFinished))
    assert over - begun == pytest.approx(1.5, abs=0.02)


def test_an_answer_that_was_never_begun_was_not_heard() -> None:
    spoken = Spoken()
    answer = answer_of(spoken, "One two.", seconds=1.0)
    voice, _ = voice_of(spoken)
    mouth = AudioMouth(voice)
    mouth.say(1, Kind.REPLY, "One two.", False)
    mouth.stop(1, 0.0)
    play(mouth, 0.0, 0.2)
    assert answer.heard == 0


def test_a_voice_at_another_rate_is_refused() -> None:
    class Slow(Sentencewise):
        @property
        def sample_rate(self) -> int:
            return 16_000

    with pytest.raises(SpeechError, match="16000 Hz"):
        SpokenVoice(Spoken(), Slow(Ordinary()))
