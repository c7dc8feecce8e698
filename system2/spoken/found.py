"""A value found among words, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from system1.language import Language

Words = tuple[str, ...]

_CLOCK = re.compile(r"(?<=\d)\s*[:：]\s*(?=\d\d)")
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")


@dataclass(frozen=True, slots=True)
class Found:
    """``value`` was said by the words from ``start`` up to, not including, ``end``."""

    value: str
    start: int
    end: int

    def moved(self, by: int) -> Found:
        """The same, ``by`` words later."""
        return Found(self.value, self.start + by, self.end + by)


def words_of(said: str, language: Language) -> Words:
    """The words in which values are looked for: normalised, contractions written out.

    What punctuation tells about numbers is put into words first: 9:30, 2.5, 2026-03-31.
    """
    if language.code == "zh":
        said = _ISO.sub(r"\1年\2月\3日", said)
        said = _DECIMAL.sub("点", _CLOCK.sub("点", said))
    else:
        said = _DECIMAL.sub(" point ", said)
    return language.folded(said)
