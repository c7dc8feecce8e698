from __future__ import annotations

import sys

import pytest

from speech.errors import SpeechError
from speech.espeak import EspeakVoice
from speech.profiles import open_ears, open_voice
from speech.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("language", "name", "expected"),
    [
        ("en", None, "en-us"),
        ("en-GB", None, "en"),
        ("fr-FR", None, "fr"),
        ("pt-BR", None, "pt-br"),
        ("zh-CN", None, "cmn"),
        ("zh", None, "cmn"),
        ("en", "en-us+f3", "en-us+f3"),
    ],
)
def test_the_language_chooses_a_voice(language: str, name: str | None, expected: str) -> None:
    voice = open_voice("embedded", language, name, 170, 40)
    assert isinstance(voice, EspeakVoice)
    assert (voice.settings.name, voice.settings.rate, voice.settings.pitch) == (expected, 170, 40)


def test_a_language_that_it_does_not_speak_is_named() -> None:
    with pytest.raises(SpeechError, match="does not speak 'tlh-KX'"):
        open_voice("embedded", "tlh-KX", None, 165, 50)


def test_an_unknown_profile_is_told_the_known_ones() -> None:
    with pytest.raises(SpeechError, match=r"'telepathy'.*embedded"):
        open_ears("telepathy", Vocabulary(), "en")
    with pytest.raises(SpeechError, match=r"'telepathy'.*embedded"):
        open_voice("telepathy", "en", None, 165, 50)


def test_ears_of_another_language_say_what_to_do() -> None:
    with pytest.raises(SpeechError, match="--fidelity text"):
        open_ears("embedded", Vocabulary(), "zh-CN")


@pytest.mark.parametrize("package", ["pocketsphinx", "onnxruntime"])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    from speech import silero, sphinx

    silero._session.cache_clear()
    sphinx._model.cache_clear()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SpeechError, match=rf"{package} .*pip install 'kairos-voice\[embedded\]'"):
        open_ears("embedded", Vocabulary(("xyz",)), "en")
