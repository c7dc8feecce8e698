"""A folder of files that a decoder reads, gone when nobody needs it any more."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path


def scratch_folder(owner: object, name: str) -> Path:
    """A new folder that lives as long as ``owner``, and not beyond the process that made it.

    A process forked from that one has ``owner`` as well, and leaves the folder to the first.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"kairos-{name}-"))
    weakref.finalize(owner, _remove, folder, os.getpid())
    return folder


def _remove(folder: Path, made_by: int) -> None:
    if os.getpid() == made_by:
        shutil.rmtree(folder, ignore_errors=True)
