"""How one word, or a few, may be read as characters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """The words up to position ``end`` read as ``text``, at a ``cost`` (0: the usual reading)."""

    end: int
    text: str
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """All readings of the words from one position on; without ``edges`` they are no characters.

    ``must``: they are characters for certain and cannot be left out. ``skip``: they stand
    between characters and mean none. ``link``: a value may end before them and another begin.
    """

    edges: tuple[Edge, ...] = ()
    must: bool = False
    skip: bool = False
    link: bool = False
