"""Which tables a BCP 47 language tag stands for."""

from __future__ import annotations

from functools import cache

from system1.language.en import ENGLISH
from system1.language.language import Language
from system1.language.zh import CHINESE


@cache
def language_of(tag: str) -> Language:
    """The tables for ``tag``, by its primary subtag: ``zh`` and ``cmn`` are Chinese.

    Any other language gets the English tables: its words then simply match none of them, so
    rules that rest on words stay silent and timing rests on sound alone.
    """
    primary = tag.replace("_", "-").partition("-")[0].lower()
    return CHINESE if primary in ("zh", "cmn") else ENGLISH
