"""How many letters and digits the values of a slot's regular expression have.

Separators that are written and not said (spaces, hyphens, slashes at a place of their own) do not
count. Patterns that look around or refer back have no width that is worth telling.
"""

from __future__ import annotations

import re
from functools import lru_cache

_ENDLESS = 1_000
_MOST = 32
"""No answer is spelled that is longer."""

_SEPARATORS = frozenset(" -/.,")
_ANCHORS = frozenset("bBAZ")
_REPEAT = re.compile(r"\{(\d*)(,?)(\d*)\}")
_OPENING = re.compile(r"\?(?::|P<\w+>)")

Width = tuple[int, int]


@lru_cache(maxsize=256)
def widths(pattern: str) -> Width | None:
    """The least and the greatest number of letters and digits; None if unknown or unbounded."""
    reader = _Reader(pattern)
    try:
        least, most = reader.alternatives()
    except _UnknownError:
        return None
    whole = reader.at == len(pattern)
    return (least, most) if whole and 0 < most <= _MOST else None


class _UnknownError(Exception):
    """A construct whose width is not worked out."""


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self.at = 0

    def alternatives(self) -> Width:
        """Up to a closing bracket or the end."""
        least, most = self._sequence()
        while self._peek() == "|":
            self.at += 1
            one = self._sequence()
            least, most = min(least, one[0]), max(most, one[1])
        return least, most

    def _sequence(self) -> Width:
        least = most = 0
        while self._peek() not in ("", "|", ")"):
            width = self._atom()
            low, high = self._repeat()
            least, most = least + low * width[0], min(most + high * width[1], _ENDLESS)
        return least, most

    def _atom(self) -> Width:
        char = self._peek()
        self.at += 1
        match char:
            case "(":
                if self._peek() == "?":
                    opening = _OPENING.match(self._pattern, self.at)
                    if opening is None:
                        raise _UnknownError
                    self.at = opening.end()
                width = self.alternatives()
                self.at += 1
                return width
            case "[":
                return self._of_class()
            case "\\":
                char = self._peek()
                self.at += 1
                if char.isdigit() or char == "":
                    raise _UnknownError
                return (0, 0) if char in _ANCHORS or char == "s" or char in _SEPARATORS else (1, 1)
            case "^" | "$":
                return 0, 0
            case _:
                return (0, 0) if char in _SEPARATORS and char != "." else (1, 1)

    def _of_class(self) -> Width:
        start = self.at
        if self._peek() == "^":
            self.at += 1
        if self._peek() == "]":
            self.at += 1
        while self._peek() not in ("]", ""):
            self.at += 2 if self._peek() == "\\" else 1
        members = self._pattern[start : self.at].replace("\\s", " ").replace("\\", "")
        self.at += 1
        return (0, 0) if members and set(members) <= _SEPARATORS else (1, 1)

    def _repeat(self) -> Width:
        char = self._peek()
        low, high = 1, 1
        if char in ("*", "+", "?"):
            self.at += 1
            low, high = {"*": (0, _ENDLESS), "+": (1, _ENDLESS), "?": (0, 1)}[char]
        elif found := _REPEAT.match(self._pattern, self.at):
            self.at = found.end()
            low = int(found[1] or 0)
            high = (int(found[3]) if found[3] else _ENDLESS) if found[2] else low
        else:
            return low, high
        if self._peek() in ("?", "+"):
            self.at += 1
        return low, high

    def _peek(self) -> str:
        return self._pattern[self.at : self.at + 1]
