"""A bounded store of samples between two threads: one puts in, the other takes out."""

from __future__ import annotations

import numpy as np

from speech.protocols import Audio


class Ring:
    """The last ``capacity`` samples. Neither side ever waits for the other or takes a lock.

    One thread may call ``put`` and one ``take``, as a sound card's callback and the conversation
    do: each writes a counter of its own and only reads the other's. What is put in while it is full
    takes the place of the oldest, which ``dropped`` counts.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"a ring of {capacity} samples")
        self._samples = np.zeros(capacity, np.float32)
        self._claimed = 0  # up to where what was there may be overwritten by now
        self._put = 0
        self._taken = 0
        self._passed_over = 0

    def __len__(self) -> int:
        """Samples that can be taken now."""
        return min(self._put - self._taken, self._samples.size)

    @property
    def capacity(self) -> int:
        """The most that it holds."""
        return self._samples.size

    @property
    def dropped(self) -> int:
        """Samples that will never be taken, because there was no more room."""
        return self._passed_over + max(0, self._put - self._taken - self._samples.size)

    def put(self, samples: Audio) -> None:
        """Add samples; of more than there is room for at all, the last stay."""
        size = self._samples.size
        end = self._put + samples.size
        self._claimed = end
        kept = samples[-size:]
        start = (end - kept.size) % size
        first = min(kept.size, size - start)
        self._samples[start : start + first] = kept[:first]
        self._samples[: kept.size - first] = kept[first:]
        # Last: what the other thread may read is there by then.
        self._put = end

    def take(self, out: Audio) -> int:
        """Fill ``out`` from the oldest on, as far as there are any; how many there were."""
        size = self._samples.size
        while True:
            oldest = max(self._taken, self._claimed - size)
            count = max(0, min(self._put - oldest, out.size))
            start = oldest % size
            first = min(count, size - start)
            out[:first] = self._samples[start : start + first]
            out[first:count] = self._samples[: count - first]
            # Whoever puts in may have come round while this was copied.
            if self._claimed - size <= oldest:
                break
        self._passed_over += oldest - self._taken
        self._taken = oldest + count
        return count
