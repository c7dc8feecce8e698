"""Where a model runs, and in which numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speech.errors import SpeechError

if TYPE_CHECKING:
    import torch

_KNOWN = re.compile(r"cpu|mps|cuda(:\d+)?")


def chosen_device(device: str) -> str:
    """The device that a setting means: ``auto`` is the first GPU, else the CPU.

    Raises ``SpeechError`` for one that is unknown or not there.
    """
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if _KNOWN.fullmatch(device) is None:
        raise SpeechError(f"unknown device {device!r}: write auto, cpu, cuda, cuda:1 or mps")
    kind, _, number = device.partition(":")
    there = {
        "cpu": 1,
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
    }[kind]
    if int(number or 0) >= there:
        raise SpeechError(f"this machine has no device {device!r}: write auto or cpu")
    return device


def chosen_dtype(dtype: str, device: str) -> torch.dtype:
    """The numbers that a setting means: ``auto`` is bfloat16 on CUDA, else float32.

    Raises ``SpeechError`` for unknown ones.
    """
    import torch

    known = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if dtype == "auto":
        return torch.bfloat16 if device.startswith("cuda") else torch.float32
    if dtype not in known:
        raise SpeechError(f"unknown dtype {dtype!r}: write auto, {', '.join(known)}")
    return known[dtype]
