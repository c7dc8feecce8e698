"""Silero VAD under onnxruntime alone: how probable speech is, every 32 ms.

The model file is Silero VAD 6.2 (``silero_vad_16k_op15.onnx``, MIT, licence beside it).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speech.errors import SpeechError
from speech.protocols import Audio

if TYPE_CHECKING:
    import onnxruntime

VAD_RATE = 16_000
"""Rate in Hz that the model is made for."""

VAD_CHUNK = 512
"""Samples of one step: 32 ms."""

_CONTEXT = 64  # samples of the chunk before that the model sees again
_MODEL = Path(__file__).parent / "models" / "silero_vad_16k_op15.onnx"


@lru_cache(maxsize=1)
def _session() -> onnxruntime.InferenceSession:
    """One session for all calls: it holds weights alone, the state travels with each step."""
    try:
        import onnxruntime
    except ImportError:
        raise SpeechError(
            "onnxruntime is not installed: pip install 'kairos-voice[embedded]'"
        ) from None
    options = onnxruntime.SessionOptions()
    # 0.1 ms of work a step: handing it to other threads costs more than it saves
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(_MODEL), sess_options=options, providers=["CPUExecutionProvider"]
    )


class SileroVad:
    """The model and its state for one caller."""

    def __init__(self) -> None:
        self._session = _session()
        self._state = np.zeros((2, 1, 128), np.float32)
        self._input = np.zeros((1, _CONTEXT + VAD_CHUNK), np.float32)
        self._rate = np.array(VAD_RATE, np.int64)

    def probability(self, chunk: Audio) -> float:
        """Probability that the next ``VAD_CHUNK`` samples at 16 kHz hold speech."""
        self._input[0, :_CONTEXT] = self._input[0, VAD_CHUNK:]
        self._input[0, _CONTEXT:] = chunk
        found, self._state = self._session.run(
            None, {"input": self._input, "state": self._state, "sr": self._rate}
        )
        return float(found[0, 0])
