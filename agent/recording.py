"""``call.wav``: stereo, left the caller, right the agent, 16 bit, one time line."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from speech.protocols import SAMPLE_RATE, Audio

_HEADER = struct.Struct("<4sI8sIHHIIHH4sI")
_FRAME_BYTES = 4
_KEPT_EVERY = SAMPLE_RATE
"""Frames after which the file is made whole again: a crash loses at most this second."""


class Recording:
    """A stereo WAV file that grows with the call and is valid at any time.

    What is not in it yet is less than a second. ``keep``: told of the file's descriptor while it is
    open, so as to bring it to the disk; what it gives back is called at the end.
    """

    def __init__(self, path: Path, keep: Callable[[int], Callable[[], None]] | None = None) -> None:
        self._file = path.open("wb")
        self._frames = 0
        self._in_header = 0
        self._release = None if keep is None else keep(self._file.fileno())
        self._file.write(_header(0))
        self._file.flush()

    def add(self, caller: Audio, agent: Audio) -> None:
        """Append frames of equal length, float32 in [-1, 1]."""
        both = np.empty((caller.size, 2), dtype="<i2")
        # By what 16 bit sound is divided when it comes in: what was heard is here to the bit.
        for side, audio in enumerate((caller, agent)):
            scaled = np.rint(audio * 32768.0)
            both[:, side] = np.minimum(np.maximum(scaled, -32768.0), 32767.0)
        self._file.write(both.tobytes())
        self._frames += caller.size
        if self._frames - self._in_header >= _KEPT_EVERY:
            self._make_whole()

    def close(self) -> None:
        """Nothing more will be added."""
        if self._file.closed:
            return
        self._make_whole()
        if self._release is not None:
            self._release()
        self._file.close()

    def _make_whole(self) -> None:
        self._file.flush()
        self._file.seek(0)
        self._file.write(_header(self._frames))
        self._file.seek(0, os.SEEK_END)
        self._in_header = self._frames


def _header(frames: int) -> bytes:
    size = frames * _FRAME_BYTES
    return _HEADER.pack(
        b"RIFF",
        36 + size,
        b"WAVEfmt ",
        16,
        1,
        2,
        SAMPLE_RATE,
        SAMPLE_RATE * _FRAME_BYTES,
        _FRAME_BYTES,
        16,
        b"data",
        size,
    )


def mend_recording(path: Path) -> None:
    """Have the header of one that a crash ended say what is there. ``ValueError`` as below."""
    with path.open("r+b") as file:
        _checked(path, file.read(_HEADER.size))
        size = file.seek(0, os.SEEK_END) - _HEADER.size
        frames = size // _FRAME_BYTES
        file.truncate(_HEADER.size + frames * _FRAME_BYTES)
        file.seek(0)
        file.write(_header(frames))


def _checked(path: Path, header: bytes) -> None:
    if len(header) < _HEADER.size or header[:4] + header[8:40] != _header(0)[:4] + _header(0)[8:40]:
        raise ValueError(f"{path}: not the recording of a call")


def read_recording(path: Path) -> tuple[Audio, Audio]:
    """Both channels of a ``call.wav``: the caller's and the agent's, float32.

    Of one that a crash ended, all that is there. ``ValueError`` for what is no recording of ours.
    """
    data = path.read_bytes()
    _checked(path, data[: _HEADER.size])
    # Not the length in the header: that is as old as the last whole second.
    count = (len(data) - _HEADER.size) // _FRAME_BYTES * 2
    frames = np.frombuffer(data, dtype="<i2", offset=_HEADER.size, count=count).reshape(-1, 2)
    scaled = frames.astype(np.float32) / 32768.0
    return np.ascontiguousarray(scaled[:, 0]), np.ascontiguousarray(scaled[:, 1])
