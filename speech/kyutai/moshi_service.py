"""Moshi for many calls: one model of the process for all that have the same settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speech.kyutai.moshi_batch import Frame, MoshiBatch
from speech.kyutai.moshi_model import load
from speech.protocols import Audio
from speech.slots import Slots, WallClock, shared
from speech.terms import Moshi

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor


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
    batch = MoshiBatch(model, settings.slots, settings.temperature, settings.text_temperature)
    return MoshiService(Slots(batch, "moshi", WallClock() if live else None), model.tokenizer)
