from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from speech.errors import SpeechError
from speech.estimation import Pace
from speech.pocket.synthesis import PocketSynthesis, Sentence, next_sentence
from speech.protocols import Audio, Lack, Speech

RATE = 24_000


class Engine:
    """Speaks 0.1 s a word, in pieces of 80 ms, and remembers what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def speak(self, text: str, stop: threading.Event, take: Callable[[Audio], None]) -> None:
        self.texts.append(text)
        audio = 0.1 * np.ones(len(text.split()) * RATE // 10, np.float32)
        for start in range(0, len(audio), 1920):
            if stop.is_set():
                return
            take(audio[start : start + 1920])


class Later:
    """Runs sentences when the test says so, as a thread would."""

    def __init__(self) -> None:
        self.waiting: list[Sentence] = []

    def start(self, sentence: Sentence) -> None:
        self.waiting.append(sentence)

    def run(self) -> None:
        self.waiting.pop(0).run()


def at_once(engine: Engine) -> PocketSynthesis:
    return PocketSynthesis(RATE, Pace(), engine.speak, Sentence.run, live=False)


def given(synthesis: PocketSynthesis) -> tuple[list[Speech], Lack]:
    found: list[Speech] = []
    while isinstance(one := synthesis.next(), Speech):
        found.append(one)
    return found, one


def words(text: str, speech: list[Speech]) -> list[str]:
    return [text[mark.start : mark.end] for one in speech for mark in one.marks]


def test_a_sentence_is_spoken_once_it_is_complete() -> None:
    engine = Engine()
    synthesis = at_once(engine)
    synthesis.add("One moment. I will lo")
    first, lack = given(synthesis)
    assert (engine.texts, lack) == (["One moment."], Lack.TEXT)
    synthesis.add("ok that up")
    assert synthesis.next() is Lack.TEXT
    synthesis.end()
    second, lack = given(synthesis)
    assert (engine.texts[1:], lack) == (["I will look that up"], Lack.NOTHING)
    text = "One moment. I will look that up"
    assert words(text, [*first, *second]) == text.split()


def test_no_sample_is_lost_between_pieces() -> None:
    synthesis = at_once(Engine())
    synthesis.add("Most faults are fixed within four hours. Goodbye!")
    synthesis.end()
    speech, _ = given(synthesis)
    assert sum(len(one.audio) for one in speech) == 8 * RATE // 10


def test_chinese_is_cut_and_timed_by_the_character() -> None:
    synthesis = at_once(Engine())
    text = "您好。请问有什么可以帮您？"
    synthesis.add(text)
    synthesis.end()
    speech, _ = given(synthesis)
    assert "".join(words(text, speech)) == "您好请问有什么可以帮您"


@pytest.mark.parametrize(
    ("text", "ended", "expected"),
    [
        ("Hello.", False, "Hello."),
        ("Hello", False, None),
        ("Hello", True, "Hello"),
        ("Hello there. And", False, "Hello there."),
        ("Ask Dr.", False, None),
        ("It costs 3.", False, None),
        ("It costs 3. ", False, "It costs 3."),
        ("It costs 3.", True, "It costs 3."),
        ("好的。", False, "好的。"),
        ("  ...  ", True, None),
    ],
)
def test_where_a_sentence_ends(text: str, ended: bool, expected: str | None) -> None:
    span = next_sentence(text, 0, ended)
    assert (None if span is None else text[slice(*span)]) == expected


def test_text_without_anything_to_say_is_over_at_once() -> None:
    synthesis = at_once(Engine())
    synthesis.add(" ... ")
    assert synthesis.next() is Lack.TEXT
    synthesis.end()
    assert synthesis.next() is Lack.NOTHING


def test_live_nothing_waits_and_the_next_sentence_is_made_meanwhile() -> None:
    engine, later = Engine(), Later()
    synthesis = PocketSynthesis(RATE, Pace(), engine.speak, later.start, live=True)
    synthesis.add("One two three four five. Six seven. Eight")
    assert len(later.waiting) == 1  # begun as soon as it was complete
    assert synthesis.next() is Lack.TIME
    later.run()
    assert isinstance(synthesis.next(), Speech)
    assert len(later.waiting) == 1  # the second one, and no more than that
    later.run()
    _speech, lack = given(synthesis)
    assert lack is Lack.TEXT
    assert not later.waiting
    synthesis.end()
    assert synthesis.next() is Lack.TIME
    later.run()
    _more, lack = given(synthesis)
    assert lack is Lack.NOTHING
    assert engine.texts == ["One two three four five.", "Six seven.", "Eight"]


def test_a_stop_gives_nothing_any_more_and_wastes_one_sentence_at_most() -> None:
    engine, later = Engine(), Later()
    synthesis = PocketSynthesis(RATE, Pace(), engine.speak, later.start, live=True)
    synthesis.add("One two three. Four five six. Seven eight.")
    later.run()
    assert isinstance(synthesis.next(), Speech)
    synthesis.close()
    assert synthesis.next() is Lack.NOTHING
    later.run()  # the one that was begun: it is not spoken any more
    assert engine.texts == ["One two three."]
    assert not later.waiting


def test_a_failure_is_raised_where_its_audio_is_asked_for_and_tells_no_words() -> None:
    def speak(text: str, stop: threading.Event, take: Callable[[Audio], None]) -> None:
        raise ValueError(f"cannot say {text}")

    synthesis = PocketSynthesis(RATE, Pace(), speak, Sentence.run, live=False)
    synthesis.add("My secret is 1234.")
    synthesis.end()
    with pytest.raises(SpeechError, match="ValueError") as told:
        synthesis.next()
    assert "secret" not in str(told.value)
