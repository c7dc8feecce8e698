from __future__ import annotations

import pytest
import torch

from speech.errors import SpeechError
from speech.kyutai.devices import chosen_device, chosen_dtype


def test_a_gpu_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert chosen_device("auto") == "cuda"
    assert chosen_device("cuda:1") == "cuda:1"
    with pytest.raises(SpeechError, match="no device 'cuda:2'"):
        chosen_device("cuda:2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert chosen_device("auto") == "cpu"
    with pytest.raises(SpeechError, match="no device 'cuda'"):
        chosen_device("cuda")


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "cpu:1", ""])
def test_an_unknown_device_is_refused(device: str) -> None:
    with pytest.raises(SpeechError, match="unknown device"):
        chosen_device(device)


def test_numbers_fit_the_device() -> None:
    assert chosen_dtype("auto", "cpu") is torch.float32
    assert chosen_dtype("auto", "cuda:1") is torch.bfloat16
    assert chosen_dtype("float16", "cpu") is torch.float16
    with pytest.raises(SpeechError, match="unknown dtype 'int8'"):
        chosen_dtype("int8", "cpu")
