"""Tokens of a transducer, with the times they were emitted at, as words.

English comes in pieces: one that begins with a space begins a word. Each Chinese character is a
word of its own, as everywhere in Kairos. A token's time is when the model emitted it, about where
its sound begins; where a word ends is estimated from the next one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_IDEOGRAM = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>$")
_SPACES = (" ", "▁")

TOKEN_S = 0.22
"""How long the last token before a silence lasts: a syllable of Mandarin, or of English. Unit: s.
"""


@dataclass(frozen=True, slots=True)
class Timed:
    """A word with its times in seconds from where its stretch's audio begins."""

    text: str
    start_s: float
    end_s: float


def words_of(tokens: Sequence[str], times: Sequence[float], until_s: float) -> tuple[Timed, ...]:
    """The words of a stretch whose audio lasts ``until_s``; times never go backwards."""
    texts: list[str] = []
    starts: list[float] = []
    lasts: list[float] = []
    for token, time in _characters(tokens, times):
        begins = token[0] in _SPACES
        text = token.lstrip("".join(_SPACES))
        alone = _IDEOGRAM.match(text) is not None
        follows = texts and not begins and not alone and not _IDEOGRAM.match(texts[-1])
        if follows:
            texts[-1] += text
            lasts[-1] = time
        else:
            texts.append(text)
            starts.append(time)
            lasts.append(time)
    words: list[Timed] = []
    for index, text in enumerate(texts):
        bound = starts[index + 1] if index + 1 < len(starts) else max(until_s, lasts[index])
        if text:
            words.append(Timed(text, starts[index], min(lasts[index] + TOKEN_S, bound)))
    return tuple(words)


def _characters(tokens: Sequence[str], times: Sequence[float]) -> list[tuple[str, float]]:
    """Tokens, those of several Chinese characters taken apart, those of bytes put together."""
    parts: list[tuple[str, float]] = []
    pending = bytearray()
    since = 0.0
    for token, time in zip(tokens, times, strict=True):
        byte = _BYTE.match(token)
        if byte is not None:
            since = since if pending else time
            pending.append(int(byte[1], 16))
            continue
        parts += _decoded(pending, since)
        pending.clear()
        parts += [(part, time) for part in _split(token)]
    return parts + _decoded(pending, since)


def _decoded(pending: bytearray, since: float) -> list[tuple[str, float]]:
    text = bytes(pending).decode(errors="ignore")
    return [(part, since) for part in _split(text)]


def _split(token: str) -> list[str]:
    """A token with each of its Chinese characters on its own."""
    return re.findall(rf"{_IDEOGRAM.pattern}|[^\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+", token)
