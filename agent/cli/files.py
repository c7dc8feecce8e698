"""The files of a call: where they may be written, and what each holds."""

from __future__ import annotations

import os
from pathlib import Path

from agent.cli.failures import BadInput

HOLDS = {
    "report.html": "the call to look at and to listen to",
    "call.wav": "the recording: left the caller, right the agent",
    "events.jsonl": "every percept, and every decision with its reason",
    "result.json": "outcome, checks and figures",
}


def folder(out: Path) -> Path:
    """A folder to be written to; refused before anything runs if it could not be."""
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out}: is a file, not a folder")
    nearest = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise BadInput(f"{out}: cannot be written to")
    return out


def file(path: Path) -> Path:
    """A file to be written; refused before anything runs if it could not be."""
    folder(path.parent)
    if path.is_dir():
        raise BadInput(f"{path}: is a folder, not a file")
    if path.exists() and not os.access(path, os.W_OK):
        raise BadInput(f"{path}: cannot be written to")
    return path
