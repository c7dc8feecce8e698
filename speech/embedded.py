"""Ears that need no weights to fetch, no GPU and no network: Silero VAD, pocketsphinx, prosody."""

from __future__ import annotations

from speech.completion import CompletionMeter
from speech.ears import MeteredEars
from speech.errors import SpeechError
from speech.likeness import LikenessMeter
from speech.recogniser import Recogniser
from speech.sphinx import Sphinx
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
