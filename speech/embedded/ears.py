"""Ears that need no weights to fetch, no GPU and no network: Silero VAD, pocketsphinx, prosody."""

from __future__ import annotations

from speech.ears import MeteredEars
from speech.embedded import likeness, sphinx
from speech.embedded.likeness import LikenessMeter
from speech.embedded.recogniser import Recogniser
from speech.embedded.sphinx import Sphinx
from speech.errors import SpeechError
from speech.meters.completion import CompletionMeter
from speech.meters.silero import SileroVad
from speech.vocabulary import Vocabulary


def embedded_ears(
    vocabulary: Vocabulary,
    language: str,
    completion: CompletionMeter | None = None,
    live: bool = False,
) -> MeteredEars:
    """Ears for English. Raises ``SpeechError`` for other languages and missing packages.

    ``live``: all that they may need is loaded now, so that nothing is waited for in mid-call.
    """
    _check(language)
    decoder = Sphinx(vocabulary, ahead=live)
    recogniser = Recogniser(decoder, LikenessMeter(vocabulary.backchannels))
    return MeteredEars(recogniser, completion)


def warm_embedded_ears(vocabulary: Vocabulary, language: str) -> None:
    """Have all that the next such ears need ready, so that they open at once. Raises
    ``SpeechError``."""
    _check(language)
    SileroVad()
    sphinx.warm(vocabulary)
    likeness.warm(vocabulary.backchannels)


def _check(language: str) -> None:
    if language.split("-")[0].lower() != "en":
        raise SpeechError(
            f"the embedded ears understand English only, not {language!r}: "
            "use --fidelity text, or another --speech profile"
        )
