"""From a model's stream of text to pieces that can be spoken, the first as early as may be.

The stream is read character by character, so that the pieces do not depend on how a server cuts
it. The first piece ends at the first clause of a few words, the others at sentences. A piece is
cut only when the next character has come: "3.5" ends no sentence, and a mark such as ``[prices]``
belongs to the sentence before it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from system1.language import Language
from system2.reply import ABBREVIATION
from system2.spoken.plainspeech import plain_speech

FIRST_WORDS = 3
"""Words (in Chinese: characters, twice as many) that a first clause has at least."""

LONG = 180
"""Characters after which a sentence is cut at a clause, too."""

LONGEST = 320
"""Characters after which it is cut at any space; in Chinese anywhere. Half as many there."""

_ENDS = ".!?。！？…\n"
_WIDE_ENDS = "。！？；"
_CLAUSES = ",;:—，；：、"
_WIDE_CLAUSES = "，；：、"
_CLOSING = "\"'”’)）」』】*_"
_NUMBERED = re.compile(r"\s*\(?\d{1,2}[.)]$")
_FENCE = re.compile(r"\s*(```|~~~)")
_CITED = re.compile(r"[\[【]\^?([^\[\]【】]{1,200})[\]】](?!\()")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to say, and the ids that it cites."""

    text: str
    cites: tuple[str, ...] = ()


class Speakable:
    """One answer under way. ``ids``: what it may cite as ``[id]``."""

    def __init__(self, language: Language, ids: Collection[str] = ()) -> None:
        self._language = language
        self._ids = frozenset(ids)
        self._raw = ""
        self._line = ""
        self._fenced = False
        self._pieces = 0
        self._wide = language.code == "zh"

    def feed(self, text: str) -> list[Piece]:
        """The pieces that are whole once this much more has come."""
        pieces: list[Piece] = []
        for char in text:
            if self._ends_before(char):
                pieces += self._cut()
            self._take(char)
        return pieces

    def close(self) -> list[Piece]:
        """What is left at the end of the answer."""
        self._line_ends()
        return self._cut()

    def _take(self, char: str) -> None:
        if char == "\n":
            self._line_ends()
            if not self._fenced and self._raw:
                self._raw += "\n"
            return
        self._line += char
        if not self._fenced:
            self._raw += char

    def _line_ends(self) -> None:
        """A fence opens or closes a block of code, none of which is said."""
        if _FENCE.match(self._line):
            if not self._fenced:
                self._raw = self._raw[: len(self._raw) - len(self._line)]
            self._fenced = not self._fenced
        self._line = ""

    def _ends_before(self, char: str) -> bool:
        """Whether a piece ends before this character."""
        raw = self._raw
        if self._fenced or not raw or char in "[【":
            return False
        if char in _CLOSING and not raw[-1].isspace():
            return False
        if _FENCE.match(self._line):
            return False
        if raw[-1] == "\n":
            return True
        body = raw.rstrip()
        spaced = len(body) < len(raw)
        last = body.rstrip(_CLOSING)[-1:] if not body.endswith(("]", "】")) else "]"
        if char.isspace() or _open(body):
            return False
        if last == "]":
            bare = _CITED.sub("", body).rstrip()
            last = bare.rstrip(_CLOSING)[-1:]
            body = bare
        if last in _WIDE_ENDS and last:
            return True
        if last and last in _ENDS and spaced:
            if last == "." and char.islower():
                return False  # "at 8 a.m. today"
            return not (ABBREVIATION.search(body) or _NUMBERED.fullmatch(body.split("\n")[-1]))
        length = len(body) * (2 if self._wide else 1)
        if last and last in _CLAUSES and (spaced or last in _WIDE_CLAUSES):
            return length > LONG or (self._pieces == 0 and self._has_words(body))
        return length > LONGEST and (spaced or self._wide)

    def _has_words(self, text: str) -> bool:
        least = FIRST_WORDS * (2 if self._wide else 1)
        return len(self._language.tokens(plain_speech(text, self._language))) >= least

    def _cut(self) -> list[Piece]:
        raw, self._raw = self._raw, ""
        cites: list[str] = []

        def cited(match: re.Match[str]) -> str:
            named = [one.strip() for one in re.split(r"[,，;；\s]+", match[1])]
            known = [one for one in named if one in self._ids]
            cites.extend(known)
            return "" if known or len(named) == 1 else match[0]

        text = plain_speech(_CITED.sub(cited, raw), self._language)
        if not text:
            return []
        if raw.endswith("\n") and text[-1].isalnum():
            text += "。" if self._wide else "."
        self._pieces += 1
        return [Piece(text, tuple(dict.fromkeys(cites)))]


def _open(text: str) -> bool:
    """Whether a link, a mark or inline code has begun and not ended in the last line."""
    line = text.rsplit("\n", 1)[-1]
    for opening, closing in (("[", "]"), ("【", "】")):
        if line.rfind(opening) > line.rfind(closing):
            return True
    if "](" in line and line.rfind("](") > line.rfind(")"):
        return True
    return line.count("`") % 2 == 1
