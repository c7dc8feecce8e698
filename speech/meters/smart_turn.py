"""Smart Turn v3: how probable it is, by the sound of the voice, that a turn is over.

An acoustic model (Whisper's small encoder, pipecat-ai/smart-turn, BSD-2-Clause) that looks at up to
8 s of a turn. The weights are not ours to ship: they are found in an installed ``pipecat-ai``,
which carries them and of which nothing else is used, or where ``KAIROS_SMART_TURN`` says.

It was trained on people. On synthetic voices it is at chance; it never decides alone.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speech.errors import SpeechError
from speech.meters.logmel import RATE_HZ, log_mel
from speech.protocols import Audio

if TYPE_CHECKING:
    import onnxruntime

SETTING = "KAIROS_SMART_TURN"
"""Environment variable: a model file, or an environment in which ``pipecat-ai`` is installed."""

LONGEST_S = 8.0
"""So much of a turn's end the model looks at."""

_SAMPLES = round(LONGEST_S * RATE_HZ)
_IN_PIPECAT = Path("audio", "turn", "smart_turn", "data")
_FILES = "smart-turn-v3*.onnx"
_VARIANCE = 1e-7  # keeps silence from being divided by nothing, as in the model's training


def find_model(path: Path | None = None) -> Path:
    """The model's file: ``path`` or ``SETTING`` if given, else that of an installed ``pipecat-ai``,
    else that of the environment that ``make env`` makes for Pipecat. Raises ``SpeechError``.
    """
    given = path or (Path(os.environ[SETTING]) if os.environ.get(SETTING) else None)
    if given is None:
        model = next((found for place in _places() if (found := _newest(place))), None)
        if model is None:
            raise SpeechError(
                "Smart Turn's model is missing: pip install 'kairos-voice[smart-turn]', "
                f"or set {SETTING} to its .onnx file"
            )
        return model
    model = next(filter(None, map(_newest, _environment(given))), None) if given.is_dir() else given
    if model is None or not model.is_file():
        raise SpeechError(f"{given}: no Smart Turn model there")
    return model


def _places() -> Iterator[Path]:
    # looked for without importing it, which takes seconds
    spec = importlib.util.find_spec("pipecat")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        yield Path(folder) / _IN_PIPECAT
    yield from _environment(Path(sys.prefix) / "peers" / "pipecat")


def _environment(prefix: Path) -> list[Path]:
    return sorted(prefix.glob(f"lib/python3*/site-packages/pipecat/{_IN_PIPECAT}"))


def _newest(folder: Path) -> Path | None:
    return max(folder.glob(_FILES), default=None)


@lru_cache(maxsize=2)
def _session(model: Path) -> onnxruntime.InferenceSession:
    """One session for all calls: it holds weights alone."""
    try:
        import onnxruntime
    except ImportError:
        raise SpeechError(
            "onnxruntime is not installed: pip install 'kairos-voice[smart-turn]'"
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(model), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its errors have no common class of their own
        raise SpeechError(f"{model}: not a model that onnxruntime reads") from error


class SmartTurn:
    """The model; it keeps nothing from one question to the next."""

    def __init__(self, model: Path | None = None) -> None:
        self._session = _session(find_model(model))

    def probability(self, audio: Audio) -> float:
        """That the turn is over whose audio (16 kHz, mono) ends here; at most the last 8 s count.

        Takes some 50 ms of one core.
        """
        heard = audio[-_SAMPLES:].astype(np.float32)
        turn = np.concatenate((np.zeros(_SAMPLES - heard.size, np.float32), heard))
        turn = (turn - turn.mean()) / np.sqrt(turn.var() + _VARIANCE)
        (found,) = self._session.run(None, {"input_features": log_mel(turn)[None]})
        return float(found.reshape(-1)[0])
