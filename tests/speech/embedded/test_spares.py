"""What is made ahead is taken once, and hears what is made late hears."""

from __future__ import annotations

import gc
import os

import numpy as np
import pytest

from speech.embedded import sphinx
from speech.embedded.ears import embedded_ears, warm_embedded_ears
from speech.embedded.scratch import scratch_folder
from speech.embedded.spares import Spares
from speech.vocabulary import Emphasis
from system1.percepts import Percept
from system1.questions import AnswerKind, Question
from tests.speech.embedded.test_ears import WORDS, call, heard, line


def test_a_spare_is_made_once_and_taken_once() -> None:
    made: list[str] = []

    def make(key: str) -> list[str]:
        made.append(key)
        return [key]

    spares: Spares[str, list[str]] = Spares(make)
    assert spares.take("a") is None
    spares.warm("a")
    spares.warm("a")
    spares.warm("b")
    assert made == ["a", "b"]
    assert spares.take("a") == ["a"]
    assert spares.take("a") is None
    spares.warm("a")
    assert made == ["a", "b", "a"]


class Owner:
    pass


def test_a_folder_goes_with_its_owner() -> None:
    owner = Owner()
    folder = scratch_folder(owner, "test")
    assert folder.is_dir()
    del owner
    gc.collect()
    assert not folder.exists()


def test_a_forked_process_leaves_its_parents_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = Owner()
    folder = scratch_folder(owner, "test")
    monkeypatch.setattr(os, "getpid", lambda: -1)
    del owner
    gc.collect()
    assert folder.is_dir()
    folder.rmdir()


def digits(ahead: bool) -> list[Percept]:
    """What is heard of a call in which digits are asked for, and then anything."""
    ears = embedded_ears(WORDS, "en", live=ahead)
    percepts: list[Percept] = []
    ears.expect(None)
    percepts += heard(ears, call(line("my internet connection is down"))[0])
    ears.expect(Question(AnswerKind.DIGITS, "number", 5))
    percepts += heard(ears, call(line("nine four five eight six"))[0], begin=10.0)
    return percepts


@pytest.mark.slow
def test_a_spare_hears_what_a_decoder_made_late_hears() -> None:
    late = digits(ahead=False)
    assert digits(ahead=True) == late
    warm_embedded_ears(WORDS, "en")
    kept = sphinx._SPARES._kept[WORDS]
    warm_embedded_ears(WORDS, "en")
    assert sphinx._SPARES._kept[WORDS] is kept
    assert digits(ahead=False) == late
    assert WORDS not in sphinx._SPARES._kept


@pytest.mark.slow
def test_a_language_model_that_was_loaded_ahead_is_not_loaded_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoder = sphinx.Sphinx(WORDS, ahead=True)
    monkeypatch.setattr(sphinx._Model, "language_model", lambda *_: pytest.fail("loaded again"))
    for emphasis in (Emphasis.DIGITS, Emphasis.SPELLING, Emphasis.ANY):
        decoder.expect(emphasis)
        decoder.start()
        decoder.feed(np.zeros(1600, np.int16))
        assert decoder.end(0.1).tokens == ()
