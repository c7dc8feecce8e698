"""Kyutai TTS, loaded: one model for all calls of the process that have the same settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speech.errors import SpeechError
from speech.kyutai.checkpoint import checkpoint
from speech.kyutai.devices import chosen_device, chosen_dtype
from speech.slots import Slots, WallClock, shared
from speech.terms import KyutaiTts, VoiceTerms

if TYPE_CHECKING:
    from moshi.models.tts import TTSModel

    from speech.kyutai.tts import KyutaiVoice
    from speech.kyutai.tts_batch import Feed, Frame
    from speech.kyutai.tts_voices import Voices

LANGUAGES = ("en", "fr")
"""What ``kyutai/tts-1.6b-en_fr`` was trained on, by far the most widely used of its kind."""


def kyutai_voice(terms: VoiceTerms) -> KyutaiVoice:
    """A call's voice. Raises ``SpeechError`` with what is missing or cannot be done."""
    language = terms.language.partition("-")[0].lower()
    if language not in LANGUAGES:
        raise SpeechError(
            f"Kyutai TTS speaks {' and '.join(LANGUAGES)}, not {terms.language!r}: "
            "choose another voice"
        )
    if terms.sample is not None:
        raise SpeechError(
            "Kyutai TTS cannot clone a voice from a recording, since its encoder is not released: "
            "name one of its voices, or choose another engine"
        )
    settings = terms.engines.kyutai_tts
    service = opened(settings, terms.live)
    from speech.kyutai.tts import KyutaiVoice

    voice = service.voices.embedding(terms.name or settings.voice)
    return KyutaiVoice(service.slots, voice, terms.live)


@dataclass(frozen=True, slots=True)
class TtsService:
    """A loaded model: its slots, and the voices that it has."""

    slots: Slots[Feed, Frame]
    voices: Voices

    @property
    def failed(self) -> bool:
        """Whether the model has failed, for good."""
        return self.slots.failed


def opened(settings: KyutaiTts, live: bool) -> TtsService:
    """The process's model of these settings."""
    key = (
        "kyutai_tts",
        settings.model,
        settings.voices,
        settings.codebooks,
        settings.cfg,
        settings.temperature,
        settings.device,
        settings.dtype,
        settings.slots,
        live,
    )
    return shared(key, lambda: _loaded(settings, live))


def _loaded(settings: KyutaiTts, live: bool) -> TtsService:
    model = load(settings)
    from speech.kyutai.tts_batch import TtsBatch
    from speech.kyutai.tts_voices import Voices

    voices = Voices(model, settings.voices, settings.cfg)
    batch = TtsBatch(model, settings.slots, voices.conditions(settings.voice, settings.slots))
    return TtsService(Slots(batch, "kyutai_tts", WallClock() if live else None), voices)


def load(settings: KyutaiTts) -> TTSModel:
    """The model of these settings. Raises ``SpeechError``."""
    info = checkpoint(settings.model)
    from moshi.models.tts import TTSModel

    if info.model_type != "tts":
        raise SpeechError(f"{settings.model} is no text-to-speech model but {info.model_type!r}")
    device = chosen_device(settings.device)
    config = info.lm_config or {}
    try:
        model = TTSModel.from_checkpoint_info(
            info,
            n_q=min(settings.codebooks, config.get("n_q", settings.codebooks)),
            temp=settings.temperature,
            voice_repo=settings.voices,
            device=device,
            dtype=chosen_dtype(settings.dtype, device),
        )
    except (RuntimeError, ValueError, KeyError, AssertionError, OSError) as error:
        what = type(error).__name__
        raise SpeechError(f"{settings.model} could not be loaded ({what})") from error
    if not model.multi_speaker or model.multistream:
        raise SpeechError(
            f"{settings.model} takes its voices in a way that is not supported: "
            "use kyutai/tts-1.6b-en_fr"
        )
    model.lm.eval()
    return model
