"""From text to normalised words, and phrases found among them.

English words are lower-cased and keep their apostrophes. Chinese has one token per character,
with Latin words and numbers kept whole. Full-width forms are folded (NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

Words = tuple[str, ...]


def listed(*lists: str) -> tuple[str, ...]:
    """The phrases of lists with commas between, in order, with single spaces."""
    phrases = (" ".join(phrase.split()) for one in lists for phrase in one.split(","))
    return tuple(phrase for phrase in phrases if phrase)


def phrase_set(*lists: str) -> frozenset[str]:
    """A table of the phrases of lists with commas between."""
    return frozenset(listed(*lists))


_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007"
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:'[^\W_{_CJK}]+)*'?|[+#*@&%]")
_NUMBER = re.compile(r"(?<=\d),(?=\d{3}\b)")

_FULL: Mapping[str, Words] = {
    "cannot": ("can", "not"),
    "can't": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "ain't": ("is", "not"),
    "let's": ("let", "us"),
    "y'all": ("you", "all"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("got", "to"),
    "ok": ("okay",),
    "alright": ("all", "right"),
    "i'd": ("i", "would"),
}
_HOSTS = phrase_set(
    "it, that, what, where, who, here, there, he, she, how, when, why, this, everything",
    "something, nothing",
)
_ENDINGS: Mapping[str, str] = {
    "'ll": "will",
    "'ve": "have",
    "'re": "are",
    "'m": "am",
    "'d": "would",
}
_BARE: Mapping[str, str] = {
    word.replace("'", ""): word
    for word in (
        listed(
            "can't, won't, don't, doesn't, didn't, isn't, aren't, wasn't, weren't, hasn't",
            "haven't, hadn't, couldn't, wouldn't, shouldn't, that's, what's, there's, i'm, i've",
            "you're, they're, you've, they've",
        )
    )
}


@lru_cache(maxsize=8192)
def tokens(text: str) -> Words:
    """The normalised words of ``text``, punctuation dropped, hyphenated words split."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    folded = _NUMBER.sub("", folded.replace("\u2018", "'"))
    return tuple(word.rstrip("'") for word in _WORD.findall(folded))


@lru_cache(maxsize=16384)
def _unfolded(word: str) -> Words:
    word = _BARE.get(word, word)
    if word in _FULL:
        return _FULL[word]
    if word.endswith("n't"):
        return (word[:-3], "not")
    if word.endswith("'s") and word[:-2] in _HOSTS:
        return (word[:-2], "is")
    for ending, full in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return (word[: -len(ending)], full)
    return (word,)


@lru_cache(maxsize=8192)
def folded(words: Words) -> Words:
    """``words`` with English contractions written out: "that's" becomes "that is"."""
    return tuple(part for word in words for part in _unfolded(word))


@lru_cache(maxsize=512)
def index(phrases: frozenset[str]) -> Mapping[str, tuple[Words, ...]]:
    """Phrases by their first word, the longest first."""
    found: dict[str, list[Words]] = {}
    for phrase in sorted(phrases):
        if words := folded(tokens(phrase)):
            found.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(group, key=len, reverse=True)) for first, group in found.items()}


@lru_cache(maxsize=512)
def endings(phrases: frozenset[str]) -> Mapping[str, tuple[Words, ...]]:
    """Phrases by their last word, the longest first."""
    found: dict[str, list[Words]] = {}
    for phrase in sorted(phrases):
        if words := folded(tokens(phrase)):
            found.setdefault(words[-1], []).append(words)
    return {last: tuple(sorted(group, key=len, reverse=True)) for last, group in found.items()}


def longest_at(words: Words, at: int, phrases: frozenset[str]) -> int:
    """How many words the longest of ``phrases`` takes at ``words[at]``; 0 for none."""
    for phrase in index(phrases).get(words[at], ()):
        if words[at : at + len(phrase)] == phrase:
            return len(phrase)
    return 0


def longest_ending(words: Words, phrases: frozenset[str]) -> int:
    """How many words the longest of ``phrases`` takes at the end of ``words``; 0 for none."""
    if not words:
        return 0
    for phrase in endings(phrases).get(words[-1], ()):
        if words[-len(phrase) :] == phrase:
            return len(phrase)
    return 0


def covered(words: Words, phrases: frozenset[str]) -> bool:
    """Whether ``words`` are nothing but a sequence of ``phrases``, and at least one."""
    table = index(phrases)
    reachable = [True] + [False] * len(words)
    for at, word in enumerate(words):
        if reachable[at]:
            for phrase in table.get(word, ()):
                if words[at : at + len(phrase)] == phrase:
                    reachable[at + len(phrase)] = True
    return bool(words) and reachable[-1]


def position(words: Words, phrase: Words) -> int:
    """Where ``phrase`` first stands in ``words``; -1 where it does not, or is empty."""
    length = len(phrase)
    for at in range(len(words) - length + 1) if length else ():
        if words[at] == phrase[0] and words[at : at + length] == phrase:
            return at
    return -1
