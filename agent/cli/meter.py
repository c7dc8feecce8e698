"""The levels of a call in the terminal: a bar for the microphone, a bar for the agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from agent.wording import clock

if TYPE_CHECKING:
    from speech.protocols import Audio

_CELLS = 16
_LOWEST_DB = -60.0
_LOUD_DB = -6.0
_FALLS_DB = 1.5
"""A bar falls by so much a frame, so that the eye can follow it."""


class Meter:
    """Given what either said, frame by frame; rich draws it when it likes."""

    def __init__(self, microphone: str) -> None:
        self._microphone = microphone
        self._heard_s = 0.0
        self._heard_db = self._said_db = _LOWEST_DB

    def __call__(self, heard: Audio, said: Audio) -> None:
        """A frame of the microphone's and the agent's of the same time."""
        from speech.protocols import SAMPLE_RATE

        self._heard_s += heard.size / SAMPLE_RATE
        self._heard_db = max(_peak_db(heard), self._heard_db - _FALLS_DB)
        self._said_db = max(_peak_db(said), self._said_db - _FALLS_DB)

    def __rich__(self) -> Text:
        """One line."""
        line = Text.assemble(
            (f"{clock(self._heard_s):>7} ", "dim"),
            (f"{self._microphone} ", "blue"),
            *_bar(self._heard_db),
            ("  agent ", "green"),
            *_bar(self._said_db),
            ("  Ctrl-C hangs up", "dim"),
        )
        line.no_wrap, line.overflow = True, "crop"
        return line


def _bar(level_db: float) -> list[tuple[str, str]]:
    share = (level_db - _LOWEST_DB) / -_LOWEST_DB
    lit = min(_CELLS, max(0, round(share * _CELLS)))
    style = "red" if level_db > _LOUD_DB else "green"
    return [("█" * lit, style), ("░" * (_CELLS - lit), "dim")]


def _peak_db(audio: Audio) -> float:
    import numpy as np

    peak = float(np.max(np.abs(audio), initial=0.0))
    return max(_LOWEST_DB, 20 * float(np.log10(peak))) if peak > 0 else _LOWEST_DB
