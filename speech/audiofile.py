"""Reading and writing recordings: WAV of any rate from 8 to 48 kHz.

They are read into the conversation's audio: 16 bit and 32 bit float samples, of one or two channels
(two are averaged). Read by hand, as the format is small and the standard library's reader knows no
float samples.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr  # type: ignore[import-untyped]

from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE, Audio

_FLOAT, _EXTENSIBLE = 3, 0xFFFE
_LOWEST_HZ, _HIGHEST_HZ = 8_000, 48_000


@dataclass(frozen=True, slots=True)
class _Format:
    code: int
    channels: int
    rate: int
    bits: int


def read_wav(path: str | Path, channel: int | None = None) -> Audio:
    """A recording as mono at ``SAMPLE_RATE``. ``channel``: of one with two, this one alone.

    Raises ``SpeechError`` that names what is wrong.
    """
    path = Path(path)
    layout, samples = _parsed(path, _bytes(path))
    mono = _mono(path, layout, samples, channel)
    if layout.rate == SAMPLE_RATE:
        return mono
    out: Audio = soxr.resample(mono, layout.rate, SAMPLE_RATE, quality="HQ").astype(np.float32)
    return out


def write_wav(path: str | Path, audio: Audio, rate_hz: int) -> None:
    """Write mono audio as 16 bit samples. Raises ``OSError``."""
    samples = np.clip(np.rint(audio * 32767.0), -32768, 32767).astype("<i2").tobytes()
    head = struct.pack(
        "<4sI8sIHHIIHH4sI",
        b"RIFF",
        36 + len(samples),
        b"WAVEfmt ",
        16,
        1,
        1,
        rate_hz,
        2 * rate_hz,
        2,
        16,
        b"data",
        len(samples),
    )
    Path(path).write_bytes(head + samples)


def wav_rate(path: str | Path) -> int:
    """The rate in Hz that a recording was made at. Raises ``SpeechError`` as ``read_wav``."""
    path = Path(path)
    return _parsed(path, _bytes(path))[0].rate


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SpeechError(f"{path}: no such file") from None
    except OSError as error:
        raise SpeechError(f"{path}: {error.strerror or error}") from None


def _parsed(path: Path, data: bytes) -> tuple[_Format, bytes]:
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise SpeechError(f"{path}: not a WAV file")
    layout: _Format | None = None
    for name, body in _chunks(data):
        if name == b"fmt " and len(body) >= 16:
            code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
            if code == _EXTENSIBLE and len(body) >= 26:
                (code,) = struct.unpack("<H", body[24:26])
            layout = _Format(code, channels, rate, bits)
        elif name == b"data":
            if layout is None:
                break
            if not body:
                raise SpeechError(f"{path}: has no audio in it")
            return layout, body
    raise SpeechError(f"{path}: a damaged WAV file")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place + 8 <= len(data):
        (size,) = struct.unpack("<I", data[place + 4 : place + 8])
        # a writer that was cut off leaves a size that is too large: take what is there
        yield data[place : place + 4], data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _mono(path: Path, layout: _Format, data: bytes, channel: int | None) -> Audio:
    if layout.channels not in (1, 2):
        raise SpeechError(f"{path}: {layout.channels} channels; mono or stereo is read")
    if not _LOWEST_HZ <= layout.rate <= _HIGHEST_HZ:
        raise SpeechError(f"{path}: {layout.rate} Hz; 8000 to 48000 Hz is read")
    width = layout.channels * layout.bits // 8
    whole = data[: len(data) - len(data) % max(width, 1)]
    samples: Audio
    match (layout.code, layout.bits):
        case (1, 16):
            samples = np.frombuffer(whole, "<i2").astype(np.float32) / np.float32(32768)
        case (3, 32):
            samples = np.frombuffer(whole, "<f4").astype(np.float32)
        case (1 | 3, bits):
            kind = "float" if layout.code == _FLOAT else "integer"
            raise SpeechError(
                f"{path}: {bits} bit {kind} samples; 16 bit integer and 32 bit float are read"
            )
        case (code, _):
            raise SpeechError(f"{path}: compressed WAV (format {code}); plain samples are read")
    if not len(samples):
        raise SpeechError(f"{path}: has no audio in it")
    if not np.isfinite(samples).all():
        raise SpeechError(f"{path}: has samples that are no numbers")
    if layout.channels == 2:
        both = samples.reshape(-1, 2)
        samples = both.mean(axis=1, dtype=np.float32) if channel is None else both[:, channel]
    return samples
