from __future__ import annotations

import io
import sys
from pathlib import Path
from shutil import copytree

import pytest
import sentencepiece

from policies.engines.sherpa import Sherpa
from speech.errors import SpeechError
from speech.sherpa.model import SherpaModel, opened
from tests.speech.sherpa.tiny import said, write_pieces


def test_tokens_come_with_their_times(tiny: Path) -> None:
    stream = SherpaModel(tiny, 1, 4, 1.5).begin()
    stream.feed(said(0.3, "▁HE", "LLO", 0.2, "你", "好"))
    stream.flush(0.3)
    emitted = stream.emitted()
    assert emitted.tokens == (" he", "llo", "你", "好")
    assert emitted.times == pytest.approx((0.3, 0.5, 0.9, 1.1), abs=0.041)
    assert 0.9 < emitted.confidence <= 1.0


def test_streams_of_one_model_know_nothing_of_each_other(tiny: Path) -> None:
    model = SherpaModel(tiny, 1, 1, 0.0)
    first, second = model.begin(), model.begin()
    first.feed(said(0.1, "▁YES"))
    second.feed(said(0.1, "▁NO"))
    first.feed(said("吗", 0.4))
    second.flush(0.4)
    assert first.emitted().tokens == (" yes", "吗")
    assert second.emitted().tokens == (" no",)


def test_only_what_the_model_can_spell_is_a_hotword(tiny: Path, tmp_path: Path) -> None:
    phrases = ("你好", "你好！吗", "好啊", "hello", "yes/no", "...")
    assert SherpaModel(tiny, 1, 4, 1.5).boosted(phrases) == "你好/你好吗"
    assert SherpaModel(tiny, 1, 1, 1.5).boosted(phrases) == ""  # greedy search knows none
    assert SherpaModel(tiny, 1, 4, 0.0).boosted(phrases) == ""
    folder = copytree(tiny, tmp_path / "pieces")
    write_pieces(folder)
    assert SherpaModel(folder, 1, 4, 1.5).boosted(phrases) == "你好/你好吗/HELLO/YES NO"


def test_hotwords_are_taken_by_the_decoder(
    tiny: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = copytree(tiny, tmp_path / "pieces")
    write_pieces(folder)
    model = SherpaModel(folder, 1, 4, 1.5)
    stream = model.begin(model.boosted(("hello", "你好吗")))
    stream.feed(said(0.3, "▁HE", "LLO", 0.2, "你", "好", 0.4))
    assert stream.emitted().tokens == (" he", "llo", "你", "好")
    assert "Cannot find ID" not in capfd.readouterr().err


def test_pieces_of_english_are_taken_out_of_the_models_own_file(tiny: Path, tmp_path: Path) -> None:
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["HELLO YES NO HELLO", "HELLO NO YES"] * 5),
        model_writer=made,
        vocab_size=40,
        hard_vocab_limit=False,
        model_type="bpe",
        minloglevel=2,
    )
    folder = copytree(tiny, tmp_path / "pieces")
    (folder / "bpe.model").write_bytes(made.getvalue())
    assert SherpaModel(folder, 1, 4, 1.5).boosted(("hello",)) == "HELLO"
    pieces = (folder / "bpe.vocab").read_text(encoding="utf-8").splitlines()
    assert any(line.startswith("▁HELLO\t-") for line in pieces)
    (folder / "bpe.vocab").unlink()
    (folder / "bpe.model").write_bytes(b"torn")
    with pytest.raises(SpeechError, match=r"bpe\.model: damaged"):
        SherpaModel(folder, 1, 4, 1.5)


@pytest.mark.parametrize("part", ["encoder", "decoder", "joiner"])
def test_a_missing_part_is_named(tiny: Path, tmp_path: Path, part: str) -> None:
    folder = copytree(tiny, tmp_path / "model")
    (folder / f"{part}.onnx").unlink()
    with pytest.raises(SpeechError, match=rf"there is no {part}\*\.onnx"):
        SherpaModel(folder, 1, 4, 1.5)


def test_missing_tokens_are_named(tiny: Path, tmp_path: Path) -> None:
    folder = copytree(tiny, tmp_path / "model")
    (folder / "tokens.txt").unlink()
    with pytest.raises(SpeechError, match=r"tokens\.txt: no such file"):
        SherpaModel(folder, 1, 4, 1.5)


def test_what_would_end_the_process_is_refused_before(tiny: Path, tmp_path: Path) -> None:
    folder = copytree(tiny, tmp_path / "model")
    (folder / "encoder.onnx").write_bytes((folder / "joiner.onnx").read_bytes())
    with pytest.raises(SpeechError, match="not the encoder of a streaming transducer"):
        SherpaModel(folder, 1, 4, 1.5)
    (folder / "encoder.onnx").write_bytes(b"")
    with pytest.raises(SpeechError, match="not the encoder of a streaming transducer"):
        SherpaModel(folder, 1, 4, 1.5)


def test_a_torn_file_is_told_in_one_line(tiny: Path, tmp_path: Path) -> None:
    folder = copytree(tiny, tmp_path / "model")
    whole = (folder / "encoder.onnx").read_bytes()
    (folder / "encoder.onnx").write_bytes(b"model_type" + whole[:300])
    with pytest.raises(SpeechError, match="Protobuf parsing failed") as told:
        SherpaModel(folder, 1, 4, 1.5)
    assert "\n" not in str(told.value)


def test_eight_bits_are_taken_before_more(tiny: Path, tmp_path: Path) -> None:
    folder = copytree(tiny, tmp_path / "model")
    (folder / "encoder.onnx").rename(folder / "encoder-epoch-9.int8.onnx")
    (folder / "encoder-epoch-9.onnx").write_bytes(b"not this one")
    SherpaModel(folder, 1, 4, 1.5)


def test_a_name_is_looked_up_among_the_fetched_models(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAIROS_HOME", str(tmp_path))
    with pytest.raises(SpeechError, match=r"kairos models pull zipformer-zh-en \(199 MB\)"):
        opened(Sherpa(), "en")
    with pytest.raises(SpeechError, match=r"no model 'zipper'.*zipformer-en"):
        opened(Sherpa(model="zipper"), "en")
    by_folder = Sherpa(model=str(tiny))
    assert opened(by_folder, "zh-CN") is opened(by_folder, "fr")


@pytest.mark.parametrize(("name", "language"), [("zipformer-zh-en", "fr"), ("zipformer-en", "zh")])
def test_a_language_that_the_model_does_not_know_is_refused(name: str, language: str) -> None:
    with pytest.raises(SpeechError, match=f"the model {name} understands .*, not '{language}'"):
        opened(Sherpa(model=name), language)


def test_a_missing_package_is_told(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sherpa_onnx", None)
    with pytest.raises(SpeechError, match=r"pip install 'kairos-voice\[sherpa\]'"):
        SherpaModel(tiny, 1, 4, 1.5)
