"""What the laboratory asks of everyone who takes part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Contender(Protocol):
    """Someone who decides on recorded audio when to take the floor, and when to give it up.

    Times are seconds from the recording's beginning. ``thresholds``: the values of its own
    parameter that are swept.
    """

    @property
    def name(self) -> str:
        """As in the tables."""
        ...

    @property
    def thresholds(self) -> Sequence[float]:
        """In rising order."""
        ...

    def takes_floor_at(
        self, clip_name: str, onset_s: float, until_s: float | None, threshold: float
    ) -> float | None:
        """When it first takes the floor in the silence from ``onset_s`` until ``until_s``.

        None: not in this silence. ``until_s`` None: to the end of the recording.
        """
        ...

    def stops_at(self, clip_name: str, onset_s: float) -> float | None:
        """When an agent that spoke at ``onset_s`` would fall silent for what begins there.

        At default settings. None: it goes on.
        """
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A contender with its default settings: ``stock``, of which the first stands for it in calls.

    ``parameter``: what its thresholds are. ``note``: what a reader of its row must know.
    ``holds_calls``: whether it can be asked about calls as well as about clips.
    """

    contender: Contender
    stock: tuple[float, ...]
    parameter: str
    note: str = ""
    holds_calls: bool = True

    @property
    def name(self) -> str:
        """The contender's."""
        return self.contender.name
