"""``transformers serve`` with a tiny model of random weights, both made and started here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

STARTS_WITHIN_S = 120.0
"""Most of it is spent on importing torch; 17 s on a busy machine of two cores."""

LETTERS = ["Yes No Yes No A B C D", "hello there how are you today", "yes no maybe please"]

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{{ m['content'] if m['content'] is string else m['content'][0]['text'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make_model(folder: Path) -> None:
    """A Qwen2 of 38 thousand random weights whose tokenizer has each answer's label whole."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(LETTERS * 50, trainer)
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        model_input_names=["input_ids", "attention_mask"],
    )
    fast.chat_template = TEMPLATE
    config = Qwen2Config(
        vocab_size=len(fast),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=2048,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
        bos_token_id=None,
        tie_word_embeddings=False,
    )
    Qwen2ForCausalLM(config).save_pretrained(folder)
    fast.save_pretrained(folder)


def is_up(url: str) -> bool:
    try:
        with urlopen(f"{url}/health", timeout=1.0) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def serving(folder: Path, port: int) -> Iterator[str]:
    """The server of the model in ``folder / "model"``, up; its address. Killed at the end."""
    (folder / "hub").mkdir(exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    log = folder / "server.log"
    offline = {"HF_HUB_CACHE": str(folder / "hub"), "HF_HUB_OFFLINE": "1"}
    serve = ["-m", "transformers.cli.transformers", "serve", "--device", "cpu"]
    place = ["--host", "127.0.0.1", "--port", str(port), str(folder / "model")]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, *serve, *place],
            env=os.environ | offline,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            until = time.perf_counter() + STARTS_WITHIN_S
            while not is_up(url):
                assert server.poll() is None, log.read_text(encoding="utf-8")[-2000:]
                assert time.perf_counter() < until, log.read_text(encoding="utf-8")[-2000:]
                time.sleep(0.2)
            yield url
        finally:
            server.kill()
