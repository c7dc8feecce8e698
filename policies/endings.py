"""After which words callers' sentences end: counts, as data for the evidence at a pause's onset.

In: ``endings.json``, which ``scenarios.laboratory.endings`` makes of the text behind the
recogniser. Out: ``Endings`` of a language; empty for a language without any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from pydantic import Field

from policies.model import Section, Text

Counts = Mapping[str, tuple[int, int]]
"""By the last words, between spaces: how many sentences ended after them, how often they came."""


class EndingsGiven(Section):
    """One language's counts."""

    words: dict[str, tuple[int, int]] = Field(strict=False)
    pairs: dict[str, tuple[int, int]] = Field(strict=False)


class EndingsFile(Section):
    """The file of all languages."""

    note: Text
    languages: dict[str, EndingsGiven]


@dataclass(frozen=True, slots=True)
class Endings:
    """Counts by the last word and by the last two."""

    words: Counts = field(default_factory=dict)
    pairs: Counts = field(default_factory=dict)


@lru_cache(maxsize=1)
def _file() -> EndingsFile:
    content = (files("policies") / "endings.json").read_bytes()
    return EndingsFile.model_validate_json(content)


@lru_cache(maxsize=16)
def shipped_endings(language: str) -> Endings:
    """The counts that come with Kairos for a language's code, such as ``en``."""
    given = _file().languages.get(language)
    return Endings(given.words, given.pairs) if given is not None else Endings()
