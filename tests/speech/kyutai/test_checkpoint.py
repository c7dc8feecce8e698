from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from speech.errors import SpeechError
from speech.kyutai.checkpoint import checkpoint
from speech.kyutai.stt_model import load_stt
from system1.percepts import EndOfTurn
from tests.speech.kyutai.calls import SETTINGS, TONES, call, heard_by, service, text


@pytest.mark.slow
def test_a_folder_is_loaded_from_its_own_files() -> None:
    info = checkpoint(str(TONES))
    assert {path.parent for path in (info.moshi_weights, info.mimi_weights, info.tokenizer)} == {
        TONES
    }
    model = service().model
    assert (model.device, model.delay_s, model.prefix_s) == ("cpu", 0.5, 0.0)
    assert (model.delay_frames, model.flush_frames, model.prefix_frames) == (6, 8, 1)
    assert model.heads == 4


@pytest.mark.slow
def test_a_repository_in_the_cache_is_loaded_without_a_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    commit = "0" * 40
    root = tmp_path / "models--tiny--tones"
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").write_text(commit)
    shutil.copytree(TONES, root / "snapshots" / commit)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert checkpoint("tiny/tones").stt_config["audio_delay_seconds"] == 0.5


def test_weights_that_are_not_there_are_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SpeechError, match=r"not on this machine.*go online once") as told:
        checkpoint("kyutai/stt-1b-en_fr-candle")
    assert "\n" not in str(told.value)
    with pytest.raises(SpeechError, match="neither a folder nor a repository"):
        checkpoint(str(tmp_path / "nothing" / "here" / "at all"))


@pytest.mark.parametrize("name", ["config.json", "mimi.json", "model.safetensors"])
def test_half_a_checkpoint_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "half"
    shutil.copytree(TONES, folder)
    (folder / name).unlink()
    with pytest.raises(SpeechError, match=f"lacks {name}"):
        checkpoint(str(folder))


def changed(tmp_path: Path, **config: object) -> str:
    folder = tmp_path / "changed"
    shutil.copytree(TONES, folder)
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **config}))
    return str(folder)


@pytest.mark.slow
def test_weights_that_do_not_fit_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="could not be loaded") as told:
        load_stt(changed(tmp_path, dim=128), "cpu")
    assert "\n" not in str(told.value)


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="no speech-to-text checkpoint"):
        load_stt(changed(tmp_path, stt_config={}), "cpu")


def test_a_config_that_is_no_json_is_refused(tmp_path: Path) -> None:
    folder = changed(tmp_path)
    (Path(folder) / "config.json").write_text("{")
    with pytest.raises(SpeechError, match="no JSON"):
        checkpoint(folder)


@pytest.mark.slow
def test_the_prefix_and_delay_of_another_checkpoint_are_heeded(tmp_path: Path) -> None:
    config = {"audio_delay_seconds": 2.5, "audio_silence_prefix_seconds": 1.0}
    model = load_stt(changed(tmp_path, stt_config=config), "cpu")
    assert (model.delay_frames, model.flush_frames, model.prefix_frames) == (31, 33, 13)


def test_a_missing_package_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "moshi" else there(name)
    )
    with pytest.raises(SpeechError, match=r"pip install 'kairos-voice\[kyutai\]'"):
        checkpoint(SETTINGS.model)


@pytest.mark.slow
def test_without_pause_heads_there_are_words_and_it_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from safetensors.torch import load_file, save_file

    folder = Path(changed(tmp_path, extra_heads_num_heads=0))
    weights = load_file(folder / "model.safetensors")
    kept = {name: weight for name, weight in weights.items() if "extra_heads" not in name}
    assert len(kept) == len(weights) - 4
    save_file(kept, folder / "model.safetensors")
    settings = SETTINGS.model_copy(update={"model": str(folder), "slots": 1})
    given = call(0.3, "stop the house please", 0.8)
    for _ in range(2):
        percepts = heard_by(service(settings).transcriber(settings), given)
        assert text(percepts) == "stop the house please"
        assert not any(isinstance(one, EndOfTurn) for one in percepts)
    assert capsys.readouterr().err.count("no_pause_heads") == 1
