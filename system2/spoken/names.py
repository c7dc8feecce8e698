"""Names: "my name is john miller", "it's under miller m i l l e r", 我叫王伟."""

from __future__ import annotations

import re

from system1.language import Language
from system1.language import words as language_words
from system2.spoken.characters import find_characters
from system2.spoken.found import Found, Words

_INTRODUCTIONS = {
    "en": language_words.phrase_set(
        "my name is, the name is, name is, my full name is, my first name is, my last name is",
        "my surname is, surname is, last name is, first name is, i am called, they call me",
        "call me, you can call me, it is under, it is in the name of, under the name of",
        "under the name, in the name of, the account is under, booked under, it is for",
        "the name on the account is, registered to, this is, i am, it is, that is, under, mister",
    ),
    "zh": language_words.phrase_set(
        "我叫,我的名字是,我的名字叫,名字是,名字叫,我姓,姓名是,我是,我叫做,本人,免贵姓,姓,户主是",
        "户名是,叫,用户名是,登记的是,登记的名字是,名叫",
    ),
}
# An introduction that leaves no doubt that a name follows, even unasked.
_CERTAIN = {
    "en": re.compile(r"name (is|on|of)|surname|called|under the name|in the name"),
    "zh": re.compile(r"我叫|名|我姓|免贵姓"),
}
_NO_NAMES = {
    "en": language_words.phrase_set(
        "back, calling, having, trying, not, here, there, no, yes, internet, problem, problems",
        "phone, sorry, sure, please, thanks, thank, you, the, a, an, and, or, but, so, about, my",
        "your, for, from, with, what, when, where, why, how, who, it, is, was, broken, down, fine",
        "okay, good, hello, hi, it's, very, just, really, looking, wondering, afraid, happy",
        "interested, at, in, on, to, of, again, wrong, right, correct",
    ),
    "zh": frozenset("的了吗呢是不有要想在和这那什么哪谁怎请问没好对网电话费打来到一"),
}
_MOST_WORDS = 4
_PARTICLES = frozenset(("van", "von", "de", "der", "den", "la", "du", "di", "bin", "al"))
_SPELLED_ZH = re.compile(r"(弓长|立早|木子|双口|耳东|口天|古月|言午|草头|三横)(.)")


def names(words: Words, language: Language, *, asked: bool) -> list[Found]:
    """A name among ``words``; unasked, only after words that announce one."""
    found = _introduced(words, language, asked=asked)
    if found is None and asked:
        found = _bare(words, 0, len(words), language)
    return [found] if found else []


def _introduced(words: Words, language: Language, *, asked: bool) -> Found | None:
    phrases = _INTRODUCTIONS[language.code]
    best: Found | None = None
    for at in range(len(words)):
        taken = language_words.longest_at(words, at, phrases)
        said = (" " if language.code == "en" else "").join(words[at : at + taken])
        if not taken or not (asked or _CERTAIN[language.code].search(said)):
            continue
        found = _bare(words, at + taken, len(words), language)
        if found and (best is None or found.start > best.start):
            best = found
    return best


def _bare(words: Words, start: int, end: int, language: Language) -> Found | None:
    return (_chinese if language.code == "zh" else _english)(words, start, end, language)


def _english(words: Words, start: int, end: int, language: Language) -> Found | None:
    skip = frozenset(("mister", "missus", "mr", "mrs", "ms", "miss", "doctor", "dr", "uh", "um"))
    while start < end and (words[start] in skip or language.is_hesitation((words[start],))):
        start += 1
    spelled = find_characters(
        words[start:end], language, lambda t: t if t.isalpha() else None, letters=True
    )
    if spelled and len(spelled.value) >= 3 and spelled.start == 0:
        return Found(spelled.value.capitalize(), start, start + spelled.end)
    last = start
    while last < end and _is_name(words[last], language) and last - start < _MOST_WORDS:
        last += 1
    if last == start or (last < end and last - start >= _MOST_WORDS):
        return None
    # Without an introduction, words that go on are a sentence, not a name.
    polite = language_words.covered(words[last:end], language.leading | language.complete)
    if start == 0 and last < end and not (polite or _spells(words, last, words[last - 1])):
        return None
    return Found(" ".join(_capitalised(word) for word in words[start:last]), start, last)


def _spells(words: Words, at: int, name: str) -> bool:
    at += words[at : at + 2] == ("that", "is")
    rest = "".join(word for word in words[at:] if len(word) == 1)
    return rest.startswith(name[:2])


def _is_name(word: str, language: Language) -> bool:
    if word in _NO_NAMES["en"] or len(word) < 2 or not word.replace("'", "").isalpha():
        return False
    plain = (language.verbs, language.hesitations, language.dangling, language.yes, language.no)
    return word in _PARTICLES or not any(word in table for table in plain)


def _capitalised(word: str) -> str:
    if word in _PARTICLES:
        return word
    return "'".join(part.capitalize() for part in word.split("'"))


def _chinese(words: Words, start: int, end: int, language: Language) -> Found | None:
    text = "".join(words[start:end])
    if spelled := _SPELLED_ZH.match(text):
        return Found(spelled[2], start, start + 3)
    last = start
    while last < end and last - start < _MOST_WORDS and words[last] not in _NO_NAMES["zh"]:
        if words[last].isascii() and not words[last].isalpha():
            break
        last += 1
    announced = start > 0
    if last == start or (not announced and (last < end or last - start < 2)):
        return None
    name = _SPELLED_ZH.sub(r"", "".join(words[start:last]))
    for title in ("先生", "女士", "小姐"):
        name = name.removesuffix(title)
    return Found(name.title() if name.isascii() else name, start, last) if name else None
