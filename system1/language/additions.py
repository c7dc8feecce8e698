"""What callers add to a turn that was thought to be over, and what they say against an answer."""

from __future__ import annotations

from collections.abc import Mapping

from system1.language.language import Language
from system1.language.words import covered, longest_at, phrase_set

_COURTESIES: Mapping[str, frozenset[str]] = {
    "en": phrase_set(
        "please, thanks, thank you, thank you very much, thank you so much, thanks a lot, cheers",
        "many thanks, if you can, if you could, if you would, if that is possible, if possible",
        "if you do not mind, would you, could you, can you, sorry, sir, madam, kindly",
    ),
    "zh": phrase_set(
        "谢谢, 谢谢你, 谢谢您, 多谢, 感谢, 麻烦你, 麻烦您, 麻烦了, 麻烦你了, 麻烦您了, 拜托",
        "拜托了, 辛苦了, 可以吗, 好吗, 行吗, 可不可以, 不好意思, 劳驾, 先生, 女士, 吧, 呢, 呀, 吗",
    ),
}

_RETRACTIONS: Mapping[str, frozenset[str]] = {
    "en": phrase_set(
        "no, nope, wait, stop, hold on, hang on, hold it, excuse me, never mind, not that, quiet",
        "enough, listen, hey, one moment, one second, just a, that is not, that is wrong",
        "i did not, you do not, you did not",
    ),
    "zh": phrase_set(
        "不, 别, 等, 稍, 停, 慢着, 喂, 算了, 错了, 打断一下, 先别, 听我说, 没有, 没",
    ),
}


def courteous(language: Language, words: tuple[str, ...]) -> bool:
    """Whether folded ``words``, at least one, are courtesies and hesitations alone."""
    return covered(words, _COURTESIES.get(language.code, frozenset()) | language.hesitations)


def retracts(language: Language, text: str) -> bool:
    """Whether the text, hesitations aside, begins by objecting to what is being said."""
    said = language.without_hesitations(text)
    table = _RETRACTIONS.get(language.code, frozenset())
    return bool(said) and longest_at(said, 0, table) > 0
