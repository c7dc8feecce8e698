"""How clauses begin and end: subordinate clauses, final particles, measure words.

A subordinate clause alone ("if i cancel", 如果我取消) wants its main clause. Chinese marks many
ends of sentences with a particle (吗, 吧, 呢); a numeral and a measure word (三个) want a noun.
"""

from __future__ import annotations

from collections.abc import Mapping

from system1.language.language import Language
from system1.language.words import Words, longest_at, longest_ending, phrase_set

_SUBORDINATORS: Mapping[str, frozenset[str]] = {
    "en": phrase_set(
        "if, because, although, though, while, unless, until, since, after, before, when, whenever",
        "even if, even though, as soon as, in case, now that, every time",
    ),
    "zh": phrase_set("如果, 要是, 假如, 因为, 由于, 虽然, 尽管, 自从, 既然, 只要, 每次, 除非"),
}
_QUESTIONS_AFTER = phrase_set(
    "is, are, was, were, will, do, does, did, can, could, would, should, has, have, had, am"
)
"""After "when" these make it a question, which may well be whole."""

_MAIN: Mapping[str, frozenset[str]] = {
    "en": phrase_set("then, do i, will i, can i, is it, what, how, would you, could you, can you"),
    "zh": phrase_set("就, 所以, 但, 但是, 可是, 那么, 会, 怎么, 吗, 呢, 请, 能不能, 才"),
}
_LEADING_IN: Mapping[str, frozenset[str]] = {
    "en": phrase_set("well, so, and, but, yes, yeah, no, it is, that is, hello, hi, okay"),
    "zh": phrase_set("那, 你好, 您好, 喂, 但是, 可是, 不过, 是, 是的, 不是, 就是"),
}
_PARTICLES: Mapping[str, frozenset[str]] = {
    "zh": phrase_set("吗, 吧, 呢, 嘛, 呀, 啦, 啊, 哦, 了吗, 了吧, 了呢")
}
_LE = phrase_set("了")
_NUMERALS = phrase_set("一, 二, 两, 三, 四, 五, 六, 七, 八, 九, 十, 几, 多少, 这, 那, 哪, 每, 第一")
_MEASURES = phrase_set(
    "个, 张, 件, 条, 份, 台, 部, 本, 位, 次, 封, 包, 箱, 笔, 家, 辆, 双, 套, 只, 把, 块, 种, 单"
)


def is_subordinate(language: Language, text: str | Words) -> bool:
    """Whether the text is one subordinate clause, as far as its first words tell."""
    said = language.without_hesitations(text)
    at = 0
    leading = _LEADING_IN.get(language.code, frozenset())
    while at < len(said) and (taken := longest_at(said, at, leading)):
        at += taken
    taken = longest_at(said, at, _SUBORDINATORS.get(language.code, frozenset())) if said[at:] else 0
    rest = said[at + taken :]
    if not taken or (rest and longest_at(rest, 0, _QUESTIONS_AFTER)):
        return False
    main = _MAIN.get(language.code, frozenset())
    if any(longest_at(rest, start, main) for start in range(len(rest))):
        return False
    return language.code == "zh" or _verbs(language, rest) <= 1


def _verbs(language: Language, words: Words) -> int:
    """Groups of neighbouring verbs: "would like to have" has two, "have been" one."""
    flags = [longest_at(words, at, language.verbs) > 0 for at in range(len(words))]
    return sum(flag and not before for before, flag in zip([False, *flags], flags, strict=False))


def has_final_particle(language: Language, said: Words) -> bool:
    """Whether the words end with a particle that ends sentences (吗, 吧, 呢), but not alone."""
    particles = _PARTICLES.get(language.code, frozenset())
    taken = longest_ending(said, particles)
    return 0 < taken < len(said)


def has_final_le(language: Language, said: Words) -> bool:
    """Whether the words end with 了, the particle of what has come about."""
    return language.code == "zh" and len(said) > 1 and longest_ending(said, _LE) > 0


def ends_in_measure(language: Language, said: Words) -> bool:
    """Whether the words end with a numeral and a measure word, for which a noun is to come."""
    if language.code != "zh" or len(said) < 2:
        return False
    return longest_ending(said, _MEASURES) > 0 and longest_ending(said[:-1], _NUMERALS) > 0
