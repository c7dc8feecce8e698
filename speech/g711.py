"""G.711, a telephone line's companding: eight bits for a sample, mu-law or A-law.

Bit for bit ITU-T G.711 (11/1988) as ITU-T's own G.191 software library reads it: A-law with its
even bits inverted, mu-law with all of them; the halves of the scale are each other's mirror. What
a code says is looked up in a table of 256, the code for a sample in one of 65 536. The rate of the
samples is the caller's business: on a telephone line 8000 Hz.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from speech.protocols import Audio

Law: TypeAlias = Literal["ulaw", "alaw"]

_SCALE = 32_768
_BIAS, _CLIP = 33, 8191  # of mu-law, on 14 bits


def encoded(audio: Audio, law: Law) -> bytes:
    """A byte for each sample; float32 in [-1, 1], and what is beyond that is clipped."""
    samples = np.clip(np.rint(audio * _SCALE), -_SCALE, _SCALE - 1).astype(np.int32)
    return _ENCODE[law][samples + _SCALE].tobytes()


def decoded(data: bytes, law: Law) -> Audio:
    """A sample for each byte, float32 in [-1, 1]: the middle of what its code stands for."""
    audio: Audio = _DECODE[law][np.frombuffer(data, np.uint8)]
    return audio


def silence(law: Law) -> int:
    """The byte of a silent sample."""
    return int(_ENCODE[law][_SCALE])


def _magnitudes() -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Of every 16-bit sample, from the lowest on; a negative one's is its ones' complement."""
    samples = np.arange(-_SCALE, _SCALE, dtype=np.int32)
    return np.where(samples < 0, ~samples, samples), samples < 0


def _ulaw_codes() -> NDArray[np.uint8]:
    magnitude, negative = _magnitudes()
    biased = np.minimum((magnitude >> 2) + _BIAS, _CLIP)
    segment = np.floor(np.log2(biased)).astype(np.int32) - 5
    code = segment << 4 | biased >> segment + 1 & 0x0F
    codes: NDArray[np.uint8] = (code ^ np.where(negative, 0x7F, 0xFF)).astype(np.uint8)
    return codes


def _ulaw_values() -> Audio:
    code = ~np.arange(256) & 0xFF
    magnitude = ((code & 0x0F) * 2 + _BIAS << (code >> 4 & 7)) - _BIAS
    value = np.where(code & 0x80, -magnitude, magnitude) * 4
    values: Audio = (value / _SCALE).astype(np.float32)
    return values


def _alaw_codes() -> NDArray[np.uint8]:
    magnitude, negative = _magnitudes()
    steps = magnitude >> 4
    segment = np.floor(np.log2(np.maximum(steps, 16))).astype(np.int32) - 3
    code = np.where(steps < 16, steps, segment << 4 | steps >> segment - 1 & 0x0F)
    return (code ^ np.where(negative, 0x55, 0xD5)).astype(np.uint8)


def _alaw_values() -> Audio:
    code = np.arange(256) ^ 0x55
    segment = code >> 4 & 7
    steps = (code & 0x0F) + np.where(segment > 0, 16, 0)
    magnitude = steps * 16 + 8 << np.maximum(segment - 1, 0)
    value = np.where(code & 0x80, magnitude, -magnitude)
    values: Audio = (value / _SCALE).astype(np.float32)
    return values


_ENCODE: dict[Law, NDArray[np.uint8]] = {"ulaw": _ulaw_codes(), "alaw": _alaw_codes()}
_DECODE: dict[Law, Audio] = {"ulaw": _ulaw_values(), "alaw": _alaw_values()}
