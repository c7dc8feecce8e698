"""Trains the tiny checkpoint of the tone language: ``python -m tests.speech.kyutai.train_tones``.

A Kyutai STT in its own format and layout, 190 thousand parameters: a Mimi whose encoder learns to
tell vowels apart and whose codebooks are the k-means of what it makes of them, and a language model
with four pause heads that is trained on synthetic calls. The same seeds give the same data.

    python -m tests.speech.kyutai.train_tones OUT [STEPS] [CLIPS] [VOWEL_STEPS]
"""

from __future__ import annotations

import json
import math
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speech.protocols import SAMPLE_RATE, Audio
from tests.speech.kyutai.tone_voice import ENDS, HESITATES, VOWELS, WORDS, Manner, word_sound

FRAME = 1920
FRAMES_A_S = SAMPLE_RATE / FRAME
FRAMES = 160
DELAY = 6
"""Frames that the text is behind the audio: 0.5 s, as in Kyutai's."""

HORIZONS_S = (0.5, 1.0, 2.0, 3.0)
PAD, START = 3, 0
CODEBOOKS, BINS = 4, 64
MANNERS = 40

MIMI_TRANSFORMER: dict[str, Any] = {
    "d_model": 32,
    "num_heads": 2,
    "num_layers": 1,
    "dim_feedforward": 64,
    "input_dimension": 32,
    "output_dimensions": [32],
    "context": 50,
}
LM: dict[str, Any] = {
    "dim": 64,
    "num_heads": 4,
    "num_layers": 3,
    "hidden_scale": 4.125,
    "causal": True,
    "layer_scale": None,
    "context": 40,
    "max_period": 100000,
    "gating": "silu",
    "norm": "rms_norm_f32",
    "positional_embedding": "rope",
    "n_q": CODEBOOKS,
    "dep_q": 0,
    "delays": [0] * (CODEBOOKS + 1),
    "fuser": None,
    "extra_heads_num_heads": 4,
    "extra_heads_dim": 6,
    "existing_text_padding_id": PAD,
    "card": BINS,
}


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of a call: its audio, and its words with their starts and lengths in s."""

    audio: Audio
    words: tuple[tuple[str, float, float], ...]


class Callers:
    """An endless stream of synthetic callers."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._sounds = {word: [word_sound(word, self._manner()) for _ in range(MANNERS)]
                        for word in WORDS}  # fmt: skip

    def _manner(self) -> Manner:
        draw = self._random.uniform
        return Manner(draw(0.24, 0.36), draw(112, 138), draw(0.1, 0.3))

    def clip(self, frames: int = FRAMES, dense: bool = False) -> Clip:
        """Words with the pauses of the tone language, at some level, on a line with some noise.

        ``dense``: the pauses are all short.
        """
        draw, choose = self._random.uniform, self._random.integers
        count = frames * FRAME
        audio = np.zeros(count, np.float32)
        words: list[tuple[str, float, float]] = []
        at = draw(0.0, 0.3) if dense else draw(0.2, 1.2)
        names = list(WORDS)
        while True:
            word = names[choose(len(names))]
            sound = self._sounds[word][choose(MANNERS)]
            first = round(at * SAMPLE_RATE)
            if first + len(sound) >= count:
                break
            audio[first : first + len(sound)] += sound * draw(0.8, 1.2)
            words.append((word, at, len(sound) / SAMPLE_RATE))
            at += len(sound) / SAMPLE_RATE
            at += draw(0.06, 0.25) if dense else self._pause(word)
        noise = self._random.standard_normal(count) * 10 ** draw(-4.5, -2.8)
        return Clip((audio * 10 ** draw(-0.5, 0.3) + noise).astype(np.float32), tuple(words))

    def _pause(self, word: str) -> float:
        draw = self._random.uniform
        if word == HESITATES:
            return float(draw(0.4, 2.0))
        if word in ENDS or draw() < 0.04:
            return float(draw(3.2, 4.6))
        return float(draw(0.4, 0.9) if draw() < 0.08 else draw(0.06, 0.25))


def text_stream(clip: Clip, tokenizer: Any, frames: int) -> NDArray[np.int64]:
    """The text that the model is to write, a token a frame: a start, then the word's pieces."""
    tokens = np.full(frames + DELAY + 16, PAD)
    for word, start_s, _ in clip.words:
        at = int(start_s * FRAMES_A_S) + DELAY - 1
        pieces = tokenizer.encode(word)
        if at + 1 + len(pieces) <= len(tokens):
            tokens[at] = START
            tokens[at + 1 : at + 1 + len(pieces)] = pieces
    return tokens[:frames]


def pauses(tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """What the heads are to say, horizon by frame: 0 where no word starts within the horizon."""
    starts = tokens == START
    return np.array(
        [
            [
                int(starts[at + 1 : at + 1 + round(s * FRAMES_A_S)].any())
                for at in range(len(starts))
            ]
            for s in HORIZONS_S
        ]
    )


def mimi_config() -> dict[str, Any]:
    """A Mimi of the real shape, but narrow."""
    from moshi.models import loaders

    return {
        "sample_rate": SAMPLE_RATE,
        "channels": 1,
        "frame_rate": FRAMES_A_S,
        "seanet": {**loaders._seanet_kwargs, "dimension": 32, "n_filters": 4},
        "quantizer": {
            "dimension": 16,
            "n_q": CODEBOOKS,
            "bins": BINS,
            "input_dimension": 32,
            "output_dimension": 32,
        },
        "transformer": {**loaders._transformer_kwargs, **MIMI_TRANSFORMER},
    }


def vowel_classes(clip: Clip, frames: int) -> NDArray[np.int64]:
    """What sounds in each frame: 0 for silence, else the vowel's number."""
    names = list(VOWELS)
    found = np.zeros(frames, np.int64)
    middles = (np.arange(frames) + 0.5) / FRAMES_A_S
    for word, start_s, length_s in clip.words:
        first, second = (names.index(vowel) + 1 for vowel in WORDS[word])
        found[(middles >= start_s) & (middles < start_s + length_s / 2)] = first
        found[(middles >= start_s + length_s / 2) & (middles < start_s + length_s)] = second
    return found


def learn_vowels(mimi: Any, callers: Callers, steps: int) -> None:
    """Train the encoder: a random one hears tones, but no formants."""
    import torch
    from torch.nn import functional

    frames = 16
    reads = torch.nn.Linear(32, len(VOWELS) + 1)
    parts = [mimi.encoder, mimi.encoder_transformer, mimi.downsample, reads]
    optimiser = torch.optim.AdamW([p for part in parts for p in part.parameters()], 3e-3)
    began = perf_counter()
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = (
                3e-3 * min(1.0, step / 20) * (0.52 + 0.48 * math.cos(math.pi * step / steps))
            )
        clips = [callers.clip(frames, dense=True) for _ in range(16)]
        sounds = torch.from_numpy(np.stack([clip.audio for clip in clips]))[:, None]
        wanted = torch.from_numpy(np.stack([vowel_classes(clip, frames) for clip in clips]))
        logits = reads(mimi._encode_to_unquantized_latent(sounds).transpose(1, 2))
        loss = functional.cross_entropy(logits.flatten(0, 1), wanted.flatten())
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if step % 25 == 0 or step == steps - 1:
            right = (logits.argmax(-1) == wanted)[wanted != 0].float().mean()
            _tell(
                f"vowels: step {step} loss {loss:.3f} right {right:.3f} "
                f"[{perf_counter() - began:.0f} s]"
            )


def find_codes(mimi: Any, sounds: Any) -> None:
    """Make the codebooks the k-means of what the encoder makes of these sounds."""
    import torch

    with torch.no_grad():
        latent = torch.cat([mimi._encode_to_unquantized_latent(some) for some in sounds.split(16)])
        mimi.quantizer.train()
        for _ in range(CODEBOOKS):  # each call finds the centres of one codebook more
            mimi.quantizer(latent, FRAMES_A_S)
        mimi.quantizer.eval()
    for module in mimi.modules():
        if hasattr(module, "_embedding"):
            setattr(module, "_embedding", None)  # noqa: B010 - computed once, and remembered


def write_tokenizer(path: Path) -> Any:
    """A SentencePiece model of the 24 words; 0 and 3 are as in Kyutai's."""
    import sentencepiece

    random = np.random.default_rng(0)
    names = list(WORDS)
    sentences = [" ".join(random.choice(names, 8)) for _ in range(400)]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_prefix=str(path.with_suffix("")),
        vocab_size=80,
        model_type="unigram",
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=PAD,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path.with_suffix(".vocab").unlink()
    return sentencepiece.SentencePieceProcessor(str(path))


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def state(module: Any) -> dict[str, Any]:
    """Its tensors, as they are saved."""
    return {name: tensor.contiguous().clone() for name, tensor in module.state_dict().items()}


def train(out: Path, steps: int, clips: int, vowel_steps: int) -> None:
    """Write the checkpoint into a folder."""
    import torch
    from moshi.models import loaders
    from safetensors.torch import save_file
    from torch.nn import functional

    torch.manual_seed(0)
    torch.set_num_threads(1)
    out.mkdir(parents=True, exist_ok=True)
    began = perf_counter()
    callers = Callers(seed=1)
    data = [callers.clip() for _ in range(clips)]
    sounds: Any = torch.from_numpy(np.stack([clip.audio for clip in data]))[:, None]
    mimi = loaders.get_mimi(None, mimi_config(), num_codebooks=CODEBOOKS)
    learn_vowels(mimi, callers, vowel_steps)
    find_codes(mimi, sounds[:64])
    with torch.no_grad():
        codes: Any = torch.cat([mimi.encode(some) for some in sounds.split(16)])
    used = [int(codes[:, book].unique().numel()) for book in range(CODEBOOKS)]
    _tell(f"{clips} clips in {perf_counter() - began:.0f} s, codes in use {used}")

    tokenizer = write_tokenizer(out / "tokenizer.model")
    config = {**LM, "text_card": tokenizer.vocab_size()}
    model = loaders.get_moshi_lm(None, dict(config), dtype=torch.float32)
    for name, parameter in model.named_parameters():
        if parameter.dim() >= 2 and "alpha" not in name:
            parameter.data.normal_(0, 0.08)
    texts = [text_stream(clip, tokenizer, FRAMES) for clip in data]
    wanted = torch.from_numpy(np.stack(texts))
    silences = torch.from_numpy(np.stack([pauses(text) for text in texts]))
    # Step t sees the text of step t - 1 and the audio of frame t; step 0 sees initial tokens only.
    first = model._get_initial_token()
    text_in = torch.cat([first[:, :1].expand(clips, -1, -1), wanted[:, None, :-1]], 2)
    audio_in = torch.cat([first[:, 1:].expand(clips, -1, -1), codes[:, :, 1:]], 2)
    given = torch.cat([text_in, audio_in], 1)

    model.train()
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3, betas=(0.9, 0.95), weight_decay=0.05)
    weights = torch.ones(config["text_card"])
    weights[PAD] = 0.3
    began = perf_counter()
    for step in range(steps):
        rate = min(1.0, step / 40) * (0.52 + 0.48 * math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = 3e-3 * rate
        some = torch.randint(0, clips, (32,))
        hidden, logits = model.forward_text(given[some])
        flat = logits[:, 0].reshape(-1, config["text_card"])
        text_loss = functional.cross_entropy(flat, wanted[some].reshape(-1), weights)
        pause_loss = sum(
            functional.cross_entropy(head(hidden).reshape(-1, 6), silences[some, i].reshape(-1))
            for i, head in enumerate(model.extra_heads)
        )
        optimiser.zero_grad()
        (text_loss + 0.125 * pause_loss).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step % 50 == 0 or step == steps - 1:
            right = (logits[:, 0].argmax(-1) == wanted[some])[wanted[some] != PAD].float().mean()
            _tell(
                f"step {step} text {text_loss:.3f} right {right:.3f} "
                f"[{perf_counter() - began:.0f} s]"
            )
    save_file(state(model.eval()), out / "model.safetensors")
    save_file(state(mimi), out / "mimi.safetensors")
    (out / "mimi.json").write_text(json.dumps(mimi_config(), indent=1) + "\n", encoding="utf-8")
    written = {
        **config,
        "model_type": "stt",
        "lm_gen_config": {"temp": 0.0, "temp_text": 0.0},
        "stt_config": {"audio_delay_seconds": 0.5, "audio_silence_prefix_seconds": 0.0},
        "moshi_name": "model.safetensors",
        "mimi_name": "mimi.safetensors",
        "mimi_config_name": "mimi.json",
        "tokenizer_name": "tokenizer.model",
    }
    (out / "config.json").write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("NO_TORCH_COMPILE", "1")
    arguments = sys.argv[1:]
    train(
        Path(arguments[0]) if arguments else Path(__file__).parent / "tones",
        int(arguments[1]) if len(arguments) > 1 else 500,
        int(arguments[2]) if len(arguments) > 2 else 900,
        int(arguments[3]) if len(arguments) > 3 else 800,
    )
