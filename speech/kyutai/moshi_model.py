"""Moshi, loaded: one model for all calls of the process that have the same settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speech.errors import SpeechError
from speech.kyutai.checkpoint import checkpoint
from speech.kyutai.devices import chosen_device, chosen_dtype
from speech.slots import Slots, WallClock, shared
from speech.terms import Moshi

if TYPE_CHECKING:
    from moshi.models.compression import MimiModel
    from moshi.models.lm import LMModel
    from sentencepiece import SentencePieceProcessor

    from speech.kyutai.moshi_batch import Frame
    from speech.protocols import Audio


@dataclass(frozen=True, slots=True)
class MoshiModel:
    """The modules of one checkpoint on one device."""

    mimi: MimiModel
    lm: LMModel
    tokenizer: SentencePieceProcessor


@dataclass(frozen=True, slots=True)
class MoshiService:
    """A model's slots, and what its text tokens mean."""

    slots: Slots[Audio, Frame]
    tokenizer: SentencePieceProcessor

    @property
    def failed(self) -> bool:
        """Whether the model has failed, for good."""
        return self.slots.failed


def opened(settings: Moshi, model: str, live: bool) -> MoshiService:
    """The process's model of these settings. Raises ``SpeechError``."""
    key = (
        "moshi",
        model,
        settings.device,
        settings.dtype,
        settings.slots,
        settings.temperature,
        settings.text_temperature,
        live,
    )
    return shared(key, lambda: _service(settings, model, live))


def _service(settings: Moshi, name: str, live: bool) -> MoshiService:
    model = load(name, settings.device, settings.dtype)
    from speech.kyutai.moshi_batch import MoshiBatch

    batch = MoshiBatch(model, settings.slots, settings.temperature, settings.text_temperature)
    return MoshiService(Slots(batch, "moshi", WallClock() if live else None), model.tokenizer)


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
