"""Without the package moshi nothing here can be tested."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

collect_ignore_glob = [] if find_spec("moshi") else ["test_*.py"]


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
