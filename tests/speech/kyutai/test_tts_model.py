from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from policies.engines.kyutai_tts import KyutaiTts
from policies.engines.settings import Engines
from speech.errors import SpeechError
from speech.kyutai.tts_model import load, opened
from speech.profiles import open_voice
from speech.protocols import StreamingVoice
from speech.terms import VoiceTerms
from tests.speech.kyutai.tiny_tts import SUFFIX, build


def settings(folder: Path, **more: Any) -> KyutaiTts:
    chosen = {"voices": str(folder / "voices"), "voice": "anna", "device": "cpu", "slots": 2}
    return KyutaiTts(model=str(folder), **{**chosen, **more})


def voice(
    folder: Path,
    language: str = "en",
    name: str | None = None,
    sample: Path | None = None,
    **more: Any,
) -> StreamingVoice:
    engines = Engines(kyutai_tts=settings(folder, **more))
    terms = VoiceTerms(language, name, sample, 170, 50, False, engines)
    return open_voice("embedded/kyutai", terms)


def test_one_model_serves_all_calls_with_the_same_settings(tiny_tts: Path) -> None:
    one = opened(settings(tiny_tts), live=False)
    assert opened(settings(tiny_tts), live=False) is one
    assert opened(settings(tiny_tts, slots=1), live=False) is not one
    assert opened(settings(tiny_tts), live=True) is not one


@pytest.mark.parametrize("language", ["zh-CN", "de", "enx"])
def test_other_languages_are_refused(tiny_tts: Path, language: str) -> None:
    with pytest.raises(SpeechError, match=rf"speaks en and fr, not '{language}': choose another"):
        voice(tiny_tts, language)


def test_a_recording_cannot_be_cloned(tiny_tts: Path) -> None:
    with pytest.raises(SpeechError, match="cannot clone"):
        voice(tiny_tts, sample=Path("anna.wav"))


def test_an_unknown_voice_is_told_the_known_ones(tiny_tts: Path) -> None:
    with pytest.raises(SpeechError, match="has no voice 'carla'; it has: anna, ben"):
        voice(tiny_tts, name="carla")
    with pytest.raises(SpeechError, match="there is no voice file"):
        voice(tiny_tts, name="carla.safetensors")


def test_a_voice_may_be_a_file(tiny_tts: Path, tmp_path: Path) -> None:
    file = tmp_path / "anna.safetensors"
    shutil.copy(tiny_tts / "voices" / ("anna" + SUFFIX), file)
    voices = opened(settings(tiny_tts), live=False).voices
    assert torch.equal(voices.embedding(str(file)), voices.embedding("anna"))
    assert not torch.equal(voices.embedding("ben"), voices.embedding("anna"))


def test_a_broken_voice_is_one_line(tiny_tts: Path, tmp_path: Path) -> None:
    file = tmp_path / "odd.safetensors"
    save_file({"weights": torch.zeros(3)}, file)
    with pytest.raises(
        SpeechError, match=r"odd.safetensors is no voice of Kyutai TTS \(KeyError\)"
    ):
        voice(tiny_tts, name=str(file))
    save_file({"speaker_wavs": torch.zeros(1, 16, 50)}, file)
    with pytest.raises(SpeechError, match="50 frames, not 125"):
        voice(tiny_tts, name=str(file))


def test_guidance_that_the_model_does_not_know_is_refused(tiny_tts: Path) -> None:
    with pytest.raises(SpeechError, match=r"no cfg 2.3; there are: 1.0, 1.5, "):
        voice(tiny_tts, cfg=2.3)


def test_a_folder_without_weights_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"config\.json"):
        voice(tmp_path)


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    folder = build(tmp_path / "stt", model_type="stt")
    with pytest.raises(SpeechError, match="is no text-to-speech model but 'stt'"):
        load(settings(folder))


def test_broken_weights_are_one_line(tiny_tts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(tiny_tts, folder)
    save_file({"odd": torch.zeros(1)}, folder / "model.safetensors")
    with pytest.raises(SpeechError, match="could not be loaded") as refused:
        load(settings(folder))
    assert "\n" not in str(refused.value)


def test_fewer_codebooks_may_be_asked_for(tiny_tts: Path) -> None:
    assert load(settings(tiny_tts)).n_q == 4
    speaks = voice(tiny_tts, codebooks=2)
    synthesis = speaks.begin()
    synthesis.add("hello there")
    synthesis.end()
    assert len(synthesis.next().audio) == 1920  # type: ignore[union-attr]
    speaks.close()
