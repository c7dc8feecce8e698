"""Characters against a slot's regular expression."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

_CLASS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]")
_MOST_SEPARATORS = 2
_LONGEST_SEPARATED = 24


@lru_cache(maxsize=256)
def _separators(pattern: str) -> tuple[str, ...]:
    """Characters that are written, not said, and that the pattern wants at a place of its own."""
    outside = _CLASS.sub(
        lambda one: " " if one[0] in (r"\s", r"\ ", r"[\s]", "[ ]") else "", pattern
    )
    outside += "-" if re.search(r"\\-|\[- \]|\[ -\]", pattern) else ""
    return tuple(one for one in " -" if one in outside)


def fit(text: str, pattern: str) -> str | None:
    """``text`` as the whole of ``pattern``: as it is, in lower case, or with separators put in.

    Spaces and hyphens are tried at up to two places where the pattern asks for them; spaces
    that were said are also tried left out.
    """
    compiled = re.compile(pattern)
    for one in dict.fromkeys((text, text.replace(" ", ""), text.lower())):
        if compiled.fullmatch(one):
            return one
    bare = text.replace(" ", "").replace("-", "")
    separators = _separators(pattern) if len(bare) <= _LONGEST_SEPARATED else ()
    for separator in separators:
        for count in range(1, _MOST_SEPARATORS + 1):
            for places in itertools.combinations(range(1, len(bare)), count):
                cuts = (0, *places, len(bare))
                joined = separator.join(bare[a:b] for a, b in itertools.pairwise(cuts))
                for one in (joined, joined.lower()):
                    if compiled.fullmatch(one):
                        return one
    return None
