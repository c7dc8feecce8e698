"""What callers say for as long as one likes: lines of the shipped stories over a telephone line."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenarios.caller import SpokenLine, speak_lines
from scenarios.loading import load_scenario
from speech.protocols import SAMPLE_RATE, Audio
from tests.agent.serving.wires import framed

FRAME = SAMPLE_RATE // 50
STORIES = Path(__file__).parents[3] / "scenarios" / "stories"
TOLD = ("outage-happy", "uh-huh", "says-it-once-more", "in-a-hurry", "two-questions")
"""Stories of callers who speak plainly, to one policy."""
_PARTING = ("goodbye", "that's all", "person")
"""What is in a line that ends a call: it would not go on as long as it should."""
_HISS = 3e-4
"""Of the microphone; a line is never wholly silent."""
_QUIET_S = 1.0
"""Between two lines at least: they are two turns."""


@dataclass(frozen=True, slots=True)
class Track:
    """``samples``: 16 bits at 24 kHz, none of them 0, so that silence which stood in for them is
    known as such. ``lines``: what is said, and when its last sample was (s)."""

    samples: NDArray[np.int16]
    lines: tuple[tuple[float, str], ...]
    talk: float

    def messages(self) -> list[bytes]:
        """WebSocket frames with 20 ms each, ready to be sent."""
        whole = self.samples[: self.samples.size // FRAME * FRAME].reshape(-1, FRAME)
        return [framed(appended(frame.tobytes())) for frame in whole]

    def said(self, until_s: float) -> list[str]:
        """The words of the lines that were over by then."""
        return [word for end, line in self.lines if end <= until_s for word in line.split()]


def appended(pcm: bytes) -> bytes:
    """The message that brings so much sound."""
    audio = base64.b64encode(pcm).decode()
    return json.dumps({"type": "input_audio_buffer.append", "audio": audio}).encode()


@cache
def _story(name: str) -> tuple[tuple[str, SpokenLine], ...]:
    path = STORIES / f"{name}.yaml"
    script = load_scenario(path)
    spoken, _ = speak_lines(script, path.parent, "en")
    lines = []
    for index, one in spoken.items():
        step = script.steps[index].caller
        assert step is not None
        text = " ".join(step.parts) if step.say is not None else ""
        if text and not any(word in text for word in _PARTING):
            lines.append((text, one))
    return tuple(lines)


def track(caller: int, seconds: float, talk: float = 0.35) -> Track:
    """One of any number of callers, who speaks for this share of the time; the same each time."""
    rng = np.random.default_rng(caller)
    lines = _story(TOLD[caller % len(TOLD)])
    sound: Audio = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    said: list[tuple[float, str]] = []
    at = round(rng.uniform(0.5, 3.0) * SAMPLE_RATE)
    spoken, turn = 0, int(rng.integers(len(lines)))
    while True:
        text, one = lines[turn % len(lines)]
        if at + one.audio.size > sound.size:
            break
        sound[at : at + one.audio.size] = one.audio
        spoken += one.audio.size
        at += one.audio.size
        said.append((at / SAMPLE_RATE, text))
        quiet_s = one.length * (1 - talk) / talk * rng.uniform(0.7, 1.3)
        at += round(max(_QUIET_S, quiet_s) * SAMPLE_RATE)
        turn += 1
    sound += (_HISS * rng.standard_normal(sound.size)).astype(np.float32)
    samples = np.rint(np.clip(sound, -1.0, 1.0) * 32767).astype("<i2")
    samples[samples == 0] = 1
    return Track(samples, tuple(said), spoken / sound.size)
