"""A pocket-tts model of random weights that the real library loads, from files of our own.

The architecture is the real one, scaled down: 40 thousand parameters, a vocabulary of 60 pieces.
What it says is noise; when it says it, and in which pieces, is as with the real weights.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pocket_tts
import safetensors.torch
import sentencepiece
import torch
import yaml

from speech.protocols import Audio

_SENTENCES = (
    "Hello there, how are you doing today?",
    "Please tell me more about the fault on your line.",
    "One moment, I will look that up for you.",
    "Thank you for calling Northwind Broadband, goodbye.",
    "Most faults are fixed within four hours.",
)


def write_tiny(folder: Path) -> Path:
    """Write the model's files; the YAML file that describes it comes back."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = _tokenizer(folder / "tokenizer.model")
    config = _config(folder / "tokenizer.model", pieces)
    file = folder / "tiny.yaml"
    file.write_text(yaml.safe_dump(config))
    model = pocket_tts.TTSModel.load_model(config=file)
    random = torch.Generator().manual_seed(0)
    for name, parameter in model.named_parameters():
        if parameter.dim() >= 2:
            parameter.data.normal_(0, parameter.shape[-1] ** -0.5, generator=random)
        elif not torch.isfinite(parameter).all() or name.endswith(("emb_mean", "emb_std")):
            parameter.data.fill_(1.0)
    last = [named for named in model.named_parameters() if named[0].startswith("mimi.decoder.")]
    for _, parameter in last[-2:]:
        parameter.data.mul_(2e-5)  # as loud as speech
    for buffer in model.buffers():
        if buffer.is_floating_point() and not torch.isfinite(buffer).all():
            buffer.fill_(1.0)
    weights = folder / "model.safetensors"
    safetensors.torch.save_file(
        {name: tensor.contiguous().clone() for name, tensor in model.state_dict().items()}, weights
    )
    config["weights_path"] = str(weights)
    file.write_text(yaml.safe_dump(config))
    return file


def reading(seconds: float = 10.0, noise: float = 0.0005, rate: int = 24_000) -> Audio:
    """Something like a person who reads: voiced syllables and pauses, over a faint hiss."""
    random = np.random.default_rng(3)
    times = np.arange(round(seconds * rate)) / rate
    wave = sum(np.sin(2 * np.pi * 120 * n * times) / n for n in range(1, 12))
    syllables = np.clip(np.sin(2 * np.pi * 2.5 * times) * 3, 0, 1)
    pauses = (times % 3.0) < 2.4
    out = 0.08 * wave * syllables * pauses + noise * random.standard_normal(times.size)
    return np.asarray(out, np.float32)


def _tokenizer(file: Path) -> int:
    made = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_SENTENCES * 4),
        model_writer=made,
        vocab_size=60,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    file.write_bytes(made.getvalue())
    return int(sentencepiece.SentencePieceProcessor(model_proto=made.getvalue()).vocab_size())


def _config(tokenizer: Path, pieces: int) -> dict[str, object]:
    shipped = Path(pocket_tts.__file__).parent / "config" / "english_2m_2026-10.yaml"
    config = yaml.safe_load(shipped.read_text())
    config |= {"weights_path": None, "weights_path_without_voice_cloning": None}
    language, mimi = config["flow_lm"], config["mimi"]
    language["lookup_table"].update(
        tokenizer="sentencepiece", tokenizer_path=str(tokenizer), n_bins=pieces, dim=32, rank=8
    )
    language["transformer"].update(
        d_model=32, num_heads=2, num_layers=1, dim_feedforward=32, attn_dim=32, num_kv_heads=1
    )
    language["flow"].update(depth=1, dim=16)
    language["z_dim"] = 8
    transformer = dict(mimi["decoder_transformer"] or mimi["transformer"])
    transformer.update(
        d_model=16,
        num_heads=2,
        num_layers=1,
        dim_feedforward=16,
        input_dimension=16,
        output_dimensions=[16],
    )
    mimi.update(
        seanet=dict(mimi["decoder_seanet"], dimension=16, n_filters=4),
        decoder_seanet=None,
        decoder_transformer=None,
        outer_dim=16,
        inner_dim=8,
        transformer=transformer,
        quantizer={"dimension": 8, "output_dimension": 16},
    )
    return dict(config)
