"""Disfluency and repair in a caller's words: "um", "i i want", "sorry?", "what do you mean".

Filled pauses and restarts are how a speaker in trouble repairs the own turn (Shriberg 1994);
requests to repeat and words of incomprehension are how a listener asks the other side to repair
theirs (Schegloff, Jefferson and Sacks 1977). Tables, and counts from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from system1.language.language import Language
from system1.language.words import Words, covered, longest_at, phrase_set

LONGEST_REPEAT = 3
"""Words that a speaker goes back over at most when starting again."""

SAME = 0.6
"""Dice coefficient of two questions' words from which they ask the same."""


@dataclass(frozen=True, slots=True)
class _Tables:
    filled: frozenset[str]
    """Sounds and words that hold the floor and say nothing."""
    restarted: frozenset[str]
    """Small words that are said twice by those who start again, and by no one else."""
    editing: frozenset[str]
    """What says that the words before are taken back or looked for."""
    puzzled: frozenset[str]
    """What says that something was heard and not understood."""
    around: frozenset[str]
    """Words that may stand around these where nothing else is said."""
    repeat: frozenset[str]
    """What asks for something to be said again."""
    repeat_alone: frozenset[str]
    """The same, where it is the whole turn."""
    asking: frozenset[str]
    """Words that questions have."""


_ENGLISH = _Tables(
    filled=phrase_set("um, umm, uh, uhh, uhm, er, err, erm, hm, hmm"),
    restarted=phrase_set(
        "i, the, my, it, is, to, and, we, you, can, what, when, if, in, on, at, he, she, they, but",
        "this, so, of, for, do, was, with, would, because, are, your, there, how",
    ),
    editing=phrase_set(
        "i mean, or rather, let me rephrase, how do i put it, how do i put this, how do i say",
        "how shall i put it, what is the word, what do you call it, let me start again",
        "let me start over, i do not know how to say",
    ),
    puzzled=phrase_set(
        "what do you mean, what does that mean, what does this mean, how do you mean, i am lost",
        "do not get it, i do not get that",
        "i am confused, you are confusing me, this is confusing, that is confusing",
        "i do not follow, you lost me, you have lost me, i am not following, makes no sense",
        "does not make sense, do not make sense, not understand, not really understand",
        "what are you talking about, what are you asking",
        "what is that supposed to mean, i can not follow, i do not know what you mean",
        "i do not know what that means, i do not know what that is, can you explain that",
        "could you explain that, say it in another way, put it another way",
    ),
    around=phrase_set("i, do, did, can, could, still, really, am, that, it, you, just, at all"),
    repeat=phrase_set(
        "say that again, say it again, repeat that, repeat it, repeat the question, come again",
        "can you repeat, could you repeat, one more time, i did not catch, i did not get that",
        "i did not hear, i missed that, what did you say, what did you just say, what was that",
        "i can not hear you, i could not hear you, beg your pardon, say again, slow down",
        "speak more slowly, speak slowly, speak slower, you are too fast, can you repeat that",
    ),
    repeat_alone=phrase_set(
        "sorry, pardon, pardon me, what, huh, excuse me, repeat, again, sorry what, once more",
        "once again",
    ),
    asking=phrase_set(
        "what, when, where, why, who, how, which, can, could, do, does, did, is, are, will, would",
        "whose, am, was, were, should",
    ),
)
_CHINESE = _Tables(
    filled=phrase_set("呃, 呃呃, 嗯, 嗯嗯, 那个那个, 这个这个, 怎么说呢, 就是说, 怎么讲呢"),
    restarted=phrase_set("我, 你, 您, 那, 这, 就, 想, 要, 他, 她"),
    editing=phrase_set("我是说, 应该怎么说, 该怎么说, 不知道怎么说, 我重说, 说错了应该是"),
    puzzled=phrase_set(
        "什么意思, 啥意思, 听不懂, 没听懂, 没听明白, 听不明白, 没明白, 不明白, 我不懂, 不太懂",
        "搞不懂, 没搞懂, 糊涂了, 绕晕了, 我晕了, 我没懂, 还是不懂, 你在说什么, 您在说什么",
    ),
    around=phrase_set("我, 你, 您, 还是, 不好意思, 对不起, 有点, 抱歉, 真的"),
    repeat=phrase_set(
        "再说一遍, 再说一次, 重复一遍, 重复一下, 再讲一遍, 再说一下, 没听清, 没听见, 没听到",
        "听不清, 你说什么, 您说什么, 刚才说什么, 刚才说的什么, 说慢一点, 说慢点, 慢一点说",
    ),
    repeat_alone=phrase_set("什么, 啥, 嗯什么, 啊什么, 你说啥, 您说啥"),
    asking=phrase_set(
        "什么, 多少, 怎么, 哪, 谁, 几, 吗, 呢, 为什么, 能不能, 是不是, 有没有, 可不可以, 多久, 啥",
    ),
)
_TABLES: Mapping[str, _Tables] = {"en": _ENGLISH, "zh": _CHINESE}


def filled_pauses(language: Language, text: str | Words) -> int:
    """How many filled pauses the words have; the "uh" of "uh-huh" is none."""
    return _count(language, language.folded(text), _TABLES[language.code].filled)


def restarts(language: Language, text: str | Words) -> int:
    """How often the speaker starts again: goes back over words ("i i want"), or says so."""
    tables = _TABLES[language.code]
    said = _without(language, language.folded(text), tables.filled)
    found = _count(language, said, tables.editing)
    at = 0
    while at < len(said):
        length = next((n for n in range(LONGEST_REPEAT, 0, -1) if _again(said, at, n, tables)), 0)
        if length and not covered(
            said[at : at + length], language.complete | language.backchannels
        ):
            found += 1
        at += length or 1
    return found


def is_puzzled(language: Language, text: str | Words) -> bool:
    """Whether the words say that something was heard and not understood."""
    said = language.folded(text)
    puzzled = _TABLES[language.code].puzzled
    return any(longest_at(said, at, puzzled) for at in range(len(said)))


def is_only_puzzled(language: Language, text: str | Words) -> bool:
    """Whether that is all that they say."""
    said = language.without_hesitations(text)
    tables = _TABLES[language.code]
    own = tables.puzzled | tables.around
    return is_puzzled(language, said) and covered(said, own | language.leading | language.no)


def asks_to_repeat(language: Language, text: str | Words) -> bool:
    """Whether the words ask for something to be said again."""
    tables = _TABLES[language.code]
    said = language.without_hesitations(text)
    if any(longest_at(said, at, tables.repeat) for at in range(len(said))):
        return True
    alone = tables.repeat_alone
    return covered(said, alone | language.leading) and any(
        longest_at(said, at, alone) for at in range(len(said))
    )


def asks_the_same(language: Language, text: str, before: str) -> bool:
    """Whether both texts are questions, and about the same thing."""
    one, other = _about(language, text), _about(language, before)
    if min(len(one), len(other)) < 2:
        return False
    return 2 * len(one & other) / (len(one) + len(other)) >= SAME


def _about(language: Language, text: str) -> frozenset[str]:
    """The words of a question that carry its matter; none where it is no question."""
    said = language.without_hesitations(text)
    asking = _TABLES[language.code].asking
    if not any(longest_at(said, at, asking) for at in range(len(said))):
        return frozenset()
    small = language.dangling | language.leading | asking
    return frozenset(word for word in said if word not in small)


def _again(said: Words, at: int, length: int, tables: _Tables) -> bool:
    """Whether the words at ``at`` are said twice, and as those do who start again."""
    words = said[at : at + length]
    if said[at + length : at + 2 * length] != words or len(words) < length:
        return False
    return any(word in tables.restarted for word in words)


def _count(language: Language, said: Words, phrases: frozenset[str]) -> int:
    found = at = 0
    while at < len(said):
        taken = longest_at(said, at, phrases)
        whole = longest_at(said, at, language.backchannels)
        found += taken > 0 and taken >= whole
        at += max(taken, whole, 1)
    return found


def _without(language: Language, said: Words, phrases: frozenset[str]) -> Words:
    kept: list[str] = []
    at = 0
    while at < len(said):
        taken = longest_at(said, at, phrases)
        if not taken:
            kept.append(said[at])
        at += taken or 1
    return tuple(kept)
