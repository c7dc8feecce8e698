"""What Kyutai's speech-to-text costs on this machine, by the number of calls that share it.

    python -m tests.benchmarks.kyutai [--device D] [--full-size] [--batches 1,2,4,8,16]

With the trained tiny checkpoint, or with ``--full-size`` with random weights of the true shape of
stt-1b-en_fr (2.6 GB), which is of use on a GPU only. A step is 80 ms of every call's audio.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np

from speech.kyutai.devices import chosen_device, chosen_dtype
from speech.kyutai.stt_batch import FRAME, Frame, Source, SttBatch
from speech.kyutai.stt_model import FRAME_S, SttModel, load_stt

TONES = Path(__file__).parent.parent / "speech" / "kyutai" / "tones"
STEPS = 40


def true_size(device: str, dtype: str) -> SttModel:
    """Random weights in the shape of stt-1b-en_fr: they say nothing, and cost what the true do."""
    import sentencepiece
    from moshi.models import loaders

    where = chosen_device(device)
    config = {
        "dim": 2048,
        "text_card": 8000,
        "existing_text_padding_id": 3,
        "n_q": 32,
        "dep_q": 0,
        "card": 2048,
        "num_heads": 16,
        "num_layers": 16,
        "hidden_scale": 4.125,
        "causal": True,
        "layer_scale": None,
        "context": 750,
        "max_period": 100000,
        "gating": "silu",
        "norm": "rms_norm_f32",
        "positional_embedding": "rope",
        "delays": [0] * 33,
        "fuser": None,
        "extra_heads_num_heads": 4,
        "extra_heads_dim": 6,
    }
    mimi = loaders.get_mimi(None, None, device=where, num_codebooks=32)
    lm = loaders.get_moshi_lm(None, config, device=where, dtype=chosen_dtype(dtype, where))
    tokenizer = sentencepiece.SentencePieceProcessor(str(TONES / "tokenizer.model"))
    return SttModel("true size", where, mimi, lm, tokenizer, 0.5, 0.0, 4)


def frames(count: int) -> list[Frame]:
    """Noise, as loud as speech."""
    random = np.random.default_rng(0)
    return [
        Frame(
            (0.1 * random.standard_normal(FRAME)).astype(np.float32),
            index * FRAME_S,
            (index + 1) * FRAME_S,
            Source.CALL,
        )
        for index in range(count)
    ]


def step_ms(batch: SttBatch, steps: int = STEPS) -> float:
    """The median time of a step with every slot in use."""
    given = frames(8)
    times = []
    for index in range(steps + 3):
        began = perf_counter()
        batch.step(dict.fromkeys(range(batch.slots), given[index % 8]))
        times.append(1e3 * (perf_counter() - began))
    return statistics.median(times[3:])


def flush_ms(batch: SttBatch, flush_frames: int) -> float:
    """The median time of one call's flush."""
    times = []
    for _ in range(8):
        began = perf_counter()
        for _ in range(flush_frames):
            batch.step({0: Frame(None, 0.0, 0.0, Source.FLUSH)})
        times.append(1e3 * (perf_counter() - began))
    return statistics.median(times)


def largest(load: Callable[[], SttModel], known: dict[int, float], most: int) -> int:
    """The largest batch whose step takes less than a frame: doubled, then halved in on."""
    fits = max((size for size, ms in known.items() if ms < 1e3 * FRAME_S), default=0)
    if not fits:
        return 0
    fails = min((size for size in known if size > fits), default=0)
    while not fails and fits < most:
        size = min(2 * fits, most)
        if step_ms(SttBatch(load(), size), 12) < 1e3 * FRAME_S:
            fits = size
        else:
            fails = size
    while fails and fails - fits > max(fits // 8, 1):
        size = (fits + fails) // 2
        if step_ms(SttBatch(load(), size), 12) < 1e3 * FRAME_S:
            fits = size
        else:
            fails = size
    return fits


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description="What Kyutai's speech-to-text costs here.")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps")
    parser.add_argument("--dtype", default="auto", help="auto, float32 or bfloat16")
    parser.add_argument("--full-size", action="store_true", help="true shape, random weights")
    parser.add_argument("--batches", default="1,2,4,8,16", help="batch sizes, with commas")
    parser.add_argument("--most", type=int, default=512, help="the largest batch to try")
    parser.add_argument("--threads", type=int, default=1, help="of a CPU")
    asked = parser.parse_args()
    os.environ.setdefault("NO_TORCH_COMPILE", "1")
    import torch

    torch.set_num_threads(asked.threads)

    def load() -> SttModel:
        if asked.full_size:
            return true_size(asked.device, asked.dtype)
        return load_stt(str(TONES), asked.device, asked.dtype)

    known: dict[int, float] = {}
    flush = 0.0
    print("calls   a step     a call   of batch 1")
    for size in (int(one) for one in asked.batches.split(",")):
        model = load()
        batch = SttBatch(model, size)
        known[size] = step_ms(batch)
        first = next(iter(known))
        share = (known[size] / size) / (known[first] / first)
        print(f"{size:5d} {known[size]:7.2f} ms {known[size] / size:7.2f} ms {share:9.2f}")
        if size == first:
            flush = flush_ms(batch, model.flush_frames)
            delay_s = model.delay_s
        del model, batch
    print(f"largest batch in real time: {largest(load, known, asked.most)}")
    print(f"a flush: {flush:.1f} ms, {flush / (1e3 * delay_s):.2f} of the delay ({delay_s} s)")


if __name__ == "__main__":
    main()
