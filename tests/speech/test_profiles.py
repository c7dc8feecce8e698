from __future__ import annotations

import sys

import pytest

from policies.engines.settings import Engines
from speech.embedded.espeak import EspeakVoice
from speech.errors import SpeechError
from speech.playback.sentencewise import Sentencewise
from speech.profiles import open_ears, open_voice, parts, warm_ears
from speech.terms import EarTerms, VoiceTerms
from speech.vocabulary import Vocabulary


def hearing(language: str) -> EarTerms:
    return EarTerms(Vocabulary(("xyz",)), language, False, Engines())


def speaking(language: str, name: str | None = None) -> VoiceTerms:
    return VoiceTerms(language, name, None, 170, 40, False, Engines())


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
    voice = open_voice("embedded", speaking(language, name))
    assert isinstance(voice, Sentencewise)
    assert isinstance(voice.voice, EspeakVoice)
    settings = voice.voice.settings
    assert (settings.name, settings.rate, settings.pitch) == (expected, 170, 40)


def test_a_language_that_it_does_not_speak_is_named() -> None:
    with pytest.raises(SpeechError, match="does not speak 'tlh-KX'"):
        open_voice("embedded", speaking("tlh-KX"))


def test_an_unknown_profile_is_told_the_known_ones() -> None:
    with pytest.raises(SpeechError, match=r"'telepathy'.*embedded"):
        open_ears("telepathy", hearing("en"))
    with pytest.raises(SpeechError, match=r"'telepathy'.*embedded"):
        open_voice("telepathy", speaking("en"))


def test_a_pair_names_its_parts() -> None:
    assert parts("embedded+smart-turn/embedded") == ("embedded+smart-turn", "embedded")
    assert parts("embedded") == ("embedded", "embedded")


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("telepathy/embedded", r"no ears 'telepathy'; there are: embedded, "),
        ("embedded/telepathy", r"no voice 'telepathy'; there are: embedded"),
    ],
)
def test_an_unknown_part_of_a_pair_is_told_the_known_ones(pair: str, expected: str) -> None:
    with pytest.raises(SpeechError, match=expected):
        parts(pair)


def test_ears_of_another_language_say_what_to_do() -> None:
    with pytest.raises(SpeechError, match="--fidelity text"):
        open_ears("embedded", hearing("zh-CN"))


@pytest.mark.parametrize("package", ["pocketsphinx", "onnxruntime"])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    from speech.embedded import sphinx
    from speech.meters import silero

    silero._session.cache_clear()
    sphinx._model.cache_clear()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SpeechError, match=rf"{package} .*pip install 'kairos-voice\[embedded\]'"):
        open_ears("embedded", hearing("en"))


def test_ears_that_can_be_made_ahead_are_named_as_others_are() -> None:
    warm_ears("local", hearing("en"))  # sherpa's ears share their model anyhow
    with pytest.raises(SpeechError, match=r"'telepathy'.*embedded"):
        warm_ears("telepathy", hearing("en"))
    with pytest.raises(SpeechError, match="English only"):
        warm_ears("embedded", hearing("fr"))
