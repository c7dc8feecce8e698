"""``call.wav``: stereo, left the caller, right the agent, 16 bit, one time line."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from speech.protocols import SAMPLE_RATE, Audio


class Recording:
    """A stereo WAV file that grows with the call and is valid once closed, whenever that is."""

    def __init__(self, path: Path) -> None:
        self._file = wave.open(str(path), "wb")  # noqa: SIM115  (lives as long as the call)
        self._file.setnchannels(2)
        self._file.setsampwidth(2)
        self._file.setframerate(SAMPLE_RATE)

    def add(self, caller: Audio, agent: Audio) -> None:
        """Append frames of equal length, float32 in [-1, 1]."""
        both = np.empty((caller.size, 2), dtype="<i2")
        both[:, 0] = np.clip(np.rint(caller * 32767.0), -32768, 32767)
        both[:, 1] = np.clip(np.rint(agent * 32767.0), -32768, 32767)
        self._file.writeframesraw(both.tobytes())

    def close(self) -> None:
        """Write the header with the final length."""
        self._file.close()


def read_recording(path: Path) -> tuple[Audio, Audio]:
    """Both channels of a ``call.wav``: the caller's and the agent's, float32."""
    with wave.open(str(path), "rb") as file:
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    scaled = frames.astype(np.float32) / 32768.0
    return np.ascontiguousarray(scaled[:, 0]), np.ascontiguousarray(scaled[:, 1])
