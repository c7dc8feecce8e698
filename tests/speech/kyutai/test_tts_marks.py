from __future__ import annotations

import numpy as np

from speech.kyutai.tts_marks import WordTimes
from speech.kyutai.tts_words import SpokenWord
from speech.protocols import Audio, Mark

ONE, TWO = SpokenWord("one", 0, 3), SpokenWord("two", 4, 7)


def stretch(*sounds: tuple[int, int]) -> Audio:
    audio = np.zeros(1000, np.float32)
    for start, end in sounds:
        audio[start:end] = 0.5
    return audio


def test_a_word_ends_with_its_last_sound_before_the_next_one() -> None:
    times = WordTimes()
    times.begins(ONE, 100)
    assert times.marks(stretch((100, 1000)), over=False) == ()
    times.begins(TWO, 1600)
    assert times.marks(stretch((0, 400), (700, 1000)), over=False) == (Mark(0, 3, 400),)
    assert times.marks(stretch((0, 250)), over=True) == (Mark(4, 7, 250),)


def test_a_word_before_a_pause_does_not_wait_for_the_next_one() -> None:
    times = WordTimes()
    times.begins(ONE, 0)
    assert times.marks(stretch((0, 300)), over=False) == ()
    assert times.marks(stretch(), over=False) == (Mark(0, 3, 0),)
    assert times.marks(stretch(), over=True) == ()


def test_words_that_begin_together_end_in_order_within_the_stretch() -> None:
    times = WordTimes()
    for index, sample in enumerate((0, 500, 500)):
        times.begins(SpokenWord("x", index, index + 1), sample)
    marks = times.marks(stretch((0, 900)), over=True)
    assert [mark.end for mark in marks] == [1, 2, 3]
    assert [mark.until for mark in marks] == [500, 500, 900]


def test_silent_words_end_when_the_utterance_does() -> None:
    times = WordTimes()
    times.begins(ONE, 0)
    assert times.marks(stretch(), over=False) == ()
    assert times.marks(stretch(), over=True) == (Mark(0, 3, 1000),)
