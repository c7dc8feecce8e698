from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from policies.engines.kyutai_tts import KyutaiTts
from speech.kyutai.tts_batch import FRAME, Feed, Frame, Opening, TtsBatch
from speech.kyutai.tts_model import load
from speech.kyutai.tts_voices import Voices
from speech.kyutai.tts_words import WordSplitter
from speech.protocols import Audio

pytestmark = pytest.mark.slow

TEXT = "hello there how are you doing today"


def settings(folder: Path) -> KyutaiTts:
    voices = str(folder / "voices")
    return KyutaiTts(model=str(folder), voices=voices, voice="anna", device="cpu", slots=3)


@pytest.fixture(scope="module")
def voices(tiny_tts: Path) -> Voices:
    return Voices(load(settings(tiny_tts)), str(tiny_tts / "voices"), 2.0)


@pytest.fixture(scope="module")
def batch(voices: Voices) -> TtsBatch:
    return TtsBatch(voices._model, 3, voices.conditions("anna", 3))


def whole(voices: Voices, voice: str = "anna", seed: int = 1, text: str = TEXT) -> Feed:
    splitter = WordSplitter()
    words = (*splitter.add(text), *splitter.end())
    return Feed(words, True, Opening(voices.embedding(voice), seed))


def spoken(
    batch: TtsBatch, slot: int, feed: Feed, among: Iterable[Mapping[int, Feed]] = ()
) -> list[Frame]:
    """The frames of an utterance to its end; its neighbours get what ``among`` has for them."""
    frames = []
    feeds = {slot: feed}
    others = iter(among)
    for _ in range(400):
        frame = batch.step({**feeds, **next(others, {})})[slot]
        frames.append(frame)
        if frame.over:
            return frames
        feeds = {slot: Feed()}
    raise AssertionError("it never ends")


def sound(frames: list[Frame]) -> Audio:
    return np.concatenate([frame.audio for frame in frames if frame.audio is not None])


def fresh(batch: TtsBatch, *slots: int) -> None:
    for slot in slots or range(3):
        batch.reset(slot)


def same(one: list[Frame], other: list[Frame]) -> bool:
    begun = [[frame.begun for frame in frames if frame.begun] for frames in (one, other)]
    return begun[0] == begun[1] and np.array_equal(sound(one), sound(other))


def test_every_word_begins_once_in_order_within_the_audio(batch: TtsBatch, voices: Voices) -> None:
    fresh(batch)
    frames = spoken(batch, 0, whole(voices))
    audio = sound(frames)
    begun = [found for frame in frames for found in frame.begun]
    assert [word.reads for word, _ in begun] == TEXT.split()
    samples = [sample for _, sample in begun]
    assert samples == sorted(samples)
    assert samples[0] >= 0
    assert samples[-1] < len(audio)
    assert all(len(f.audio) == FRAME for f in frames if f.audio is not None)
    assert batch.step({0: Feed()})[0] == Frame(None, (), False, True)


def test_a_slot_says_the_same_bit_for_bit_whatever_its_neighbours_do(
    batch: TtsBatch, voices: Voices
) -> None:
    fresh(batch)
    alone = spoken(batch, 0, whole(voices))
    fresh(batch)

    def neighbours() -> Iterator[Mapping[int, Feed]]:
        yield {}
        yield {1: whole(voices, "ben", 7)}
        for tick in range(30):
            if tick == 11:
                batch.reset(2)
                yield {1: Feed(), 2: whole(voices, "ben", 9, "please wait a moment")}
            elif tick == 20:
                batch.reset(1)  # it leaves in mid-word
                yield {2: Feed()}
            elif tick == 23:
                yield {1: whole(voices, "anna", 3), 2: Feed()}
            else:
                yield {1: Feed()} if tick < 11 or tick > 23 else {2: Feed()}

    assert same(alone, spoken(batch, 0, whole(voices), neighbours()))
    fresh(batch)
    # the controls: what does matter is told apart
    for other in (whole(voices, "ben"), whole(voices, seed=2), whole(voices, text="hello there")):
        fresh(batch)
        assert not same(alone, spoken(batch, 0, other))
    fresh(batch)
    spoken(batch, 0, whole(voices, "ben", 5))
    assert not same(alone, spoken(batch, 0, whole(voices))), "a slot that nobody cleaned"
    fresh(batch, 0)
    assert same(alone, spoken(batch, 0, whole(voices)))


def test_two_slots_in_step_or_not_speak_each_its_own(batch: TtsBatch, voices: Voices) -> None:
    fresh(batch)
    first = spoken(batch, 1, whole(voices, "anna", 4))
    second = spoken(batch, 2, whole(voices, "ben", 5, "my name is anna and i can help"))
    fresh(batch)
    feeds = {
        1: whole(voices, "anna", 4),
        2: whole(voices, "ben", 5, "my name is anna and i can help"),
    }
    found: dict[int, list[Frame]] = {1: [], 2: []}
    for tick in range(400):
        # the second runs at every other tick alone
        inputs = {slot: feeds[slot] for slot in (1, 2) if slot == 1 or tick % 2}
        for slot, frame in batch.step(inputs).items():
            if not (found[slot] and found[slot][-1].over):
                found[slot].append(frame)
            feeds[slot] = Feed()
    assert same(first, found[1])
    assert same(second, found[2])


def test_it_stands_still_while_words_are_lacking_and_goes_on_as_if_they_had_been_there(
    batch: TtsBatch, voices: Voices
) -> None:
    fresh(batch)
    feed = whole(voices)
    at_once = spoken(batch, 0, feed)
    fresh(batch, 0)
    frames = [batch.step({0: Feed(feed.words[:2], False, feed.opening)})[0]]
    assert frames[0] == Frame(None, (), True, False), "the word after next is not known"
    assert batch.step({0: Feed()})[0].lacking
    frames.append(batch.step({0: Feed(feed.words[2:5])})[0])
    while not frames[-1].lacking:
        frames.append(batch.step({0: Feed()})[0])
    frames += spoken(batch, 0, Feed(feed.words[5:], True))
    assert same(at_once, frames)


def test_words_that_the_model_cannot_read_are_left_out(batch: TtsBatch, voices: Voices) -> None:
    fresh(batch)
    frames = spoken(batch, 0, whole(voices, text="hello 您好 there 🙂"))
    begun = [word.reads for frame in frames for word, _ in frame.begun]
    assert begun == ["hello", "there"]
