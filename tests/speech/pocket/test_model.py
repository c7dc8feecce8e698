from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from policies.engines.pocket import PocketTts
from speech.errors import SpeechError
from speech.pocket.model import PocketModel, opened, own_voice
from speech.protocols import Audio
from tests.speech.pocket.tiny import reading


@pytest.fixture
def model(tiny: Path) -> PocketModel:
    return opened("en", PocketTts(model=str(tiny)))


def spoken(model: PocketModel, state: object, text: str, seed: int | None = 0) -> list[Audio]:
    pieces: list[Audio] = []
    model.speak(state, text, 50, seed, threading.Event(), pieces.append)
    return pieces


@pytest.mark.slow
def test_speech_comes_in_pieces_and_is_the_same_each_time(model: PocketModel) -> None:
    state = model.state_of(reading())
    first = spoken(model, state, "Hello there.")
    again = spoken(model, state, "Hello there.")
    other = spoken(model, state, "Hello there.", seed=1)
    assert len(first) > 3
    assert {len(piece) for piece in first} == {1920}
    assert all(piece.dtype == np.float32 for piece in first)
    assert np.concatenate(first).tobytes() == np.concatenate(again).tobytes()
    assert np.concatenate(first).tobytes() != np.concatenate(other).tobytes()


@pytest.mark.slow
def test_the_random_numbers_of_the_process_are_left_as_they_were(model: PocketModel) -> None:
    state = model.state_of(reading())
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    spoken(model, state, "Hello there.")
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.slow
def test_stop_ends_it_before_the_sentence_does(model: PocketModel) -> None:
    state = model.state_of(reading())
    whole = spoken(model, state, "Please tell me more about the fault on your line.")
    stop = threading.Event()
    pieces: list[Audio] = []

    def take(piece: Audio) -> None:
        pieces.append(piece)
        stop.set()

    model.speak(state, "Please tell me more about the fault on your line.", 50, 0, stop, take)
    assert len(pieces) == 1 < len(whole)
    # and the model is free for the next one
    assert spoken(model, state, "Hello there.")


def test_one_stopped_before_it_begins_says_nothing(model: PocketModel) -> None:
    stop = threading.Event()
    stop.set()
    pieces: list[Audio] = []
    model.speak(model.state_of(reading()), "Hello there.", 50, 0, stop, pieces.append)
    assert pieces == []


@pytest.mark.slow
def test_threads_take_turns_and_hear_what_each_would_alone(model: PocketModel) -> None:
    state = model.state_of(reading())
    texts = ["Hello there.", "One moment.", "Thank you for calling."]
    alone = [np.concatenate(spoken(model, state, text)).tobytes() for text in texts]
    found: dict[int, bytes] = {}

    def run(number: int) -> None:
        found[number] = np.concatenate(spoken(model, state, texts[number])).tobytes()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [found[number] for number in range(3)] == alone


@pytest.mark.slow
def test_a_voice_is_kept_in_a_file(model: PocketModel, tmp_path: Path) -> None:
    state = model.state_of(reading())
    file = tmp_path / "voice.safetensors"
    model.save(state, file)
    kept = spoken(model, model.load(file), "Hello there.")
    fresh = spoken(model, state, "Hello there.")
    assert np.concatenate(kept).tobytes() == np.concatenate(fresh).tobytes()
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(SpeechError, match=r"voice\.safetensors: .*delete it"):
        model.load(file)


def test_a_model_is_loaded_once(tiny: Path) -> None:
    first = opened("en", PocketTts(model=str(tiny)))
    assert opened("en-GB", PocketTts(model=str(tiny))) is first
    assert first.key.startswith("tiny-")


@pytest.mark.parametrize(
    ("language", "name", "told"),
    [
        ("zh", None, r"does not speak 'zh' \(it speaks de, en, es, fr, it, nl, pt\)"),
        ("en", "french", "'french' does not speak 'en'"),
        ("en", "english_9g", r"no model 'english_9g'; there are: .*english_7m_2026-10"),
        ("en", "nowhere.yaml", r"nowhere\.yaml: there is no such file"),
    ],
)
def test_what_it_does_not_speak_is_refused(language: str, name: str | None, told: str) -> None:
    with pytest.raises(SpeechError, match=told):
        opened(language, PocketTts(model=name))


def test_weights_that_are_not_there_are_told_in_one_line(tiny: Path, tmp_path: Path) -> None:
    file = tmp_path / "lost.yaml"
    text = tiny.read_text().replace("model.safetensors", "lost.safetensors")
    file.write_text(text)
    with pytest.raises(SpeechError, match=r"lost\.yaml cannot be loaded") as told:
        opened("en", PocketTts(model=str(file)))
    assert "\n" not in str(told.value)


def test_weights_that_cannot_clone_say_how_to_get_those_that_can(model: PocketModel) -> None:
    model._model.has_voice_cloning = False
    try:
        with pytest.raises(SpeechError, match="hf auth login"):
            model.state_of(reading())
    finally:
        model._model.has_voice_cloning = True


def test_own_voices_belong_to_own_models(model: PocketModel) -> None:
    assert own_voice("en-US") == "alba"
    assert own_voice("pt-BR") == "rafael"
    with pytest.raises(SpeechError, match="clone one"):
        model.own("alba")
    with pytest.raises(SpeechError, match=r"no voice 'en-us\+f3'.*kairos voice list.*alba"):
        model.own("en-us+f3")


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pocket_tts", None)
    file = tmp_path / "any.yaml"
    file.write_text("{}")
    with pytest.raises(SpeechError, match=r"pip install 'kairos-voice\[pocket\]'"):
        opened("en", PocketTts(model=str(file)))
