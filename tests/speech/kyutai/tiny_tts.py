"""A tiny Kyutai TTS with random weights, as a checkpoint folder that the real loading code takes.

It speaks noise, but by the same rules as the real one: two text streams, delays, cross-attention
to a voice, guidance by condition, an audio codec. 0.1 million parameters.
"""

from __future__ import annotations

import json
from pathlib import Path

import sentencepiece
import torch
from moshi.models import loaders
from safetensors.torch import save_file

CODEBOOKS = 4
CARD = 64
VOICE_DIM = 16
VOICES = ("anna", "ben")
SUFFIX = ".tiny0000@1.safetensors"

_SENTENCES = (
    "hello there how are you doing today",
    "my name is anna and i can help you with that",
    "please wait a moment while i look for your order number",
    "one two three four five six seven eight nine ten",
    "bonjour je peux vous aider merci au revoir",
)

_MIMI = {
    "sample_rate": 24000,
    "channels": 1,
    "frame_rate": 12.5,
    "seanet": {**loaders._seanet_kwargs, "dimension": 16, "n_filters": 2},
    "quantizer": {
        "dimension": 8,
        "n_q": CODEBOOKS,
        "bins": CARD,
        "input_dimension": 16,
        "output_dimension": 16,
    },
    "transformer": {
        **loaders._transformer_kwargs,
        "d_model": 16,
        "num_heads": 2,
        "num_layers": 1,
        "dim_feedforward": 32,
        "input_dimension": 16,
        "output_dimensions": [16],
    },
}

_MODEL: dict[str, object] = {
    "dim": 32,
    "num_heads": 2,
    "num_layers": 2,
    "hidden_scale": 4.125,
    "causal": True,
    "layer_scale": None,
    "context": 500,
    "max_period": 100000,
    "gating": "silu",
    "norm": "rms_norm_f32",
    "positional_embedding": "rope",
    "depformer_dim": 16,
    "depformer_num_heads": 2,
    "depformer_num_layers": 1,
    "depformer_dim_feedforward": 32,
    "depformer_multi_linear": True,
    "depformer_pos_emb": "none",
    "depformer_weights_per_step": True,
    "depformer_low_rank_embeddings": 8,
    "depformer_weights_per_step_schedule": [0, 1, 2, 2],
    "n_q": CODEBOOKS,
    "dep_q": CODEBOOKS,
    "delays": [0, 0] + [2] * (CODEBOOKS - 1),
    "card": CARD,
    "existing_text_padding_id": 3,
    "cross_attention": True,
    "demux_second_stream": True,
    "conditioners": {
        "speaker_wavs": {"type": "tensor", "tensor": {"dim": VOICE_DIM}},
        "cfg": {
            "type": "lut",
            "lut": {
                "n_bins": 7,
                "dim": 8,
                "tokenizer": "noop",
                "possible_values": ["1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0"],
            },
        },
        "control": {
            "type": "lut",
            "lut": {"n_bins": 1, "dim": 8, "tokenizer": "noop", "possible_values": ["ok"]},
        },
    },
    "fuser": {
        "cross_attention_pos_emb": True,
        "cross_attention_pos_emb_scale": 1.0,
        "sum": ["control", "cfg"],
        "prepend": [],
        "cross": ["speaker_wavs"],
    },
}


def build(folder: Path, model_type: str = "tts") -> Path:
    """The checkpoint in this folder, with two voices beside it in ``voices``."""
    folder.mkdir(parents=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(_SENTENCES * 20),
            model_prefix=str(folder / "tokenizer"),
            vocab_size=200,
            unk_id=0,
            bos_id=1,
            eos_id=2,
            pad_id=3,
            hard_vocab_limit=False,
            minloglevel=2,
        )
        tokenizer = sentencepiece.SentencePieceProcessor(str(folder / "tokenizer.model"))
        mimi = loaders.get_mimi(None, _MIMI, num_codebooks=CODEBOOKS)
        for name, buffer in mimi.named_buffers():
            # The codebooks are no parameters; as they are made, all codes would sound the same.
            if name.endswith("embedding_sum"):
                buffer.normal_(0, 1)
            elif name.endswith(("cluster_usage", "_initialized")):
                buffer.fill_(1.0)
        config: dict[str, object] = {**_MODEL, "text_card": tokenizer.vocab_size()}
        model = loaders.get_moshi_lm(None, lm_kwargs=json.loads(json.dumps(config)))
        model = model.to(torch.float32)
        for name, parameter in model.named_parameters():
            if parameter.dim() >= 2 and "alpha" not in name:
                parameter.data.normal_(0, 0.2)
        _save(mimi, folder / "mimi.safetensors")
        _save(model, folder / "model.safetensors")
        voices = folder / "voices"
        voices.mkdir()
        for name in VOICES:
            save_file({"speaker_wavs": torch.randn(1, VOICE_DIM, 125)}, voices / (name + SUFFIX))
    (folder / "mimi.json").write_text(json.dumps(_MIMI))
    config |= {
        "moshi_name": "model.safetensors",
        "mimi_name": "mimi.safetensors",
        "mimi_config_name": "mimi.json",
        "tokenizer_name": "tokenizer.model",
        "model_type": model_type,
        "tts_config": {"audio_delay": 1.28, "second_stream_ahead": 2},
        "model_id": {"sig": "tiny0000", "epoch": 1},
        "lm_gen_config": {"temp": 0.6, "temp_text": 0.6},
    }
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def _save(module: torch.nn.Module, path: Path) -> None:
    save_file({k: v.contiguous().clone() for k, v in module.state_dict().items()}, path)
