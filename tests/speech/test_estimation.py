from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from speech.embedded.espeak import EspeakVoice
from speech.estimation import HELD_S, EstimatedStretch, Pace, estimated_marks, weight
from speech.protocols import Audio, Mark

RATE = 24_000


def tone(seconds: float) -> Audio:
    wave: Audio = (0.3 * np.sin(np.arange(round(seconds * RATE)) * 0.3)).astype(np.float32)
    return wave


def quiet(seconds: float) -> Audio:
    return np.zeros(round(seconds * RATE), np.float32)


def words(text: str, marks: tuple[Mark, ...] | list[Mark]) -> list[str]:
    return [text[mark.start : mark.end] for mark in marks]


def streamed(text: str, audio: Audio, size: int, pace: Pace | None = None) -> list[Mark]:
    """The marks of audio that comes in pieces of ``size``, counted from its start."""
    stretch = EstimatedStretch(text, RATE, pace or Pace())
    marks, given = [], 0
    pieces = [stretch.add(audio[at : at + size]) for at in range(0, len(audio), size)]
    for piece in [*pieces, stretch.end()]:
        if piece is not None:
            assert all(0 < mark.until <= len(piece.audio) for mark in piece.marks)
            marks += [Mark(m.start, m.end, m.until + given) for m in piece.marks]
            given += len(piece.audio)
    assert given == len(audio)
    return marks


@pytest.mark.parametrize(
    "text", ["Well, I see: forty two.", "好的，我看一下。", "ADSL 和 IPTV 都好"]
)
def test_every_word_has_a_mark_in_order_the_last_at_the_end_of_the_sound(text: str) -> None:
    audio = np.concatenate((tone(1.7), quiet(0.4)))
    for marks in (list(estimated_marks(text, audio, RATE)), streamed(text, audio, 1000)):
        assert all(a.until <= b.until and a.end <= b.start for a, b in pairwise(marks))
        assert "".join(words(text, marks)) == text.replace(" ", "") or "，" in text
    whole = estimated_marks(text, audio, RATE)
    assert whole[-1].until == pytest.approx(1.7 * RATE, abs=0.02 * RATE)


def test_long_words_take_longer() -> None:
    assert weight("international") > 2 * weight("cats") > 2 * weight("a") > 0
    assert weight("42") > weight("four")
    assert weight("好") == pytest.approx(1.1)
    assert weight("SW1A") > weight("swan")


def test_a_pause_is_matched_with_its_comma() -> None:
    # by weight alone "fine," would end at 0.5 s
    text = "Fine, thanks"
    audio = np.concatenate((tone(0.7), quiet(0.3), tone(0.5)))
    fine, thanks = estimated_marks(text, audio, RATE)
    assert fine.until / RATE == pytest.approx(0.7, abs=0.02)
    assert thanks.until / RATE == pytest.approx(1.5, abs=0.02)


def test_nothing_audible_and_nothing_to_say() -> None:
    assert estimated_marks("hello", quiet(0.5), RATE) == (Mark(0, 5, 12_000),)
    assert estimated_marks("...", tone(0.5), RATE) == ()
    assert estimated_marks("hello", quiet(0.0), RATE) == (Mark(0, 5, 0),)
    stretch = EstimatedStretch("hello", RATE, Pace())
    assert stretch.end() is None


@pytest.mark.parametrize(("language", "text"), [
    ("en-us", "I can see the fault on your line, and an engineer is on the way."),
    ("cmn", "我已经看到您的线路故障，工程师正在路上。"),
])  # fmt: skip
def test_words_are_near_where_they_sound(language: str, text: str) -> None:
    voice = EspeakVoice(language, 165, 50)
    (speech,) = voice.speak(text)
    guessed = {mark.end: mark for mark in estimated_marks(text, speech.audio, voice.sample_rate)}
    off = [
        abs(guessed[mark.end].until - mark.until) / voice.sample_rate
        for mark in speech.marks[:-1]
        if mark.end in guessed
    ]
    assert len(off) >= 8
    assert float(np.median(off)) < 0.12


def test_only_what_may_be_played_already_is_given() -> None:
    stretch = EstimatedStretch("one two three", RATE, Pace())
    assert stretch.add(tone(HELD_S / 2)) is None
    piece = stretch.add(tone(0.5))
    assert piece is not None
    assert len(piece.audio) / RATE == pytest.approx(0.5 + HELD_S / 2 - HELD_S, abs=0.011)


def test_a_last_word_is_told_at_the_end_alone() -> None:
    text = "one two"
    marks = streamed(text, tone(4.0), 480)
    assert words(text, marks) == ["one", "two"]
    assert marks[0].until < 1.0 * RATE
    assert marks[1].until == 4.0 * RATE


def test_words_that_the_pace_was_too_slow_for_are_told_at_the_end() -> None:
    text = "a sentence with very many words in no time at all"
    marks = streamed(text, tone(0.6), 480)
    assert len(marks) == 11
    assert marks[-1].until == 0.6 * RATE


def test_a_pace_is_learnt() -> None:
    pace = Pace()
    text = "the quick brown fox jumps over the lazy dog"
    slow = 8.0
    first, *_ = (m.until for m in streamed(text, tone(slow), 960, pace) if m.start == 35)
    for _ in range(3):
        streamed(text, tone(slow), 960, pace)
    later, *_ = (m.until for m in streamed(text, tone(slow), 960, pace) if m.start == 35)
    true = next(m.until for m in estimated_marks(text, tone(slow), RATE) if m.start == 35)
    assert abs(later - true) < 0.2 * abs(first - true)


def test_a_pause_brings_what_streams_back_to_its_comma() -> None:
    text = "Certainly, we will send somebody tomorrow"
    audio = np.concatenate((tone(1.2), quiet(0.3), tone(2.5)))  # slower than the prior
    marks = {text[m.start : m.end]: m.until / RATE for m in streamed(text, audio, 480)}
    assert 2.5 < marks["somebody"] < 2.9  # 2.1 without the comma


def test_marks_count_from_the_utterances_text() -> None:
    stretch = EstimatedStretch("two.", RATE, Pace(), begins=5)
    stretch.add(tone(0.02))
    last = stretch.end()
    assert last is not None
    assert [(mark.start, mark.end) for mark in last.marks] == [(5, 9)]
