from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("moshi", reason="the extra kyutai is not installed")


@pytest.fixture(scope="session")
def tiny_tts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder of a tiny Kyutai TTS."""
    import torch

    from tests.speech.kyutai.tiny_tts import build

    torch.set_num_threads(1)
    return build(tmp_path_factory.mktemp("kyutai") / "tts")
