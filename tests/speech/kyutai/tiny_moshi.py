"""A tiny Moshi with random weights, as a checkpoint folder that the real loading code takes."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from moshi.models import loaders

from tests.speech.kyutai.tiny_tts import _MODEL, CODEBOOKS, _save, build

_TTS_ONLY = ("cross_attention", "demux_second_stream", "conditioners", "fuser")
_OWN = ("depformer_low_rank_embeddings", "depformer_weights_per_step_schedule")


def build_moshi(folder: Path) -> Path:
    """The checkpoint in this folder; its codec and tokenizer are the tiny TTS's."""
    build(folder, "moshi")
    names = json.loads((folder / "config.json").read_text())
    kept = {k: v for k, v in _MODEL.items() if k not in (*_TTS_ONLY, *_OWN)}
    model = {
        **kept,
        "n_q": 2 * CODEBOOKS,
        "dep_q": CODEBOOKS,
        "delays": [0, *([0] + [1] * (CODEBOOKS - 1)) * 2],
        "text_card": names["text_card"],
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        lm = loaders.get_moshi_lm(None, lm_kwargs=json.loads(json.dumps(model)))
        lm = lm.to(torch.float32)
        for name, parameter in lm.named_parameters():
            if parameter.dim() >= 2 and "alpha" not in name:
                parameter.data.normal_(0, 0.2)
    _save(lm, folder / "model.safetensors")
    kinds = ("moshi_name", "mimi_name", "mimi_config_name", "tokenizer_name")
    config = model | {name: names[name] for name in kinds} | {"model_type": "moshi"}
    (folder / "config.json").write_text(json.dumps(config))
    return folder
