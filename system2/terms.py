"""The terms of a text that retrieval compares, with the weight of their kind."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from system1.language import Language
from system1.language import words as language_words

Terms = Mapping[str, float]

_COMMON, _ASKING, _CONTENT = 0.08, 0.4, 1.0
_SINGLE_CHARACTER, _PAIR = 0.35, 1.0

# Said around a question, whatever it is about.
_CARRIERS = {
    "en": language_words.phrase_set(
        "could you tell me, can you tell me, could you please tell me, can you please tell me",
        "i would like to know, i want to know, i wanted to know, i was wondering, i am wondering",
        "do you know, do you happen to know, i have a question, i have got a question, may i ask",
        "can i ask, i wanted to ask, i would like to ask, i want to ask, i need to know, tell me",
        "please, excuse me, hello, hi, good morning, good afternoon, good evening, thank you",
        "thanks, by the way, i am calling about, i am calling because, i am calling to, so, just",
        "actually, okay, well, um, uh, er, and also, also, anyway, right, you know, i mean",
        "let me know, i just want to know, help me, can you help me, could you help me, sorry",
    ),
    "zh": language_words.phrase_set(
        "请问,请问一下,我想问一下,我想问,想问一下,我想知道,想知道,我想了解,麻烦问一下",
        "能不能告诉我,可以告诉我,能告诉我,告诉我,麻烦,麻烦你,麻烦您,你好,您好,谢谢,那个,嗯,呃",
        "一下,我想咨询一下,咨询一下,帮我查一下,帮我看一下,顺便问一下,另外,还有,对了,就是,然后,那",
        "请,我要问,问一下,早上好,下午好,晚上好",
    ),
}
_COMMON_WORDS = {
    "en": language_words.phrase_set(
        "a, an, the, it, its, is, am, are, was, were, be, been, being, do, does, did, have, has",
        "had, will, would, shall, should, can, could, may, might, must, i, you, he, she, we, they",
        "me, my, mine, your, yours, our, us, them, their, this, that, these, those, to, of, in",
        "on, at, for, with, from, by, about, as, and, or, but, if, then, there, here, get, got",
        "go, some, any, up, out, not, no, so, too, very, really, please, one, still, again, now",
        "let, want, need, like, think, say, tell, know, thing, something, going, into, over, off",
    ),
    "zh": frozenset(
        "的了吗呢吧啊呀是我你您他她它们这那就都也还在有和个要会能可以请把被给到一下么呗嘛"
    ),
}
_ASKING_WORDS = {
    "en": language_words.phrase_set(
        "what, when, where, who, why, how, which, long, much, many",
    ),
    "zh": frozenset("什么时候怎样多少几哪谁为何啥"),
}


@lru_cache(maxsize=4096)
def terms_of(text: str, language: Language) -> Terms:
    """The terms of ``text`` with the weight of their kind, carrier words left out."""
    words = without_carriers(language.folded(text), language)
    terms = _chinese(words) if language.code == "zh" else _english(words)
    return MappingProxyType(terms)


def without_carriers(words: tuple[str, ...], language: Language) -> tuple[str, ...]:
    """The words less those that are said around a question; all, if there are no others."""
    carriers = _CARRIERS[language.code]
    kept: list[str] = []
    at = 0
    while at < len(words):
        taken = language_words.longest_at(words, at, carriers)
        if not taken:
            kept.append(words[at])
        at += taken or 1
    return tuple(kept) or words


def is_telling(word: str, language: Language) -> bool:
    """Whether a word says what a text is about, rather than how it is put."""
    return _weight(word, language.code) == _CONTENT


def _weight(word: str, code: str) -> float:
    if word in _COMMON_WORDS[code]:
        return _COMMON
    return _ASKING if word in _ASKING_WORDS[code] else _CONTENT


def _english(words: tuple[str, ...]) -> dict[str, float]:
    terms: dict[str, float] = {}
    for word in words:
        terms[stem(word)] = max(_weight(word, "en"), terms.get(stem(word), 0.0))
    return terms


def _chinese(words: tuple[str, ...]) -> dict[str, float]:
    terms: dict[str, float] = {}
    for word in words:
        terms[word] = (_SINGLE_CHARACTER if len(word) == 1 else 1.0) * _weight(word, "zh")
    # Particles come and go between the characters that count, and 断网 and 网断 mean the same.
    kept = [word for word in words if word not in _PARTICLES]
    for one, other in itertools.pairwise(kept):
        weight = (_weight(one, "zh") + _weight(other, "zh")) / 2
        terms["".join(sorted((one, other)))] = _PAIR * weight
    return terms


_PARTICLES = frozenset("的了吗呢吧啊呀有着过在得地嘛呗么")


_IRREGULAR: Mapping[str, str] = MappingProxyType(
    {
        "broken": "break",
        "broke": "break",
        "paid": "pay",
        "sent": "send",
        "bought": "buy",
        "costs": "cost",
        "charged": "charge",
        "bills": "bill",
        "took": "take",
        "taken": "take",
        "came": "come",
        "lost": "lose",
        "went": "go",
        "gone": "go",
        "repair": "fix",
        "repaired": "fix",
        "mended": "fix",
        "price": "cost",
        "prices": "cost",
        "expensive": "cost",
        "isn't": "not",
        "wi": "wifi",
        "fi": "wifi",
        "children": "child",
        "people": "person",
        "opening": "open",
        "closing": "close",
        "later": "late",
        "cancellation": "cancel",
    }
)


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A word without its commonest endings: "cancelled", "cancelling" and "cancels" are one."""
    bare = _bare(_IRREGULAR.get(word, word))
    return _bare(_IRREGULAR.get(bare, bare))


def _bare(word: str) -> str:
    word = word.removesuffix("'s")
    if len(word) <= 3 or not word.isascii():
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and set(rest) & set("aeiouy"):
            word = rest[:-1] if rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
            break
    if word.endswith("ll") and len(word) > 5:
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


SHORTEST_MISHEARD = 4
"""Words of fewer letters are too easily one another to be taken for one misheard; so are the
characters of Chinese."""


def likeness(one: str, other: str) -> float:
    """How much a misheard word still counts: 0, or 0.5 to 0.85 for words a letter or two apart."""
    longest = max(len(one), len(other))
    if min(len(one), len(other)) < SHORTEST_MISHEARD or not (one.isascii() and other.isascii()):
        return 0.0
    distance = _distance(one, other)
    if distance > (1 if longest <= 5 else 2):
        return 0.0
    return 1 - 1.5 * distance / longest if one[0] == other[0] else 0.5


def _distance(one: str, other: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        above = row
        row = [at]
        for to, other_letter in enumerate(other, start=1):
            same = above[to - 1] + (letter != other_letter)
            row.append(min(same, above[to] + 1, row[-1] + 1))
    return row[-1]
