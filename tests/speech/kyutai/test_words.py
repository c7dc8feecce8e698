from __future__ import annotations

import pytest

from speech.kyutai.stt_batch import Frame, Source, Step
from speech.kyutai.words import WordReader, Written, lengths, spelled

DELAY = 6
START, PAD = 0, 3
PIECES = {10: "hel", 11: "lo", 20: "Yes,", 30: "..."}


def reader() -> WordReader:
    return WordReader(lambda pieces: "".join(PIECES[one] for one in pieces), DELAY, START, PAD)


def step(token: int, frame: Frame, sure: float = 1.0) -> Step:
    return Step(frame, token, sure, ())


def frame(index: int) -> Frame:
    return Frame(None, round(index * 0.08, 4), round((index + 1) * 0.08, 4), Source.CALL)


def silent(at: float) -> Frame:
    return Frame(None, at, at, Source.FLUSH)


def read(reader: WordReader, tokens: list[int], first: int = 0) -> list[Written]:
    steps = [step(token, frame(first + i), 0.5 + 0.01 * token) for i, token in enumerate(tokens)]
    return [word for one in steps if (word := reader.read(one)) is not None]


def test_a_word_begins_the_delay_before_its_start_token() -> None:
    words = read(reader(), [PAD] * 10 + [START, 10, 11, PAD, PAD])
    # Started at step 10: the six frames up to it begin with frame 5.
    assert [(word.text, word.begins) for word in words] == [("hello", 0.4)]
    assert words[0].sure == pytest.approx(0.605)


def test_a_word_is_complete_at_padding_or_the_next_start() -> None:
    words = read(reader(), [PAD] * 8 + [START, 10, 11, START, 20, PAD])
    assert [(word.text, word.begins) for word in words] == [("hello", 0.24), ("yes", 0.48)]


def test_silence_that_the_call_never_had_moves_no_word() -> None:
    it = reader()
    read(it, [PAD] * 12)
    for _ in range(8):
        it.read(step(PAD, silent(0.96)))
    assert it.heard_to == 0.96
    words = read(it, [PAD] * 10 + [START, 10, PAD], first=12)
    # Ten frames after the flush, at frame 22: the six up to it begin with frame 17.
    assert [word.begins for word in words] == [round(17 * 0.08, 3)]


def test_a_word_of_the_silence_is_dated_to_the_last_sound() -> None:
    it = reader()
    read(it, [PAD] * 12)
    for token in [PAD] * 6 + [START, 10]:
        it.read(step(token, silent(0.96)))
    word = it.read(step(PAD, silent(0.96)))
    assert word is not None
    assert word.begins == 0.96


def test_what_has_been_written_out_is_known() -> None:
    it = reader()
    assert it.heard_to == 0.0
    read(it, [PAD] * 20)
    assert it.heard_to == pytest.approx(15 * 0.08)
    assert not it.amid_word
    read(it, [START, 10], first=20)
    assert it.amid_word


def test_a_model_that_writes_on_and_on_is_broken_off() -> None:
    words = read(reader(), [START] + [10] * 100)
    assert len(words) == 3
    assert len(words[0].text) == 3 * 32


def test_punctuation_alone_is_no_word() -> None:
    assert read(reader(), [START, 30, PAD, START, 20, PAD])[0].text == "yes"
    assert spelled(" Hello, ") == "hello"
    assert spelled("it's") == "it's"
    assert spelled("—...!") == "—"


def test_no_word_ends_after_the_next_begins_or_after_all_is_quiet() -> None:
    words = [Written("my", 1.0, 1.0), Written("internet", 1.2, 1.0), Written("is", 3.0, 1.0)]
    assert lengths(words, 3.1) == [(1.0, 1.2), (1.2, 2.08), (3.0, 3.1)]
    assert lengths(words[:1], 9.0) == [(1.0, 1.34)]
