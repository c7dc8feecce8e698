"""The corpus: two splits that have nothing in common, dealt out the same way every time."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from scenarios.laboratory.clips import Category
from scenarios.laboratory.corpus import PAUSE_RANGE_S, VOICES, few, recipes
from scenarios.laboratory.events import events
from scenarios.laboratory.texts import Split, said, texts, words
from system1.questions import AnswerKind, Question

SPLITS: tuple[Split, ...] = get_args(Split)


def test_the_splits_share_no_sentence_and_no_voice() -> None:
    sentences = [
        {said(line) for line in texts().of(split).lines() if len(said(line).split()) > 2}
        for split in SPLITS
    ]
    assert not sentences[0] & sentences[1]
    assert not set(VOICES["tuning"]) & set(VOICES["held_out"])


@pytest.mark.parametrize("split", SPLITS)
def test_clips_of_every_kind(split: Split) -> None:
    clips = recipes(split)
    assert len(clips) >= 200
    assert len({clip.name for clip in clips}) == len(clips)
    assert {clip.category for clip in clips} == set(get_args(Category))
    places = Counter(clip.category for clip in clips)
    hesitant: tuple[Category, ...] = ("function_word", "filler", "content_word", "whole_clause")
    assert min(places[place] for place in hesitant) >= 20
    manners = Counter(clip.manner for clip in clips if clip.category in hesitant)
    assert manners["cut"] == manners["comma"]
    noise = Counter(clip.noise for clip in clips)
    assert noise["clean"] / len(clips) == pytest.approx(0.4, abs=0.02)
    assert noise["5 dB"] / len(clips) == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("split", SPLITS)
def test_pauses_lie_in_their_range_and_only_between_parts(split: Split) -> None:
    for clip in recipes(split):
        assert len(clip.pauses_s) == len(clip.parts) - 1
        assert all(PAUSE_RANGE_S[0] <= pause <= PAUSE_RANGE_S[1] for pause in clip.pauses_s)


def test_digits_answer_a_question_of_their_length() -> None:
    digits = next(clip for clip in recipes("held_out") if clip.category == "digits")
    assert digits.text == "eight one five three zero six"
    assert digits.question == Question(AnswerKind.DIGITS, "number", 6)


def test_the_same_corpus_every_time() -> None:
    assert recipes("held_out") == recipes("held_out")
    assert events("held_out") == events("held_out")


def test_events_of_every_kind() -> None:
    held = events("held_out")
    kinds = Counter(event.kind for event in held)
    assert kinds == {"interruption": 40, "backchannel": 25, "vocal_tic": 28, "non_directed": 27}
    asides = [event for event in held if event.kind == "non_directed"]
    assert all(-20.0 <= event.gain_db <= -12.0 for event in asides)
    assert {event.place for event in asides} == {"over_agent", "in_silence"}
    rooms = [event for event in asides if event.other_room]
    assert rooms
    assert all(event.other != event.voice for event in rooms)
    assert all(event.other == event.voice for event in held if not event.other_room)


def test_ears_are_told_single_words() -> None:
    assert all(" " not in word for word in words())
    assert "dinner" in words()


def test_a_few_are_spread_over_all() -> None:
    assert few(range(10), 3) == (0, 3, 6)
    assert few(range(3), 10) == (0, 1, 2)
    assert few(range(3), None) == (0, 1, 2)
