"""Kyutai's ears: measured sound around its speech-to-text model, which all calls share."""

from __future__ import annotations

from speech.ears import MeteredEars
from speech.kyutai.checkpoint import need_moshi
from speech.kyutai.stt_batch import Frame, Step, SttBatch
from speech.kyutai.stt_model import SttModel, load_stt
from speech.kyutai.transcriber import KyutaiTranscriber
from speech.kyutai.words import WordReader
from speech.slots import Clock, Slots, WallClock, shared
from speech.terms import EarTerms, KyutaiStt
from speech.trouble import log_trouble


class SttService:
    """A loaded model and its slots."""

    def __init__(self, settings: KyutaiStt, clock: Clock | None) -> None:
        need_moshi()
        self.model: SttModel = load_stt(settings.model, settings.device, settings.dtype)
        batch = SttBatch(self.model, settings.slots)
        self.slots: Slots[Frame, Step] = Slots(batch, f"kyutai_stt ({settings.model})", clock)
        if not self.model.heads:
            log_trouble("kyutai_stt.no_pause_heads", model=settings.model)

    @property
    def failed(self) -> bool:
        """See ``Slots.failed``."""
        return self.slots.failed

    def transcriber(self, settings: KyutaiStt) -> KyutaiTranscriber:
        """One call's. Raises ``SpeechError`` if all slots are in use."""
        model = self.model
        reader = WordReader(
            model.tokenizer.decode,
            model.delay_frames,
            model.lm.end_of_text_padding_id,
            model.lm.text_padding_token_id,
        )
        return KyutaiTranscriber(
            self.slots.join(),
            reader,
            settings,
            prefix_frames=model.prefix_frames,
            flush_frames=model.flush_frames,
        )


def stt_service(settings: KyutaiStt, live: bool) -> SttService:
    """The process's one service for these settings. Loading takes seconds; see ``load_stt``."""
    key = ("kyutai_stt", settings.model, settings.device, settings.dtype, settings.slots, live)
    return shared(key, lambda: SttService(settings, WallClock() if live else None))


def kyutai_ears(terms: EarTerms) -> MeteredEars:
    """Ears in one slot of the shared model. Raises ``SpeechError``."""
    settings = terms.engines.kyutai_stt
    return MeteredEars(stt_service(settings, terms.live).transcriber(settings))
