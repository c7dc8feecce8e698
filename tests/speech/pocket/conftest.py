from __future__ import annotations

from pathlib import Path

import pytest

from tests.speech.pocket.tiny import write_tiny


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The YAML file of the tiny model."""
    return write_tiny(tmp_path_factory.mktemp("pocket"))
