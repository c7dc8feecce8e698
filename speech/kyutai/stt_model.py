"""A Kyutai STT, loaded: what its checkpoint says, and its modules."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from speech.errors import SpeechError
from speech.kyutai.checkpoint import checkpoint
from speech.kyutai.devices import chosen_device, chosen_dtype

if TYPE_CHECKING:
    from moshi.models.compression import MimiModel
    from moshi.models.lm import LMModel
    from moshi.models.loaders import CheckpointInfo
    from sentencepiece import SentencePieceProcessor

FRAME_S = 0.08
"""A step of the model: 1920 samples at 24 kHz. Unit: s."""

HORIZONS_S = (0.5, 1.0, 2.0, 3.0)
"""What the pause heads look ahead, in their order in the checkpoint. Unit: s."""


@dataclass(frozen=True, slots=True)
class SttModel:
    """The modules and numbers of one checkpoint on one device.

    ``delay_s``: the text is so far behind the audio; ``prefix_s``: silence that the model wants
    before a call; ``heads``: pause heads, 0 or 4.
    """

    name: str
    device: str
    mimi: MimiModel
    lm: LMModel
    tokenizer: SentencePieceProcessor
    delay_s: float
    prefix_s: float
    heads: int

    @property
    def delay_frames(self) -> int:
        """The delay in steps, as the word times count it."""
        return round(self.delay_s / FRAME_S)

    @property
    def flush_frames(self) -> int:
        """Silent frames after which every word that was said has been written."""
        return math.ceil(self.delay_s / FRAME_S - 1e-9) + 1

    @property
    def prefix_frames(self) -> int:
        """Silent frames before a call; the first step sees no audio, whatever it is given."""
        return max(math.ceil(self.prefix_s / FRAME_S - 1e-9), 1)


def load_stt(model: str, device: str = "auto", dtype: str = "auto") -> SttModel:
    """Load a checkpoint (see ``checkpoint``). Takes seconds. Raises ``SpeechError``."""
    info = checkpoint(model)
    return of_checkpoint(info, model, device, dtype)


def of_checkpoint(info: CheckpointInfo, model: str, device: str, dtype: str) -> SttModel:
    """Build the modules of a checkpoint. Raises ``SpeechError``."""
    from safetensors import SafetensorError

    where = chosen_device(device)
    numbers = chosen_dtype(dtype, where)
    config: dict[str, Any] = info.stt_config
    if "audio_delay_seconds" not in config:
        raise SpeechError(f"{model} is no speech-to-text checkpoint: its stt_config is missing")
    try:
        mimi = info.get_mimi(device=where)
        lm = info.get_moshi(device=where, dtype=numbers)
        tokenizer = info.get_text_tokenizer()
    except (SafetensorError, RuntimeError, TypeError, KeyError, OSError) as error:
        what = type(error).__name__
        raise SpeechError(f"the weights of {model} could not be loaded ({what})") from error
    return SttModel(
        model,
        where,
        mimi,
        lm,
        tokenizer,
        float(config["audio_delay_seconds"]),
        float(config.get("audio_silence_prefix_seconds", 0.0)),
        min(len(lm.extra_heads), len(HORIZONS_S)),
    )
