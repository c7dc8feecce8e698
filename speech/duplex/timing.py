"""Where in an answer's sound each of its words is over, while both still come in.

An engine may say where its words begin. Where it does not, they are estimated: by a pace while the
sound comes in, and over the whole of it once all is there (``speech.estimation``).
"""

from __future__ import annotations

import numpy as np

from speech.estimation import PRIOR_PACE, estimated_marks, weight
from speech.playback.rendering import AUDIBLE
from speech.protocols import SAMPLE_RATE, Audio
from speech.sentences import tokens

_FRAME = SAMPLE_RATE // 100


def ends_of_words(
    text: str, audio: Audio, begins: tuple[int, ...], whole: bool
) -> list[int | None]:
    """For each word of ``text`` the sample of ``audio`` at which it is over; None: not yet known.

    ``begins``: where the first words begin, as the engine says, empty if it does not. ``whole``:
    no more of either will come. Never decreasing.
    """
    words = tokens(text)
    if begins:
        ends: list[int | None] = [*begins[1 : len(words) + 1]]
        ends += [len(audio) if whole else None] * (len(words) - len(ends))
        return ends
    if whole:
        return [mark.until for mark in estimated_marks(text, audio, SAMPLE_RATE)]
    return _by_pace([weight(text[start:end]) for start, end in words], audio)


def _by_pace(weights: list[float], audio: Audio) -> list[int | None]:
    """The ends of words of these weights, at the pace that voices have."""
    frames = audio[: len(audio) - len(audio) % _FRAME].reshape(-1, _FRAME)
    audible_s = np.cumsum(np.abs(frames).max(axis=1, initial=0.0) > AUDIBLE) * 0.01
    wanted = np.cumsum(weights) / PRIOR_PACE
    found = np.searchsorted(audible_s, wanted - 1e-9)
    return [int(frame + 1) * _FRAME if frame < len(frames) else None for frame in found]
