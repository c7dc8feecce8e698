"""Second thoughts within one utterance: "four two no sorry four three", 周二不对周三."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from system1.language import Language
from system1.language import words as language_words
from system2.spoken.found import Found, Words

# What comes after one of these replaces what was said before it.
_MARKERS = {
    "en": language_words.phrase_set(
        "no sorry, sorry, i mean, i meant, no wait, wait no, wait, no no, actually, correction",
        "scratch that, make that, make it, or rather, rather, let me start again, start again",
        "start over, let me start over, my mistake, my bad, no, nope, oh no, no it is, not right",
        "that is wrong, i made a mistake, let me correct that, strike that, hang on",
    ),
    "zh": language_words.phrase_set(
        "不对,不对不对,说错了,我说错了,错了,哦不,不不,不不不,应该是,我是说,更正,改成,改为",
        "不好意思,抱歉,等等,等一下,对不起,我的意思是,换成,还是",
    ),
}
# What comes right after one of these is not meant.
_DENIALS = {
    "en": language_words.phrase_set(
        "not, not on, not the, not for, not at, instead of, not on the",
    ),
    "zh": language_words.phrase_set("不是,不要,别,不用,而不是,并非,不在"),
}


def parts(words: Words, language: Language) -> tuple[tuple[int, int], ...]:
    """``words`` cut at the second thoughts, as ranges; the last is what was meant."""
    markers = _MARKERS[language.code]
    denials = _DENIALS[language.code]
    cut: list[tuple[int, int]] = []
    start = at = 0
    while at < len(words):
        taken = language_words.longest_at(words, at, markers)
        if not taken:
            at += max(1, language_words.longest_at(words, at, denials))
            continue
        cut.append((start, at))
        at = start = at + taken
    cut.append((start, len(words)))
    return tuple(one for one in cut if one[0] < one[1])


def meant(found: Iterable[Found], words: Words, language: Language) -> Found | None:
    """The last of ``found`` that was not denied ("not tuesday wednesday", 周三不是周二)."""
    candidates = list(found)
    kept = [one for one in candidates if not denied(one, words, language)]
    return kept[-1] if kept else None


def denied(found: Found, words: Words, language: Language) -> bool:
    """Whether the words just before say that this is not meant."""
    return language_words.longest_ending(words[: found.start], _DENIALS[language.code]) > 0


def latest_first(words: Words, language: Language) -> Iterator[tuple[Words, int]]:
    """The parts of ``words``, the last first, each with its position."""
    for start, end in reversed(parts(words, language)):
        yield words[start:end], start
