"""Moshi, loaded: the modules of a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speech.errors import SpeechError
from speech.kyutai.checkpoint import checkpoint
from speech.kyutai.devices import chosen_device, chosen_dtype

if TYPE_CHECKING:
    from moshi.models.compression import MimiModel
    from moshi.models.lm import LMModel
    from sentencepiece import SentencePieceProcessor


@dataclass(frozen=True, slots=True)
class MoshiModel:
    """The modules of one checkpoint on one device."""

    mimi: MimiModel
    lm: LMModel
    tokenizer: SentencePieceProcessor


def load(model: str, device: str = "auto", dtype: str = "auto") -> MoshiModel:
    """Load a checkpoint (see ``checkpoint``). Takes seconds. Raises ``SpeechError``."""
    info = checkpoint(model)
    from safetensors import SafetensorError

    if info.model_type != "moshi":
        raise SpeechError(f"{model} is no Moshi but {info.model_type!r}")
    where = chosen_device(device)
    numbers = chosen_dtype(dtype, where)
    try:
        found = MoshiModel(
            info.get_mimi(device=where),
            info.get_moshi(device=where, dtype=numbers),
            info.get_text_tokenizer(),
        )
    except (SafetensorError, RuntimeError, TypeError, KeyError, OSError) as error:
        what = type(error).__name__
        raise SpeechError(f"the weights of {model} could not be loaded ({what})") from error
    if not found.lm.dep_q or found.lm.n_q <= found.lm.dep_q:
        raise SpeechError(f"{model} does not hear and speak: it is no Moshi")
    if found.lm.fuser is not None:
        raise SpeechError(f"{model} wants conditions that it cannot be given: choose another Moshi")
    return found
