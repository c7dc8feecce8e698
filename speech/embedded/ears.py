"""Ears that need no weights to fetch, no GPU and no network: Silero VAD, pocketsphinx, prosody."""

from __future__ import annotations

from speech.ears import MeteredEars
from speech.embedded.likeness import LikenessMeter
from speech.embedded.recogniser import Recogniser
from speech.embedded.sphinx import Sphinx
from speech.errors import SpeechError
from speech.meters.completion import CompletionMeter
from speech.vocabulary import Vocabulary


def embedded_ears(
    vocabulary: Vocabulary, language: str, completion: CompletionMeter | None = None
) -> MeteredEars:
    """Ears for English. Raises ``SpeechError`` for other languages and missing packages."""
    if language.split("-")[0].lower() != "en":
        raise SpeechError(
            f"the embedded ears understand English only, not {language!r}: "
            "use --fidelity text, or another --speech profile"
        )
    recogniser = Recogniser(Sphinx(vocabulary), LikenessMeter(vocabulary.backchannels))
    return MeteredEars(recogniser, completion)
