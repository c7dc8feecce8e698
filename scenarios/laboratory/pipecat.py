"""Pipecat as a contender: Silero and Smart Turn in its stock strategy, run by its own interpreter.

Its pins (protobuf below 7, for one) would change our environment, so it has one of its own beside
it, which ``make env`` fills, and decides there (``pipecat_worker``) on files in a folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import soxr  # type: ignore[import-untyped]

from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE, Audio

THRESHOLDS = (
    *(round(0.01 * step, 2) for step in range(95)),
    *(round(0.95 + 0.001 * step, 3) for step in range(51)),
)
"""Smart Turn's probability that the turn is over: finer above 0.95, where most whole turns lie."""
STOCK = 0.5
"""Above it the turn is over (``local_smart_turn_v3``)."""

NOTE = (
    "charged no time for its inference, nor for the transcript that its strategy waits for; "
    "Smart Turn was trained on people and is at chance on robotic voices"
)
"""What a reader of its row must know."""

RATE_HZ = 16_000
START_UP_S = 120.0
"""Allowed for imports and models, on a slow machine."""
PER_SECOND_S = 2.0
"""Allowed for a second of audio; 0.05 is usual."""

_WORKER = Path(__file__).with_name("pipecat_worker.py")


# "from" is a keyword
_Swept = TypedDict("_Swept", {"from": float, "ends": list[float]})


class _Decided(TypedDict):
    starts: list[float]
    stops: list[tuple[float, float]]
    stock: list[float]
    sweep: list[_Swept]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What Pipecat decided on one clip; seconds from its beginning.

    ``starts``: when its VAD found that the user speaks; ``stops``: that the user has stopped, each
    with Smart Turn's probability; ``stock``: when it ended the user's turn. ``sweep``: the same
    ends for other thresholds, each valid from its threshold on until the next one's.
    """

    starts: tuple[float, ...]
    stops: tuple[tuple[float, float], ...]
    stock: tuple[float, ...]
    sweep: tuple[tuple[float, tuple[float, ...]], ...]

    def ends(self, threshold: float) -> tuple[float, ...]:
        """When the user's turns end, if a probability above ``threshold`` ends them."""
        return [ends for begins, ends in self.sweep if begins <= threshold][-1]


def find_python() -> Path | None:
    """The interpreter of Pipecat's environment, or None where ``make env`` has not made it."""
    python = Path(sys.prefix) / "peers" / "pipecat" / "bin" / "python"
    return python if python.exists() else None


class PipecatContender:
    """``Contender``: ``decisions`` by clip."""

    name = "pipecat"
    thresholds = THRESHOLDS

    def __init__(self, decisions: Mapping[str, Decisions]) -> None:
        self.decisions = decisions

    @classmethod
    def run(
        cls, clips: Mapping[str, Audio], python: Path, jobs: int | None = None
    ) -> PipecatContender:
        """Let Pipecat hear the clips (``SAMPLE_RATE``, mono). ``jobs``: processes; None: by cores.

        Raises ``SpeechError`` where its environment lacks something or takes too long.
        """
        if not python.exists():
            raise SpeechError(f"Pipecat's interpreter {python} is missing: make env")
        if not clips:
            return cls({})
        count = min(jobs or len(os.sched_getaffinity(0)), len(clips))
        shares = [dict(list(clips.items())[first::count]) for first in range(count)]
        with ThreadPoolExecutor(count) as pool:
            found = [one for share in pool.map(_decide, shares, [python] * count) for one in share]
        by_name = dict(found)
        return cls({name: by_name[name] for name in clips})

    def takes_floor_at(
        self, clip_name: str, onset_s: float, until_s: float | None, threshold: float
    ) -> float | None:
        """See ``Contender``. ``threshold``: Smart Turn's probability."""
        for at in self.decisions[clip_name].ends(threshold):
            if at >= onset_s and (until_s is None or at < until_s):
                return at
        return None

    def stops_at(self, clip_name: str, onset_s: float) -> float | None:
        """See ``Contender``: its VAD start interrupts the agent, whatever it is that was heard."""
        return next((at for at in self.decisions[clip_name].starts if at >= onset_s), None)


def _decide(clips: Mapping[str, Audio], python: Path) -> list[tuple[str, Decisions]]:
    """One process over some clips."""
    with tempfile.TemporaryDirectory(prefix="kairos-pipecat-") as made:
        folder = Path(made)
        files = {name: f"{index}.npy" for index, name in enumerate(clips)}
        for name, file in files.items():
            np.save(folder / file, _pcm(clips[name]))
        (folder / "clips.json").write_text(json.dumps(files), encoding="utf-8")
        _work(folder, python, sum(audio.size for audio in clips.values()) / SAMPLE_RATE)
        read: dict[str, _Decided] = json.loads((folder / "decisions.json").read_bytes())
    return [
        (
            name,
            Decisions(
                tuple(one["starts"]),
                tuple((at, probability) for at, probability in one["stops"]),
                tuple(one["stock"]),
                tuple((step["from"], tuple(step["ends"])) for step in one["sweep"]),
            ),
        )
        for name, one in read.items()
    ]


def _pcm(audio: Audio) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """16 bit samples at 16 kHz, as its transports resample to."""
    narrow = soxr.resample(audio, SAMPLE_RATE, RATE_HZ, quality="HQ")
    samples: np.ndarray[tuple[int], np.dtype[np.int16]]
    samples = np.clip(np.round(narrow * 32_767), -32_768, 32_767).astype(np.int16)
    return samples


def _work(folder: Path, python: Path, audio_s: float) -> None:
    """Run the worker. Its own folder stays off its path (``-I``): this file's name is Pipecat's."""
    try:
        done = subprocess.run(
            [str(python), "-I", str(_WORKER), str(folder)],
            capture_output=True,
            text=True,
            check=False,
            timeout=START_UP_S + PER_SECOND_S * audio_s,
            env={**os.environ, "LOGURU_LEVEL": "ERROR"},
        )
    except subprocess.TimeoutExpired as expired:
        raise SpeechError(
            f"Pipecat took more than {expired.timeout:.0f} s for {audio_s:.0f} s of audio"
        ) from None
    except OSError as error:
        raise SpeechError(f"{python}: {error.strerror or error}") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise SpeechError(f"Pipecat failed: {said[-1] if said else f'exit {done.returncode}'}")
