"""One of a few words, as the policy writes them: by name, by place ("the second one", 第一个)."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from system1.language import Language
from system1.language import words as language_words
from system2.spoken.found import Found, Words

_PLACES: dict[str, tuple[tuple[str, int], ...]] = {
    "en": (
        ("the first", 0),
        ("first one", 0),
        ("number one", 0),
        ("option one", 0),
        ("the former", 0),
        ("the second", 1),
        ("second one", 1),
        ("number two", 1),
        ("option two", 1),
        ("the third", 2),
        ("third one", 2),
        ("number three", 2),
        ("option three", 2),
        ("the last", -1),
        ("last one", -1),
        ("the latter", -1),
    ),
    "zh": (
        ("第一", 0),
        ("前者", 0),
        ("前一个", 0),
        ("前面那个", 0),
        ("第二", 1),
        ("第三", 2),
        ("最后一个", -1),
        ("后者", -1),
        ("后一个", -1),
        ("后面那个", -1),
    ),
}
_ALIKE = 0.8
"""Likeness of two words, 0 to 1, from which a misheard word still counts."""


def choices(words: Words, options: Sequence[str], language: Language) -> list[Found]:
    """Every option named in ``words``, in the order in which they were named."""
    named = [
        Found(option, at, at + len(phrase))
        for option in options
        for phrase in (language.folded(option),)
        for at in _positions(words, phrase)
    ]
    whole = [one for one in named if not any(_inside(one, other) for other in named)]
    if whole:
        return sorted(whole, key=lambda one: (one.start, one.end))
    return by_place(words, options, language) or _misheard(words, options, language)


def by_place(words: Words, options: Sequence[str], language: Language) -> list[Found]:
    """The option meant by "the first one", "the last", 第二个."""
    for said, place in _PLACES[language.code]:
        phrase = language.folded(said)
        at = language_words.position(words, phrase)
        if at >= 0 and -len(options) <= place < len(options):
            return [Found(options[place], at, at + len(phrase))]
    return []


def _positions(words: Words, phrase: Words) -> list[int]:
    length = len(phrase)
    return [at for at in range(len(words) - length + 1) if words[at : at + length] == phrase]


def _inside(one: Found, other: Found) -> bool:
    longer = other.end - other.start > one.end - one.start
    return longer and other.start <= one.start and one.end <= other.end


def _misheard(words: Words, options: Sequence[str], language: Language) -> list[Found]:
    best: tuple[float, Found] | None = None
    for option in options:
        phrase = "".join(language.folded(option))
        length = len(language.folded(option))
        for at in range(len(words)):
            for end in range(at + max(1, length - 1), min(len(words), at + length + 1) + 1):
                said = "".join(words[at:end])
                likeness = SequenceMatcher(None, said, phrase, autojunk=False).ratio()
                if likeness >= _ALIKE and (best is None or likeness > best[0]):
                    best = likeness, Found(option, at, end)
    return [best[1]] if best else []
