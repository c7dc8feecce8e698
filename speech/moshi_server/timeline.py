"""Where a connection's seconds are on the call's clock.

A server counts the audio that it was sent. Of that some is nobody's: the prefix that a model
wants, and the zeros that push the last words out at a pause. And a connection that replaces a
broken one begins where the one before left off.
"""

from __future__ import annotations

from bisect import bisect_right


class Timeline:
    """Joins the samples sent on one connection to the call's time. ``rate`` in Hz."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._sent = 0
        self._starts = [0.0]
        self._offsets = [0.0]
        self._stands = [0.0]

    def heard(self, samples: int, begins: float) -> None:
        """So many samples of the call were sent, the first of them from ``begins`` (s)."""
        self._add(begins - self._sent / self._rate, float("inf"))
        self._sent += samples

    def filled(self, samples: int, stands: float) -> None:
        """So many samples of nobody were sent while the call stood at ``stands`` (s)."""
        self._add(stands - self._sent / self._rate, stands)
        self._sent += samples

    @property
    def ends(self) -> float:
        """The call's time of the end of all that was sent."""
        return self.at(self._sent / self._rate)

    def at(self, seconds: float) -> float:
        """The call's time of a second of this connection, never beyond what is filled up to."""
        part = bisect_right(self._starts, seconds + 1e-9) - 1
        return min(seconds + self._offsets[part], self._stands[part])

    def _add(self, offset: float, stands: float) -> None:
        start = self._sent / self._rate
        same = abs(offset - self._offsets[-1]) < 1e-6 and stands == self._stands[-1]
        if same and start > 0:
            return
        if self._starts[-1] == start:
            self._offsets[-1], self._stands[-1] = offset, stands
        else:
            self._starts.append(start)
            self._offsets.append(offset)
            self._stands.append(stands)
