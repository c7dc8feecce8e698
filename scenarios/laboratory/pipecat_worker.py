"""Pipecat on recorded clips, in an environment of its own: ``python -I THIS FOLDER`` writes JSON.

FOLDER holds ``clips.json``, from a clip's name to a file of 16 bit samples at 16 kHz (``.npy``).
Everything that decides is Pipecat's own code with its stock parameters: VAD controller with
Silero, turn controller with the VAD start strategy and the turn analyzer stop strategy with Smart
Turn. Audio comes in frames of 20 ms, as its transports send it, and the audio is the clock: what
Pipecat stamps with the wall clock (``base_smart_turn``) is stamped with the audio's time.

Pipecat is given two advantages: no time is charged for inference, and it never waits for a
transcript (``wait_for_transcript=False``).

``FOLDER/decisions.json``: for each clip ``starts`` (VAD starts, s), ``stops`` (VAD stops, each with
Smart Turn's probability), ``stock`` (ends of the user's turn, s) and ``sweep``: what other
thresholds of that probability would have decided. One decision changes the audio that the next is
made on, so the clip's frames go through Pipecat's turn controller again at each probability that
was met; between two of those the decisions are the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pipecat.audio.turn.smart_turn import base_smart_turn
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad import vad_controller
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_controller import VADController
from pipecat.clocks.system_clock import SystemClock
from pipecat.frames.frames import (
    InputAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameProcessorSetup
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import (
    TurnAnalyzerUserTurnStopStrategy,
    turn_analyzer_user_turn_stop_strategy,
)
from pipecat.turns.user_turn_controller import UserTurnController
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.utils.asyncio.task_manager import TaskManager

RATE = 16_000
FRAME = 320

Predict = Callable[[Any], dict[str, Any]]


class AudioClock:
    """Stands where Pipecat's modules look for ``time``; ``now`` is set before each frame (s)."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """The audio's time."""
        return self.now

    time = monotonic
    perf_counter = monotonic


@dataclass
class Scores:
    """Smart Turn's probabilities: each stretch of audio is judged once, then remembered."""

    known: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    given: list[tuple[float, float]] = field(default_factory=list)

    def judged(self, predict: Predict, audio: Any, at: float) -> dict[str, Any]:
        """What ``predict`` says of the audio."""
        key = hashlib.sha256(audio.tobytes()).digest()
        if key not in self.known:
            self.known[key] = predict(audio)
        self.given.append((round(at, 3), float(self.known[key]["probability"])))
        return self.known[key]


@dataclass
class Frames:
    """A clip's frames, and which VAD event follows each."""

    sounds: list[bytes]
    events: list[str]


class Turns:
    """Pipecat's turn controller with the stock strategies, fed with frames."""

    def __init__(self, clock: AudioClock, scores: Scores, setup: FrameProcessorSetup) -> None:
        self.threshold: float | None = None
        self._clock = clock
        self._scores = scores
        self._setup = setup
        self._analyzer = LocalSmartTurnAnalyzerV3()
        self._predict: Predict = self._analyzer._predict_endpoint
        self._analyzer._predict_endpoint = self._judge

    async def ends(self, frames: Frames, threshold: float | None) -> list[float]:
        """When the user's turns end. ``threshold`` None: as Pipecat itself decides."""
        self.threshold = threshold
        self._scores.given = []
        self._analyzer.clear()
        strategy = TurnAnalyzerUserTurnStopStrategy(
            turn_analyzer=self._analyzer, wait_for_transcript=False
        )
        controller = UserTurnController(
            user_turn_strategies=UserTurnStrategies(
                start=[VADUserTurnStartStrategy()], stop=[strategy]
            )
        )
        found: list[float] = []

        async def stopped(*_: object) -> None:
            found.append(round(self._clock.now, 3))

        controller.add_event_handler("on_user_turn_stopped", stopped)
        await controller.setup(self._setup)
        for index, (sound, event) in enumerate(zip(frames.sounds, frames.events, strict=True)):
            self._clock.now = (index + 1) * FRAME / RATE
            await controller.process_frame(audio_frame(sound))
            if event == "started":
                await controller.process_frame(VADUserStartedSpeakingFrame(start_secs=0.2))
            elif event == "stopped":
                await controller.process_frame(VADUserStoppedSpeakingFrame(stop_secs=0.2))
        await controller.cleanup()
        return found

    def _judge(self, audio: Any) -> dict[str, Any]:
        found = self._scores.judged(self._predict, audio, self._clock.now)
        if self.threshold is None:
            return found
        return {**found, "prediction": int(found["probability"] > self.threshold)}


def audio_frame(sound: bytes) -> InputAudioRawFrame:
    """One frame, as a transport makes it."""
    return InputAudioRawFrame(audio=sound, sample_rate=RATE, num_channels=1)


async def heard(samples: Any, clock: AudioClock, setup: FrameProcessorSetup) -> Frames:
    """The clip through Pipecat's VAD."""
    controller = VADController(SileroVADAnalyzer())
    await controller.setup(setup)
    now = ""

    async def started(_: object) -> None:
        nonlocal now
        now = "started"

    async def stopped(_: object) -> None:
        nonlocal now
        now = "stopped"

    controller.add_event_handler("on_speech_started", started)
    controller.add_event_handler("on_speech_stopped", stopped)
    frames = Frames([], [])
    for begin in range(0, len(samples) - FRAME + 1, FRAME):
        now = ""
        sound = samples[begin : begin + FRAME].tobytes()
        clock.now = (begin + FRAME) / RATE
        await controller.process_frame(audio_frame(sound))
        frames.sounds.append(sound)
        frames.events.append(now)
    await controller.cleanup()
    return frames


async def swept(turns: Turns, scores: Scores, frames: Frames) -> list[dict[str, Any]]:
    """The decisions for every threshold: ``from`` a threshold on until the next one's."""
    found: list[dict[str, Any]] = []
    threshold = 0.0
    while True:
        found.append({"from": threshold, "ends": await turns.ends(frames, threshold)})
        above = [one for _, one in scores.given if one > threshold]
        if not above:
            return found
        threshold = min(above)


async def decided(folder: Path) -> None:
    """Read the clips, write the decisions."""
    clock = AudioClock()
    for module in (base_smart_turn, vad_controller, turn_analyzer_user_turn_stop_strategy):
        module.time = clock
    setup = FrameProcessorSetup(
        clock=SystemClock(), task_manager=TaskManager(), pipeline_worker=None
    )
    scores = Scores()
    turns = Turns(clock, scores, setup)
    decisions = {}
    for name, file in json.loads((folder / "clips.json").read_text(encoding="utf-8")).items():
        frames = await heard(np.load(folder / file), clock, setup)
        scores.known.clear()
        starts = [index for index, event in enumerate(frames.events) if event == "started"]
        stock = await turns.ends(frames, None)
        decisions[name] = {
            "starts": [round((index + 1) * FRAME / RATE, 3) for index in starts],
            "stops": scores.given,
            "stock": stock,
            "sweep": await swept(turns, scores, frames),
        }
    (folder / "decisions.json").write_text(json.dumps(decisions), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(decided(Path(sys.argv[1])))
