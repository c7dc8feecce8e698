from __future__ import annotations

import re

import pytest

from speech.pronunciation import FIXED, cmu_phones, pronounced
from speech.vocabulary import Emphasis, Vocabulary, normal

PHONES = set(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW "
    "V W Y Z ZH".split()
)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("My internet CONNECTION is down!", "my internet connection is down"),
        ("That's all.", "that's all"),
        ("don’t", "don't"),
        ("uh-huh, yes", "uh-huh yes"),
        ("24 hours", "twenty four hours"),
        ("e-mail", "e mail"),
        ("J. Smith", "j. smith"),
        ("the bill is £25.50", "the bill is twenty five fifty"),
        ("您好", ""),
    ],
)
def test_phrases_as_they_are_spoken(text: str, spoken: str) -> None:
    assert normal(text) == spoken


def test_a_policys_phrases_are_carried() -> None:
    sentences = Vocabulary(("a fibre outage", "When will my quokka be fed again?")).sentences()
    assert sentences.count("a fibre outage") > 1
    assert "there is a fibre outage" in sentences
    assert "when will my quokka be fed again" in sentences
    assert "my when will my quokka be fed again" not in sentences


@pytest.mark.parametrize("emphasis", Emphasis)
def test_text_is_clean_and_always_the_same(emphasis: Emphasis) -> None:
    sentences = Vocabulary(("refund",)).sentences(emphasis)
    assert sentences == Vocabulary(("refund",)).sentences(emphasis)
    for sentence in set(sentences):
        assert re.fullmatch(r"[a-z][a-z.'-]*( [a-z][a-z.'-]*)*", sentence), sentence


def test_every_member_of_a_slot_occurs() -> None:
    text = " ".join(Vocabulary().sentences())
    for word in ("monday", "sunday", "december", "thirty first", "zero", "nine", "z.", "zulu"):
        assert f" {word} " in text


def test_what_is_awaited_weighs_more() -> None:
    def letters(emphasis: Emphasis) -> float:
        words = " ".join(Vocabulary().sentences(emphasis)).split()
        return sum(word.endswith(".") for word in words) / len(words)

    assert letters(Emphasis.SPELLING) > 5 * letters(Emphasis.ANY)


def test_every_word_has_a_pronunciation_in_the_models_phones() -> None:
    vocabulary = Vocabulary(("my zelle transfer", "kyutai"))
    words = dict(vocabulary.pronunciations())
    assert words["zelle"] == ("Z EH L",)
    for emphasis in Emphasis:
        for sentence in vocabulary.sentences(emphasis):
            assert words.keys() >= set(sentence.split())
    for sounds in words.values():
        for sound in sounds:
            assert set(sound.split()) <= PHONES, sound


def test_words_of_the_dictionary_keep_its_pronunciations() -> None:
    ((word, sounds),) = pronounced(["tomato"])
    assert word == "tomato"
    assert set(sounds) == {"T AH M AA T OW", "T AH M EY T OW"}
    assert pronounced(["mm-hm"]) == (("mm-hm", FIXED["mm-hm"]),)


@pytest.mark.parametrize(
    ("ipa", "phones"),
    [("bɹˈɔːdbænd", "B R AO D B AE N D"), ("tʃˈɜːtʃ", "CH ER CH"), ("ˈɪɹi", "IH R IY")],
)
def test_ipa_to_cmu(ipa: str, phones: str) -> None:
    assert cmu_phones(ipa) == phones
