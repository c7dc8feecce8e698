"""What an engine has said: finding it again, and where its words are."""

from __future__ import annotations

import numpy as np
import pytest

from speech.duplex.spoken import KEPT, Answer, Spoken
from speech.protocols import SAMPLE_RATE, Audio


def tone(seconds: float) -> Audio:
    at = np.arange(round(seconds * SAMPLE_RATE), dtype=np.float32)
    sound: Audio = np.float32(0.3) * np.sin(at * np.float32(0.1))
    return sound


def answer_of(spoken: Spoken, *pieces: str, seconds: float = 2.0) -> Answer:
    answer = spoken.begin()
    for piece in pieces:
        answer.writes(piece)
    answer.sounds(tone(seconds))
    answer.end()
    return answer


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Well yes,", (0, 0)),
        ("Well yes, it is. And so on.", (0, 2)),
        (" it is. And so on.", (1, 2)),
        ("And so on.", (2, 2)),
        ("Well yes,it is.", (0, 1)),
    ],
)
def test_pieces_are_found_however_they_are_joined(text: str, pieces: tuple[int, int]) -> None:
    spoken = Spoken()
    answer = answer_of(spoken, "Well yes,", "it is.", "And so on.")
    found = spoken.find(text)
    assert found is not None
    assert (found.answer, found.first, found.last) == (answer, *pieces)


@pytest.mark.parametrize("text", ["", "Well", "Well yes, sir.", "on.", "Are you there?", "is."])
def test_what_is_no_whole_piece_is_somebody_elses(text: str) -> None:
    spoken = Spoken()
    answer_of(spoken, "Well yes,", "it is.", "And so on.")
    assert spoken.find(text) is None


def test_the_rest_of_a_line_that_was_cut_off_is_found() -> None:
    spoken = Spoken()
    answer = answer_of(spoken, "One two three,", "four five.")
    assert spoken.find("three, four five.") is None, "nothing of it was heard yet"
    answer.heard = 100
    found = spoken.find("three, four five.")
    assert found is not None
    assert (found.begins, found.first, found.last) == (8, 0, 1)


def test_it_goes_on_where_it_was_and_else_the_last_answer_counts() -> None:
    spoken = Spoken()
    first = answer_of(spoken, "Yes.", "Yes.", "Quite.")
    at_first = spoken.find("Yes.")
    assert at_first is not None
    assert at_first.first == 0
    following = spoken.find("Yes.", at_first)
    assert following is not None
    assert following.first == 1
    second = answer_of(spoken, "Yes.")
    assert (found := spoken.find("Yes.")) is not None
    assert found.answer is second
    assert (found := spoken.find("Quite.")) is not None
    assert found.answer is first


def test_a_piece_that_is_withheld_is_passed_over() -> None:
    spoken = Spoken()
    answer = spoken.begin()
    answer.writes("Fine.")
    answer.writes("A secret.", withheld=True)
    answer.writes("No more of that.", sounds=False)
    found = spoken.find("Fine. No more of that.")
    assert found is not None
    assert (found.first, found.last) == (0, 2)
    assert answer.spoken.strip() == "Fine. A secret."


def test_old_answers_go() -> None:
    spoken = Spoken()
    for number in range(KEPT + 1):
        answer_of(spoken, f"Number {number}.")
    assert spoken.find("Number 0.") is None
    assert spoken.find(f"Number {KEPT}.") is not None


def test_words_are_where_the_engine_says() -> None:
    answer = Answer()
    answer.writes("your line")
    answer.sounds(tone(0.5))
    answer.begins_word(2400)
    assert [end for *_, end in answer.words()] == [None, None]
    answer.begins_word(7200)
    assert answer.words() == [(0, 4, 7200), (5, 9, None)]
    assert answer.sample_of(6) == 7200
    answer.end()
    assert answer.words()[-1] == (5, 9, SAMPLE_RATE // 2)


@pytest.mark.parametrize(
    "text", ["Your line is fine, and was checked.", "您的线路一切正常，请放心。"]
)
def test_words_are_estimated_else_and_never_go_back(text: str) -> None:
    answer = Answer()
    answer.writes(text)
    answer.sounds(np.concatenate((np.zeros(2400, np.float32), tone(0.6))))
    early = [end for *_, end in answer.words()]
    known = [end for end in early if end is not None]
    assert 0 < len(known) < len(early)
    assert known == sorted(known)
    answer.sounds(tone(1.4))
    answer.end()
    late = [end for *_, end in answer.words()]
    assert all(end is not None for end in late)
    assert late == sorted(late, key=lambda end: end or 0)
    assert late[-1] == pytest.approx(2.1 * SAMPLE_RATE, abs=500)
