"""Chinese readings: 四二一九, 幺三八, 二十三, 三个八, and Latin letters as they are written."""

from __future__ import annotations

from system1.language import words as language_words
from system2.spoken import numbers_zh
from system2.spoken.edges import Edge, Reading
from system2.spoken.found import Words

_BETWEEN = language_words.phrase_set("然后,接着,再,空格,字母,数字,和,是")
_LINKS = language_words.phrase_set("然后,接着,再,和,是")
_MARKS = {("横", "杠"): "-", ("杠",): "-", ("横", "线"): "-", ("斜", "杠"): "/", ("点",): "."}
# 一 that counts nothing: 一下, 一个, 一样 ...
_AFTER_NO_ONE = frozenset("下个些样起直定共般边会遍次")


def reading(words: Words, at: int, letters: bool) -> Reading:
    """How ``words[at]`` and those after it may be read."""
    word, following = words[at], words[at + 1] if at + 1 < len(words) else ""
    for mark, text in _MARKS.items():
        if words[at : at + len(mark)] == mark:
            return Reading((Edge(at + len(mark), ""), Edge(at + len(mark), text, 0.05)), skip=True)
    if taken := language_words.longest_at(words, at, _BETWEEN):
        link = language_words.longest_at(words, at, _LINKS) > 0
        return Reading((Edge(at + taken, ""),), skip=True, link=link)
    if word in ("一", "两") and following in _AFTER_NO_ONE and not _repeated(words, at):
        return Reading()
    if word.isascii() and word.isalnum():
        if word.isdecimal() or letters:
            return Reading((Edge(at + 1, word.upper()),), must=True)
        return Reading()
    if times := _repeated(words, at):
        digit = numbers_zh.DIGITS[words[at + 2]]
        return Reading((Edge(at + 3, str(digit) * times),), must=True)
    if word in numbers_zh.DIGITS or word == "十":
        edges: list[Edge] = []
        if (whole := numbers_zh.cardinal(words, at)) is not None and whole[1] > at + 1:
            edges.append(Edge(whole[1], str(whole[0])))
        elif word == "十":
            edges.append(Edge(at + 1, "10"))
        else:
            edges.append(Edge(at + 1, str(numbers_zh.DIGITS[word])))
        return Reading(tuple(edges), must=True)
    return Reading()


def _repeated(words: Words, at: int) -> int:
    """3 for 三个八, three eights; 0 for anything else."""
    three = words[at : at + 3]
    if len(three) == 3 and three[1] == "个" and {three[0], three[2]} <= numbers_zh.DIGITS.keys():
        times = numbers_zh.DIGITS[three[0]]
        after = words[at + 3] if at + 3 < len(words) else ""
        return times if times >= 2 and after not in ("十", "百", "千", "万") else 0
    return 0
