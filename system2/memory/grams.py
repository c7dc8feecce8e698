"""Texts as the words that are searched for: English words, and Chinese character pairs.

No tokenizer of SQLite's or PostgreSQL's finds a two-character Chinese word inside a sentence:
``unicode61`` takes a whole run of characters for one word, and ``trigram`` needs three. Both stores
are given these grams, so both find the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u9fff\uf900-\ufaff]+")
_HAN_FROM = "\u3400"


def grams(text: str) -> tuple[str, ...]:
    """The words of ``text`` in order: without case and accents, letters and digits alone."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(_words(bare))


def _words(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        if run[0] < _HAN_FROM or len(run) == 1:
            yield run
        else:
            yield from (run[at : at + 2] for at in range(len(run) - 1))
