"""Where sentences and words of a text are, in English, Chinese, and both mixed."""

from __future__ import annotations

import re

_ABBREVIATIONS = ("mr", "mrs", "ms", "dr", "st", "no", "vs", "prof", "e.g", "i.e", "etc")
_END = re.compile(r"[。！？!?…]+[\"'”’)）」]*|\.+[\"'”’)]*(?=\s|$)|\n+")
_CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\s{_CJK}]+")
_SPOKEN = re.compile(r"\w")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a text that have something to speak, in order."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        before = text[start : match.start()].rsplit(maxsplit=1)[-1:]
        if match.group().startswith(".") and before and _abbreviated(before[0]):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return [_trimmed(text, *span) for span in spans if _SPOKEN.search(text, *span)]


def _abbreviated(word: str) -> bool:
    """A full stop after this word ends no sentence: an abbreviation, or a letter ("J. Smith")."""
    bare = word.lower().lstrip("(\"'")
    return bare in _ABBREVIATIONS or (len(bare) == 1 and bare.isalpha() and bare.isascii())


def tokens(text: str) -> list[tuple[int, int]]:
    """Spans of the words of a text: runs between spaces, but each Chinese character alone.

    Runs of nothing but punctuation are no words; punctuation around a word is part of its run.
    """
    return [m.span() for m in _TOKEN.finditer(text) if _SPOKEN.search(m.group())]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), start + len(inner.rstrip())
