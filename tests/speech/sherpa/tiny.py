"""A streaming transducer that sherpa-onnx loads, and that truly hears: each token is two tones.

It has the files, the graph inputs and the metadata of an LSTM transducer of icefall's. Its
encoder's weights are chosen, not trained: a token is emitted where its two tones begin together,
once. The tones lie above what a telephone carries, so they can be laid under speech of a telephone
band like subtitles: voice activity hears the speech, this model the words. So words, times,
chunking and whole calls are tested on the real runtime without a download.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from speech.protocols import Audio

TOKENS = (
    *("<blk>", "<sos/eos>", "<unk>"),
    *("▁HE", "LLO", "▁YES", "▁NO", "你", "好", "吗", "我", "要", "转", "人", "工"),
)
"""As those of the bilingual models: upper-case pieces of English, characters of Chinese."""

_BANDS = (60, 63, 66, 69, 72, 75)
_LOWEST = 57
"""Mel bins of the tones, and the first of those that they are told from."""

_PAIRS = dict(zip(TOKENS[3:], combinations(range(len(_BANDS)), 2), strict=False))

CHUNK = 8
"""Frames of 10 ms that the encoder takes at a time."""

_MEL_LOW, _MEL_HIGH = (1127.0 * np.log1p(hertz / 700.0) for hertz in (20.0, 7600.0))


def _hertz(band: int) -> float:
    mel = _MEL_LOW + (_BANDS[band] + 1) * (_MEL_HIGH - _MEL_LOW) / 81
    return float(700.0 * np.expm1(mel / 1127.0))


def said(*tokens: str | float, rate: int = 16_000, each_s: float = 0.2) -> Audio:
    """Tokens one after the other; a number is so many seconds of silence."""
    parts: list[Audio] = []
    for token in tokens:
        if isinstance(token, str):
            sounding = np.arange(round((each_s - 0.04) * rate)) / rate
            tones = [np.sin(2 * np.pi * _hertz(band) * sounding) for band in _PAIRS[token]]
            edge = np.minimum(1.0, np.minimum(sounding, sounding[::-1]) / 0.01)
            parts.append((0.03 * edge * sum(tones)).astype(np.float32))
            parts.append(np.zeros(round(each_s * rate) - len(sounding), np.float32))
        else:
            parts.append(np.zeros(round(token * rate), np.float32))
    return np.concatenate(parts)


def subtitled(speech: Audio, tokens: Sequence[str], rate: int = 24_000) -> Audio:
    """Speech on a telephone band, with the tokens spread over what is audible of it."""
    spectrum = np.fft.rfft(speech)
    spectrum[np.fft.rfftfreq(len(speech), 1 / rate) > 3400] = 0
    narrow = np.fft.irfft(spectrum, len(speech))
    audible = np.flatnonzero(np.abs(narrow) > 0.01)
    first, last = int(audible[0]), int(audible[-1])
    out: Audio = narrow.astype(np.float32)
    marks = said(*tokens, rate=rate, each_s=(last - first) / rate / len(tokens))
    out[first : first + len(marks)] += marks[: len(out) - first]
    return out


def write_tiny(folder: Path) -> Path:
    """The model's files in ``folder``, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{token} {number}" for number, token in enumerate(TOKENS)]
    (folder / "tokens.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    onnx.save(_encoder(), folder / "encoder.onnx")
    onnx.save(_decoder(), folder / "decoder.onnx")
    onnx.save(_joiner(), folder / "joiner.onnx")
    return folder


def _encoder() -> onnx.ModelProto:
    size = len(TOKENS)
    # how far a band stands above the mean of the upper ones
    above = np.zeros((80, len(_BANDS)), np.float32)
    above[_LOWEST:] = -1 / (80 - _LOWEST)
    pairs = np.zeros((len(_BANDS), size), np.float32)
    for band, place in enumerate(_BANDS):
        above[place, band] += 1.0
    for token, both in _PAIRS.items():
        pairs[list(both), TOKENS.index(token)] = 1.0
    constants: dict[str, NDArray[Any]] = {
        "shape": np.array([0, CHUNK // 4, 4, 80], np.int64),
        "above": above,
        "bias": np.full(len(_BANDS), -3.0, np.float32),
        "pairs": pairs,
        "zero": np.array(0.0, np.float32),
        "one": np.array(1.0, np.float32),
        "twenty": np.array(20.0, np.float32),
        "half": np.array(0.5, np.float32),
        "first": np.array([0], np.int64),
        "last": np.array([-1], np.int64),
        "end": np.array([2**31], np.int64),
        "time": np.array([1], np.int64),
        "layer": np.array([0], np.int64),
        "blank": np.array([10.0] + [0.0] * (size - 1), np.float32),
    }
    nodes = [
        helper.make_node("Reshape", ["x", "shape"], ["groups"]),
        helper.make_node("ReduceMean", ["groups"], ["quarter"], axes=[2], keepdims=0),
        helper.make_node("MatMul", ["quarter", "above"], ["height"]),
        helper.make_node("Add", ["height", "bias"], ["over"]),
        helper.make_node("Clip", ["over", "zero", "one"], ["tones"]),
        helper.make_node("MatMul", ["tones", "pairs"], ["together"]),
        helper.make_node("Sub", ["together", "one"], ["both"]),
        helper.make_node("Clip", ["both", "zero", "one"], ["on"]),
        # the step before each: the last of the chunk before comes in as the state h
        helper.make_node("Squeeze", ["h", "layer"], ["before"]),
        helper.make_node("Unsqueeze", ["before", "time"], ["previous"]),
        helper.make_node("Slice", ["on", "first", "last", "time"], ["but_last"]),
        helper.make_node("Concat", ["previous", "but_last"], ["was"], axis=1),
        helper.make_node("Sub", ["on", "was"], ["rise"]),
        helper.make_node("Sub", ["rise", "half"], ["new"]),
        helper.make_node("Mul", ["new", "twenty"], ["scaled"]),
        helper.make_node("Add", ["scaled", "blank"], ["encoder_out"]),
        helper.make_node("Slice", ["on", "last", "end", "time"], ["latest"]),
        helper.make_node("Squeeze", ["latest", "time"], ["flat"]),
        helper.make_node("Unsqueeze", ["flat", "layer"], ["new_h"]),
        helper.make_node("Identity", ["c"], ["new_c"]),
    ]
    return _model(
        nodes,
        constants,
        inputs=[
            ("x", TensorProto.FLOAT, ["N", CHUNK, 80]),
            ("h", TensorProto.FLOAT, [1, "N", size]),
            ("c", TensorProto.FLOAT, [1, "N", 4]),
        ],
        outputs=[
            ("encoder_out", TensorProto.FLOAT, ["N", CHUNK // 4, size]),
            ("new_h", TensorProto.FLOAT, [1, "N", size]),
            ("new_c", TensorProto.FLOAT, [1, "N", 4]),
        ],
        about={
            "model_type": "lstm",
            "version": "1",
            "model_author": "kairos tests",
            "num_encoder_layers": "1",
            "T": str(CHUNK),
            "decode_chunk_len": str(CHUNK),
            "rnn_hidden_size": "4",
            "d_model": str(size),
        },
    )


def _decoder() -> onnx.ModelProto:
    size = len(TOKENS)
    nodes = [
        helper.make_node("Cast", ["y"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["numbers", "nothing"], ["decoder_out"]),
    ]
    return _model(
        nodes,
        {"nothing": np.zeros((2, size), np.float32)},
        inputs=[("y", TensorProto.INT64, ["N", 2])],
        outputs=[("decoder_out", TensorProto.FLOAT, ["N", size])],
        about={"vocab_size": str(size), "context_size": "2"},
    )


def _joiner() -> onnx.ModelProto:
    size = len(TOKENS)
    return _model(
        [helper.make_node("Add", ["encoder_out", "decoder_out"], ["logit"])],
        {},
        inputs=[
            ("encoder_out", TensorProto.FLOAT, ["N", size]),
            ("decoder_out", TensorProto.FLOAT, ["N", size]),
        ],
        outputs=[("logit", TensorProto.FLOAT, ["N", size])],
        about={"joiner_dim": str(size)},
    )


_Ports = list[tuple[str, int, list[int | str]]]


def _model(
    nodes: list[onnx.NodeProto],
    constants: dict[str, NDArray[Any]],
    *,
    inputs: _Ports,
    outputs: _Ports,
    about: dict[str, str],
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(*port) for port in inputs],
        [helper.make_tensor_value_info(*port) for port in outputs],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, value in about.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    return model


def write_pieces(folder: Path) -> None:
    """``bpe.vocab``, with which English can be a hotword: pieces and their log probabilities."""
    pieces = [f"{token}\t{-number}" for number, token in enumerate(TOKENS)]
    (folder / "bpe.vocab").write_text("\n".join(pieces) + "\n", encoding="utf-8")
