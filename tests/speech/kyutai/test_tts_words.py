from __future__ import annotations

import pytest

from speech.kyutai.tts_words import SpokenWord, WordSplitter

TEXT = "Hello, it’s Anna (yes): call 10:30  or\nnever."


def words(*pieces: str) -> list[SpokenWord]:
    splitter = WordSplitter()
    return [word for piece in pieces for word in splitter.add(piece)] + splitter.end()


def test_words_are_found_where_they_are_in_the_text() -> None:
    found = words(TEXT)
    assert [(word.reads, TEXT[word.start : word.end]) for word in found] == [
        ("Hello,", "Hello,"),
        ("it's", "it’s"),
        ("Anna", "Anna"),
        ("yes", "yes):"),
        ("call", "call"),
        ("10", "10:"),
        ("30", "30"),
        ("or", "or"),
        ("never.", "never."),
    ]


@pytest.mark.parametrize("size", [1, 2, 5, 7])
def test_any_cut_of_the_text_gives_the_same_words(size: int) -> None:
    pieces = [TEXT[i : i + size] for i in range(0, len(TEXT), size)]
    assert words(*pieces) == words(TEXT)


def test_a_word_is_given_when_it_is_known_to_be_whole() -> None:
    splitter = WordSplitter()
    assert splitter.add("good mor") == [SpokenWord("good", 0, 4)]
    assert splitter.add("ning") == []
    assert splitter.end() == [SpokenWord("morning", 5, 12)]
    assert splitter.end() == []


@pytest.mark.parametrize("text", ["", "  \n", "( )", ":"])
def test_nothing_to_say_gives_no_words(text: str) -> None:
    assert words(text) == []
