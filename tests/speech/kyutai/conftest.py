"""Without the package moshi only what needs no model is tested."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = (
    []
    if find_spec("moshi")
    else [
        "test_checkpoint.py",
        "test_devices.py",
        "test_ears.py",
        "test_live.py",
        "test_stt_batch.py",
        "test_tones.py",
        "test_transcriber.py",
    ]
)
