"""English readings: digit words, cardinals, "double three", letter names, the spelling alphabet."""

from __future__ import annotations

from collections.abc import Iterator

from system1.language import words as language_words
from system1.language.en import ENGLISH
from system2.spoken import numbers_en
from system2.spoken.edges import Edge, Reading
from system2.spoken.found import Words

# What a recogniser may write for a digit.
_LIKE_DIGITS = {"to": "2", "too": "2", "tree": "3", "free": "3", "for": "4", "won": "1", "ate": "8"}

_LETTER_NAMES = {
    "aitch": "H",
    "haitch": "H",
    "zed": "Z",
    "zee": "Z",
    "ess": "S",
    "cee": "C",
    "dee": "D",
    "eff": "F",
    "gee": "G",
    "jay": "J",
    "kay": "K",
    "ell": "L",
    "em": "M",
    "en": "N",
    "pee": "P",
    "cue": "Q",
    "queue": "Q",
    "tee": "T",
    "vee": "V",
    "ex": "X",
    "bee": "B",
}
_LIKE_LETTERS = {
    "be": "B",
    "see": "C",
    "sea": "C",
    "eye": "I",
    "pea": "P",
    "are": "R",
    "tea": "T",
    "you": "U",
    "why": "Y",
    "oh": "O",
    "el": "L",
    "ay": "A",
    "eh": "A",
}
_AFTER_NO_ONE = frozenset(("moment", "second", "sec", "minute", "thing", "more", "of", "day"))
_BEFORE_NO_ONE = frozenset(("that", "this", "the", "which", "another", "other", "every", "some"))
_SHORT_WORDS = language_words.phrase_set(
    "ad, ah, am, an, as, at, be, by, do, eh, er, ex, go, ha, he, hi, hm, id, if, in, is",
    "it, ma, me, mm, my, no, of, oh, ok, on, or, ow, pa, so, to, tv, uh, um, up, us, we",
    "ya, ye, yo",
)
_MARKS = {"dash": "-", "hyphen": "-", "slash": "/", "dot": ".", "point": ".", "underscore": "_"}
_BETWEEN = frozenset(("space", "comma", "capital", "letter", "number", "digit", "please", "upper"))
_LINKS = frozenset(("and", "then", "next", "followed", "by"))


def reading(words: Words, at: int, letters: bool) -> Reading:
    """How ``words[at]`` and those after it may be read."""
    word = words[at]
    if word in _MARKS:
        return Reading((Edge(at + 1, ""), Edge(at + 1, _MARKS[word], 0.05)), skip=True)
    if word in _BETWEEN or word in _LINKS:
        return Reading((Edge(at + 1, ""),), skip=True, link=word in _LINKS)
    edges = list(_digit_edges(words, at, letters))
    if edges:
        if letters and word in ("oh", "o"):
            # As it was written first: "oh" is how people say 0.
            edges = [
                Edge(at + 1, "0", 0.05 * (word == "o")),
                Edge(at + 1, "O", 0.05 * (word == "oh")),
            ]
        return Reading(tuple(edges), must=True)
    if word in _LIKE_DIGITS and not (letters and word in _LIKE_LETTERS):
        edges.append(Edge(at + 1, _LIKE_DIGITS[word], 1.0))
    if not letters:
        return Reading(tuple(edges))
    edges += _letter_edges(words, at)
    return Reading(tuple(edges), must=any(edge.cost == 0 for edge in edges) and word not in "ai")


def _digit_edges(words: Words, at: int, letters: bool) -> Iterator[Edge]:
    word = words[at]
    if word in ENGLISH.repeats and at + 1 < len(words):
        following = reading(words, at + 1, letters)
        for edge in following.edges:
            if len(edge.text) == 1 and following.must:
                yield Edge(edge.end, edge.text * ENGLISH.repeats[word], edge.cost)
        if word == "double" and letters and words[at + 1] in ("u", "you"):
            yield Edge(at + 2, "W", -0.1 if words[at + 1] == "u" else 0.0)
        return
    if word == "one" and _pronoun(words, at):
        return
    if word in ENGLISH.digits:
        yield Edge(at + 1, ENGLISH.digits[word])
    elif word.isdecimal():
        yield Edge(at + 1, word)
    elif letters and word.isalnum() and any(one.isdigit() for one in word):
        yield Edge(at + 1, word.upper())
    elif (pair := numbers_en.below_100(words, at)) is not None:
        yield Edge(pair[1], str(pair[0]))
        if pair[1] > at + 1:
            yield Edge(at + 1, str(numbers_en.TENS[word]), 0.5)
    # "four hundred and twenty" as a whole; cheaper than its parts, which would leave words over.
    whole = numbers_en.cardinal(words, at)
    if (
        whole is not None
        and whole[1] > at + 1
        and {"hundred", "thousand"} & {*words[at : whole[1]]}
    ):
        yield Edge(whole[1], str(whole[0]))


def _pronoun(words: Words, at: int) -> bool:
    """Whether "one" counts nothing here: "one moment", "that one please"."""
    after = words[at + 1] if at + 1 < len(words) else ""
    counted = after in ENGLISH.digits or after in ENGLISH.repeats or after.isdecimal()
    return after in _AFTER_NO_ONE or (at > 0 and words[at - 1] in _BEFORE_NO_ONE and not counted)


def _letter_edges(words: Words, at: int) -> Iterator[Edge]:
    word = words[at]
    letter = word.upper() if len(word) == 1 and "a" <= word <= "z" else _LETTER_NAMES.get(word)
    if letter is not None:
        if (end := _spelt_with(words, at, letter)) is not None:
            yield Edge(end, letter)
            return
        yield Edge(at + 1, letter)
    elif word in ENGLISH.spelling:
        yield Edge(at + 1, word[0].upper(), 0.1)
    elif word in _LIKE_LETTERS:
        if (end := _spelt_with(words, at, _LIKE_LETTERS[word])) is not None:
            yield Edge(end, _LIKE_LETTERS[word])
        else:
            yield Edge(at + 1, _LIKE_LETTERS[word], 1.0)
    elif word.isascii() and word.isalpha() and _run_together(word):
        yield Edge(at + 1, word.upper(), 0.2)


def _run_together(word: str) -> bool:
    """Whether a word looks like letters that the recogniser wrote as one ("sw", "aa", "bxk")."""
    if len(word) == 2:
        return word not in _SHORT_WORDS
    return len(word) <= 4 and not set(word) & set("aeiouy")


def _spelt_with(words: Words, at: int, letter: str) -> int | None:
    """Where "for sugar", "as in sugar" or "like sugar" ends after a letter; None without it."""
    for phrase in (("for",), ("as", "in"), ("like",), ("is", "for")):
        end = at + 1 + len(phrase)
        if words[at + 1 : end] == phrase and end < len(words) and words[end][0].upper() == letter:
            # "m for mother", but not "f for four", which ends in a digit of its own
            return end + 1 if words[end] not in ENGLISH.digits else None
    return None
