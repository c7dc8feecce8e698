"""What a decoder is given at once is bounded, and a caller that it does not know is heard again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from speech.embedded import sphinx
from speech.embedded.sphinx import AGAIN_S, ASR_RATE, COLD_S, MOST_S, Sphinx
from tests.speech.embedded.test_ears import WORDS

CHUNK = 512
MOST = round(MOST_S * ASR_RATE)


class Segment(NamedTuple):
    word: str = "hello"
    start_frame: int = 1
    end_frame: int = 30
    prob: float = 1.0


class Hypothesis(NamedTuple):
    score: float = 1.0


class Counting:
    """A decoder that notes what it is given in each utterance; all that it hears has a mean of 1.

    As pocketsphinx does, it mixes that with the mean that it was given, which counts as 500 frames.
    """

    def __init__(self) -> None:
        self.given: list[list[int]] = []
        self.audio: list[bytes] = []
        self.means: list[float] = []
        self.mean = 0.0
        self.since = 0

    @property
    def frames(self) -> int:
        return max((sum(self.given[-1]) - 410) // 160 + 1, 0) if self.given else 0

    def get_cmn(self, update: bool) -> str:
        new = self.frames - self.since
        return str((self.mean * 500 + new) / (500 + new)) if update else str(self.mean)

    def set_cmn(self, mean: str) -> None:
        self.mean, self.since = float(mean), self.frames

    def start_utt(self) -> None:
        self.means.append(self.mean)
        self.since = 0
        self.given.append([])
        self.audio.append(b"")

    def end_utt(self) -> None:
        pass

    def process_raw(self, audio: bytes, full_utt: bool) -> None:
        assert not full_utt
        self.given[-1].append(len(audio) // 2)
        self.audio[-1] += audio

    def hyp(self) -> Hypothesis:
        return Hypothesis()

    def seg(self) -> list[Segment]:
        return [Segment(end_frame=30 * len(self.given)), Segment("</s>")]


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()
    monkeypatch.setattr(sphinx, "_decoder", lambda model: counting)
    return counting


def audio(chunks: int, first: int = 0) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.repeat(np.arange(first, first + chunks, dtype=np.int16), CHUNK)


def said(ears: Sphinx, chunks: int, quiet_from: int | None = None) -> None:
    """An utterance that begins with what came before its onset, all at once."""
    ears.start()
    ears.feed(audio(10))
    for number in range(10, chunks):
        ears.feed(audio(1, number), quiet=quiet_from is not None and number >= quiet_from)


def test_no_step_decodes_more_than_the_bound(decoder: Counting) -> None:
    ears = Sphinx(WORDS)
    said(ears, 100)
    assert max(map(max, decoder.given)) == MOST
    assert len(decoder.given) == 2, "begun again, once"
    first, second = decoder.audio
    assert len(first) // 2 < AGAIN_S * ASR_RATE
    assert second == audio(100).tobytes(), "all of it, in order"


def test_it_is_begun_again_with_a_mean_nearer_its_own(decoder: Counting) -> None:
    ears = Sphinx(WORDS)
    said(ears, 60)
    heard = (24 * CHUNK - 410) // 160 + 1
    assert decoder.means == [0.0, pytest.approx(heard / (heard + 250), abs=1e-3)]
    ears.end(1.5)
    heard = (60 * CHUNK - 410) // 160 + 1
    assert decoder.mean == pytest.approx(heard / (heard + 250), abs=1e-2)


def test_a_short_word_tells_nothing_of_the_caller(decoder: Counting) -> None:
    ears = Sphinx(WORDS)
    said(ears, 24, 20)
    assert decoder.means[1] > 0.0
    ears.end(0.4)
    assert decoder.mean == 0.0


def test_the_first_words_are_told_until_the_second_attempt_has_caught_up(decoder: Counting) -> None:
    ears = Sphinx(WORDS)
    said(ears, 25)
    first, told = ears.words(), []
    for number in range(25, 40):
        ears.feed(audio(1, number))
        told.append(ears.words() == first)
    assert told.count(True) == 3
    assert told == sorted(told, reverse=True)


@pytest.mark.parametrize(("chunks", "quiet_from"), [(18, 15), (24, 20), (60, 57)])
def test_little_is_left_for_the_end(decoder: Counting, chunks: int, quiet_from: int) -> None:
    ears = Sphinx(WORDS)
    said(ears, chunks, quiet_from)
    before = len(decoder.given[-1])
    ears.end((quiet_from - 9) * 0.032)
    assert sum(decoder.given[-1][before:]) <= MOST
    assert decoder.audio[-1] == audio(chunks).tobytes()


def test_a_known_caller_is_heard_once(decoder: Counting) -> None:
    ears = Sphinx(WORDS)
    said(ears, 140)
    ears.end(COLD_S)
    said(ears, 60)
    ears.end(1.5)
    assert len(decoder.given) == 3
    assert decoder.given[2][:3] == [MOST, 10 * CHUNK + CHUNK - MOST, CHUNK]
    assert decoder.audio[2] == audio(60).tobytes()
