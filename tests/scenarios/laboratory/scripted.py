"""A contender whose decisions are written down: what the scores are tested with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Scripted:
    """``takes``: by threshold and clip, the times (s). ``stops``: by clip."""

    name = "scripted"

    def __init__(
        self,
        takes: Mapping[float, Mapping[str, Sequence[float]]],
        stops: Mapping[str, float] | None = None,
    ) -> None:
        self._takes = takes
        self._stops = stops or {}

    @property
    def thresholds(self) -> Sequence[float]:
        return sorted(self._takes)

    def takes_floor_at(
        self, clip_name: str, onset_s: float, until_s: float | None, threshold: float
    ) -> float | None:
        for at in self._takes[threshold].get(clip_name, ()):
            if at >= onset_s and (until_s is None or at < until_s):
                return at
        return None

    def stops_at(self, clip_name: str, onset_s: float) -> float | None:
        return self._stops.get(clip_name)
