from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from speech.dtmf import tones
from speech.embedded.espeak import EspeakVoice
from speech.playback.mouth import BETWEEN_S, AudioMouth
from speech.playback.sentencewise import Sentencewise
from speech.protocols import SAMPLE_RATE, Audio, Mark, Speech
from system1.acts import Kind
from system1.percepts import (
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    WordPlayed,
)

SOUND, SILENCE, LEAD = 2400, 480, 240
"""Samples of a word, of a sentence's pause, and of the silence before it."""


class Tone:
    """A voice at 24 kHz: 0.1 s of a 1 kHz tone a word, stretches that end with a full stop."""

    sample_rate = SAMPLE_RATE

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.spoken: list[str] = []
        self.open = 0

    def speak(self, text: str, rate: float = 1.0) -> Iterator[Speech]:
        self.rates.append(rate)
        self.open += 1
        start = 0
        try:
            for sentence in text.split("."):
                words = sentence.split()
                if words:
                    self.spoken.append(sentence.strip())
                    place = start
                    marks = []
                    for index, word in enumerate(words):
                        place = text.index(word, place)
                        until = LEAD + (index + 1) * SOUND
                        marks.append(Mark(place, place + len(word), until))
                        place += len(word)
                    tone = 0.5 * np.sin(np.arange(len(words) * SOUND) * 2 * np.pi / 24 + 0.1)
                    audio = np.pad(tone, (LEAD, SILENCE)).astype(np.float32)
                    yield Speech(audio, tuple(marks))
                start += len(sentence) + 1
        finally:
            self.open -= 1

    def close(self) -> None:
        assert self.open == 0


Script = dict[int, Callable[[AudioMouth], None]]


def played(script: Script, seconds: float, block: int = 240) -> tuple[Audio, list[Percept]]:
    """What a mouth plays when these things happen to it at these samples."""
    mouth = AudioMouth(Sentencewise(Tone()))
    out, percepts = [], []
    for start in range(0, round(seconds * SAMPLE_RATE), block):
        for moment in range(start, start + block):
            if moment in script:
                assert moment == start, "acts happen between blocks"
                script[moment](mouth)
        audio, seen = mouth.play(block, start / SAMPLE_RATE)
        out.append(audio)
        percepts += seen
    mouth.close()
    return np.concatenate(out), percepts


def say(utterance: int, text: str, more: bool = False) -> Callable[[AudioMouth], None]:
    return lambda mouth: mouth.say(utterance, Kind.REPLY, text, more)


def samples(percepts: list[Percept], kind: type[Percept]) -> list[int]:
    return [round(p.at * SAMPLE_RATE) for p in percepts if isinstance(p, kind)]


def test_speech_begins_at_once_and_is_over_with_its_last_sound() -> None:
    audio, percepts = played({480: say(7, "one two. three")}, 0.6)
    assert percepts[0] == PlaybackStarted(0.02, 7)
    assert np.abs(audio[480:504]).max() > 0.02
    words = [p for p in percepts if isinstance(p, WordPlayed)]
    assert [word.chars for word in words] == [3, 8, 14]
    assert samples(percepts, WordPlayed) == pytest.approx(
        [480 + SOUND, 480 + 2 * SOUND, 480 + 3 * SOUND + SILENCE], abs=50
    )
    (end,) = samples(percepts, PlaybackFinished)
    assert end == pytest.approx(480 + 3 * SOUND + SILENCE, abs=50)
    assert not audio[end:].any()
    # the pause between the sentences is kept
    assert not audio[480 + 2 * SOUND + 60 : 480 + 2 * SOUND + SILENCE - 60].any()


def test_block_sizes_change_nothing() -> None:
    script: Script = {
        0: say(1, "one two. three four.", more=True),
        4800: lambda mouth: mouth.duck(1, -12.0),
        9600: lambda mouth: mouth.resume(1),
        14400: lambda mouth: mouth.say_more(1, " five six", more=False),
        19200: say(2, "seven eight nine."),
        28800: lambda mouth: mouth.stop(2, 0.04),
    }
    audio, percepts = played(script, 2.0)
    for block in (80, 480, 2400):
        other, seen = played(script, 2.0, block)
        assert np.array_equal(audio, other)
        assert [(type(p), round(p.at * SAMPLE_RATE)) for p in percepts] == (
            [(type(p), round(p.at * SAMPLE_RATE)) for p in seen]
        )


def test_utterances_wait_their_turn_and_breathe_between() -> None:
    _, percepts = played({0: lambda m: (say(1, "one")(m), say(2, "two")(m))[0]}, 1.0)
    (ended, *_) = samples(percepts, PlaybackFinished)
    assert samples(percepts, PlaybackStarted)[1] - ended == round(BETWEEN_S * SAMPLE_RATE)
    assert [p.utterance for p in percepts if isinstance(p, PlaybackFinished)] == [1, 2]


def test_more_waits_in_silence_and_goes_on_at_once() -> None:
    script: Script = {
        0: say(1, "one. ", more=True),
        12000: lambda mouth: mouth.say_more(1, "two", more=False),
    }
    audio, percepts = played(script, 1.0)
    assert not audio[SOUND + 60 : 12000].any()
    assert [p.chars for p in percepts if isinstance(p, WordPlayed)] == [4, 8]
    assert len(samples(percepts, PlaybackStarted)) == 1
    (end,) = samples(percepts, PlaybackFinished)
    assert end == pytest.approx(12000 + SOUND, abs=60)


def test_an_utterance_that_gets_no_more_ends_when_that_is_known() -> None:
    script: Script = {
        0: say(1, "one. ", more=True),
        12000: lambda mouth: mouth.say_more(1, "", more=False),
    }
    _, percepts = played(script, 1.0)
    assert samples(percepts, PlaybackFinished) == [12000]


def test_stop_fades_drops_the_rest_and_says_what_was_heard() -> None:
    voice = Tone()
    mouth = AudioMouth(Sentencewise(voice))
    mouth.say(1, Kind.REPLY, "one two. three. four.", more=False)
    mouth.say(2, Kind.REPLY, "five", more=False)
    mouth.play(3600, 0.0)
    mouth.stop(1, 0.04)
    audio, percepts = mouth.play(9600, 0.15)
    cut = next(p for p in percepts if isinstance(p, PlaybackCut))
    assert cut == PlaybackCut(0.19, 1, 3)
    assert np.abs(audio[480:960]).max() < 0.3  # half way down
    assert PlaybackStarted(0.19, 2) in percepts
    assert voice.spoken == ["one two", "five"]
    mouth.close()


def test_what_has_not_begun_is_dropped_unheard() -> None:
    mouth = AudioMouth(Sentencewise(Tone()))
    mouth.say(1, Kind.REPLY, "one", more=False)
    mouth.stop(1, 0.04)
    audio, percepts = mouth.play(240, 3.0)
    assert percepts == [PlaybackCut(3.0, 1, 0)]
    assert not audio.any()
    mouth.stop(1, 0.04)
    assert mouth.play(240, 3.01)[1] == []


def test_an_utterance_that_waits_for_more_is_cut_at_once() -> None:
    mouth = AudioMouth(Sentencewise(Tone()))
    mouth.say(1, Kind.REPLY, "one", more=True)
    mouth.play(9600, 0.0)
    mouth.stop(1, 0.04)
    assert mouth.play(240, 0.4)[1] == [PlaybackCut(0.4, 1, 3)]


def test_ducking_lowers_and_resuming_restores_without_a_click() -> None:
    script: Script = {
        0: say(1, "one two three four five six"),
        4800: lambda mouth: mouth.duck(1, -12.0),
        9600: lambda mouth: mouth.resume(1),
    }
    audio, _ = played(script, 0.6)
    assert np.abs(audio[2400:4800]).max() == pytest.approx(0.5, abs=0.01)
    assert np.abs(audio[5040:9600]).max() == pytest.approx(0.5 * 10 ** (-12 / 20), abs=0.01)
    assert np.abs(audio[9840:12000]).max() == pytest.approx(0.5, abs=0.01)
    # no step is larger than those of the tone itself
    assert np.abs(np.diff(audio)).max() <= 0.5 * 2 * np.sin(np.pi / 24) + 1e-3


def test_what_is_lowered_before_it_begins_is_low_from_its_start() -> None:
    def softly(mouth: AudioMouth) -> None:
        mouth.say(1, Kind.BACKCHANNEL, "mm-hm mm", more=False)
        mouth.duck(1, -8.0)

    audio, _ = played({0: softly, 240: say(2, "two")}, 0.6)
    soft = 0.5 * 10 ** (-8 / 20)
    assert np.abs(audio[:240]).max() == pytest.approx(soft, abs=0.01)
    assert np.abs(audio[: 2 * SOUND]).max() == pytest.approx(soft, abs=0.01)
    assert np.abs(audio).max() == pytest.approx(0.5, abs=0.01), "the next one is not"


def test_nothing_audible_is_finished_without_a_start() -> None:
    _, percepts = played({0: say(1, "...")}, 0.1)
    assert percepts == [PlaybackFinished(0.0, 1)]


@pytest.mark.parametrize(
    ("name", "text"),
    [("en-us+f3", "Thank you, Anna! One moment."), ("cmn", "您好，请稍等。马上就好！")],
)
def test_a_real_voice_is_played_to_its_last_character(name: str, text: str) -> None:
    mouth = AudioMouth(Sentencewise(EspeakVoice(name)))
    mouth.say(1, Kind.GREETING, text, more=False)
    audio, percepts = mouth.play(6 * SAMPLE_RATE, 0.0)
    chars = [p.chars for p in percepts if isinstance(p, WordPlayed)]
    assert chars == sorted(chars)
    assert chars[-1] == len(text)
    (end,) = samples(percepts, PlaybackFinished)
    assert np.abs(audio[:480]).max() > 1e-3
    assert not audio[end:].any()
    assert np.abs(audio[end - 480 : end]).max() > 1e-4


def test_the_voice_is_asked_for_the_rate_of_the_utterance() -> None:
    voice = Tone()
    mouth = AudioMouth(Sentencewise(voice))
    mouth.say(1, Kind.REPLY, "one two.", True, 0.9)
    mouth.say(2, Kind.REPLY, "three.", False)
    mouth.say_more(1, " four.", False)
    mouth.play(SAMPLE_RATE, 0.0)
    assert voice.rates == [0.9, 0.9, 1.0]
    mouth.close()


def test_keys_sound_between_utterances_and_nobody_is_told_of_them() -> None:
    mouth = AudioMouth(Sentencewise(Tone()))
    mouth.say(1, Kind.REPLY, "one", more=False)
    mouth.press("1#")
    mouth.say(2, Kind.REPLY, "two", more=False)
    audio, percepts = mouth.play(2 * SAMPLE_RATE, 0.0)
    assert [getattr(one, "utterance", None) for one in percepts] == [1, 1, 1, 2, 2, 2]
    begins = round((percepts[2].at + BETWEEN_S) * SAMPLE_RATE)
    pressed = tones("1#")
    assert np.array_equal(audio[begins : begins + len(pressed)], pressed)
    second = next(one for one in percepts if one == PlaybackStarted(one.at, 2))
    after = begins + len(pressed) + round(BETWEEN_S * SAMPLE_RATE)
    assert round(second.at * SAMPLE_RATE) == after
    mouth.press("")
    assert not mouth.play(240, 2.0)[1]
    mouth.close()
