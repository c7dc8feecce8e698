"""Utterances of Kyutai TTS and their slots, over a batch that only counts."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import numpy as np
import pytest

from speech.errors import SpeechError
from speech.kyutai import tts
from speech.kyutai.tts import AHEAD, KyutaiVoice
from speech.kyutai.tts_batch import FRAME, Feed, Frame
from speech.kyutai.tts_words import SpokenWord
from speech.protocols import Lack, Speech
from speech.slots import Slots
from tests.clocks import HandClock


class Counting:
    """A frame for each word, whose value is the word's length; ``ahead`` words must be there."""

    def __init__(self, slots: int = 2, ahead: int = 1) -> None:
        self.slots = slots
        self.ahead = ahead
        self.words: dict[int, list[SpokenWord]] = {}
        self.ended: dict[int, bool] = {}
        self.made: dict[int, int] = {}
        self.seeds: list[int] = []
        self.stepped = threading.Semaphore(0)
        self.steps = 0

    def reset(self, slot: int) -> None:
        self.words[slot], self.ended[slot], self.made[slot] = [], False, 0

    def step(self, inputs: Mapping[int, Feed]) -> Mapping[int, Frame]:
        found = {}
        for slot, feed in inputs.items():
            self.steps += 1
            if feed.opening is not None:
                self.seeds.append(feed.opening.seed)
            self.words[slot] += feed.words
            self.ended[slot] |= feed.ended
            found[slot] = self._frame(slot)
            self.stepped.release()
        return found

    def _frame(self, slot: int) -> Frame:
        words, ended = self.words[slot], self.ended[slot]
        if not (ended or len(words) > self.ahead):
            return Frame(None, (), True, False)
        if not words:
            return Frame(None, (), False, True)
        word = words.pop(0)
        audio = np.full(FRAME, len(word.reads) / 100, np.float32)
        begins, self.made[slot] = self.made[slot], self.made[slot] + FRAME
        lacking = not ended and len(words) <= self.ahead
        return Frame(audio, ((word, begins),), lacking, ended and not words)


def voice(batch: Counting, live: bool = False) -> KyutaiVoice:
    import torch

    clock = HandClock() if live else None
    return KyutaiVoice(Slots(batch, "counting", clock), torch.zeros(1), live, seed=5)


def test_text_is_spoken_as_far_as_it_is_known_and_lacked_after_that() -> None:
    batch = Counting()
    speaks = voice(batch)
    synthesis = speaks.begin()
    assert synthesis.next() is Lack.TEXT
    synthesis.add("one three")
    assert synthesis.next() is Lack.TEXT, "a word that may go on is no word"
    synthesis.add(" seven")
    assert isinstance(synthesis.next(), Speech)
    assert synthesis.next() is Lack.TEXT
    steps = batch.steps
    assert synthesis.next() is Lack.TEXT
    assert batch.steps == steps, "asking again costs nothing"
    synthesis.end()
    synthesis.end()
    assert isinstance(synthesis.next(), Speech)
    last = synthesis.next()
    assert isinstance(last, Speech)
    assert last.marks[-1].end == len("one three seven")
    assert synthesis.next() is Lack.NOTHING
    speaks.close()


def test_nothing_to_say_takes_no_slot() -> None:
    batch = Counting(slots=1)
    speaks = voice(batch)
    one, two = speaks.begin(), speaks.begin()
    one.add("hello there")
    one.end()
    two.add("  ")
    two.end()
    assert isinstance(one.next(), Speech)
    assert two.next() is Lack.TEXT or two.next() is Lack.NOTHING
    assert two.next() is Lack.NOTHING
    speaks.close()


def test_a_slot_is_free_once_its_utterance_is_over_or_closed() -> None:
    speaks = voice(Counting(slots=1))
    for _ in range(3):
        synthesis = speaks.begin()
        synthesis.add("one two three")
        synthesis.end()
        while isinstance(synthesis.next(), Speech):
            pass
    closed = speaks.begin()
    closed.add("one two three")
    assert isinstance(closed.next(), Speech)
    other = speaks.begin()
    other.add("one two three")
    with pytest.raises(SpeechError, match="all 1 slots of counting are in use"):
        other.next()
    closed.close()
    assert isinstance(other.next(), Speech)
    speaks.close()


def test_each_utterance_has_its_own_chances() -> None:
    batch = Counting()
    speaks = voice(batch)
    for _ in range(3):
        synthesis = speaks.begin()
        synthesis.add("one two three")
        synthesis.next()
        synthesis.close()
    assert batch.seeds == [5, 6, 7]


def test_live_a_lead_is_made_without_being_asked_for_and_no_more_than_that() -> None:
    batch = Counting(ahead=0)
    speaks = voice(batch, live=True)
    synthesis = speaks.begin()
    synthesis.add("a b c d e f g h i j k l m n o p ")
    for _ in range(AHEAD):
        assert batch.stepped.acquire(timeout=10.0)
    assert batch.steps == AHEAD
    given: list[Speech] = []
    while len(given) < AHEAD:
        found = synthesis.next()
        if isinstance(found, Speech):
            given.append(found)
    speaks.close()
    assert synthesis.next() is Lack.NOTHING


def test_live_an_utterance_waits_a_little_for_a_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(tts, "perf_counter", lambda: now[0])
    batch = Counting(slots=1)
    speaks = voice(batch, live=True)
    one, two = speaks.begin(), speaks.begin()
    one.add("a b c ")
    two.add("a b c ")
    assert two.next() is Lack.TIME
    now[0] += tts.WAIT_S - 0.1
    assert two.next() is Lack.TIME
    now[0] += 0.2
    with pytest.raises(SpeechError, match="in use"):
        two.next()
    one.close()
    assert two.next() is Lack.TIME
    while not isinstance(two.next(), Speech):
        assert batch.stepped.acquire(timeout=10.0)
    speaks.close()
