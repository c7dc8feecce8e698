"""Without the package moshi only what needs no model is tested."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

collect_ignore = (
    []
    if find_spec("moshi")
    else [
        "test_checkpoint.py",
        "test_devices.py",
        "test_ears.py",
        "test_live.py",
        "test_moshi_batch.py",
        "test_moshi_call.py",
        "test_moshi_gate.py",
        "test_stt_batch.py",
        "test_tones.py",
        "test_transcriber.py",
        "test_tts_batch.py",
        "test_tts_marks.py",
        "test_tts_model.py",
        "test_tts_words.py",
    ]
)


@pytest.fixture(scope="session")
def tiny_tts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder of a tiny Kyutai TTS."""
    import torch

    from tests.speech.kyutai.tiny_tts import build

    torch.set_num_threads(1)
    return build(tmp_path_factory.mktemp("kyutai") / "tts")


@pytest.fixture(scope="session")
def tiny_moshi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder of a tiny Moshi."""
    import torch

    from tests.speech.kyutai.tiny_moshi import build_moshi

    torch.set_num_threads(1)
    return build_moshi(tmp_path_factory.mktemp("moshi") / "moshi")
