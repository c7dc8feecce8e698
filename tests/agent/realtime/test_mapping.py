"""The mapping in README.md names every message that is taken and every event that goes out."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from agent.realtime import messages

FOLDER = Path(messages.__file__).parent
TEXT = (FOLDER / "README.md").read_text(encoding="utf-8")
NAME = re.compile(r"(?:session|response|conversation|input_audio_buffer|kairos)\.[a-z_.]+[a-z]")


def written() -> set[str]:
    """The names of events in the sources."""
    found = {"error", "output_audio_buffer.clear", "output_audio_buffer.cleared"}
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and NAME.fullmatch(text):
                found.add(text)
    settings = {"session.instructions", "session.tools"}
    return {one for one in found - settings if not one.startswith("session.audio")}


def test_every_event_has_its_row() -> None:
    names = written()
    assert len(names) > 30
    assert {one for one in names if f"`{one}`" not in TEXT} == set()


def test_every_row_is_an_event() -> None:
    made = {f"response.{kind}.delta" for kind in ("output_audio_transcript", "output_text")}
    listed = set(re.findall(rf"`({NAME.pattern})`", TEXT))
    assert listed - written() - made == set()
