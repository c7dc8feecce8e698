"""A streaming transducer that sherpa-onnx loads, and that truly hears: each token is a tone.

It has the files, the graph inputs and the metadata of an LSTM transducer of icefall's. Its
encoder's weights are chosen, not trained: token ``k`` is emitted where a tone of ``HERTZ[k]``
begins, once per tone. So words, times and chunking are tested on the real runtime without a
download.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from speech.protocols import Audio

TOKENS = ("<blk>", "<sos/eos>", "<unk>", "▁HE", "LLO", "▁YES", "▁NO", "你", "好", "吗")
"""As those of the bilingual models: upper-case pieces of English, characters of Chinese."""

_BINS = {token: 12 + 9 * number for number, token in enumerate(TOKENS[3:])}

CHUNK = 8
"""Frames of 10 ms that the encoder takes at a time."""

_MEL_LOW, _MEL_HIGH = (1127.0 * np.log1p(hertz / 700.0) for hertz in (20.0, 7600.0))


def hertz(token: str) -> float:
    """The middle of the token's mel band."""
    mel = _MEL_LOW + (_BINS[token] + 1) * (_MEL_HIGH - _MEL_LOW) / 81
    return float(700.0 * np.expm1(mel / 1127.0))


def said(*tokens: str | float, rate: int = 16_000, each_s: float = 0.2) -> Audio:
    """Tones for tokens one after the other; a number is so many seconds of silence."""
    parts: list[NDArray[np.float32]] = []
    for token in tokens:
        if isinstance(token, str):
            times = np.arange(round(each_s * rate)) / rate
            wave = 0.3 * np.sin(2 * np.pi * hertz(token) * times)
            edge = np.minimum(1.0, np.minimum(times, times[::-1]) / 0.01)
            parts.append((wave * edge).astype(np.float32))
        else:
            parts.append(np.zeros(round(token * rate), np.float32))
    return np.concatenate(parts)


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
    # how far a token's band stands above the mean of all bands
    above = np.full((80, size), -1 / 80, np.float32)
    above[:, :3] = 0.0
    for token, place in _BINS.items():
        above[place, TOKENS.index(token)] += 1.0
    bias = np.full(size, -5.0, np.float32)
    bias[:3] = -100.0
    constants: dict[str, NDArray[Any]] = {
        "shape": np.array([0, CHUNK // 4, 4, 80], np.int64),
        "above": above,
        "bias": bias,
        "zero": np.array(0.0, np.float32),
        "one": np.array(1.0, np.float32),
        "twenty": np.array(20.0, np.float32),
        "ten": np.array(10.0, np.float32),
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
        helper.make_node("Clip", ["over", "zero", "one"], ["on"]),
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
