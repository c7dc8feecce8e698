"""Where Kairos keeps what is not its own: models that were fetched, voices that were cloned."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

SETTING = "KAIROS_HOME"
"""The environment variable that names the folder."""


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """What ``KAIROS_HOME`` names, else ``kairos`` in the XDG data folder; it may not exist yet."""
    named = environ.get(SETTING)
    if named:
        return Path(named).expanduser()
    data = environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "kairos"


def models(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of fetched models, one folder each."""
    return home(environ) / "models"


def voices(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of cloned voices, one folder each."""
    return home(environ) / "voices"
