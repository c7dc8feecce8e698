"""What a voice costs: its first audio, its speed, and whether it stutters with little to spare.

``python -m tests.benchmarks.voices [NAME...]`` measures the voices of ``tests.speech.voices`` (tiny
weights where the real ones are not at hand, so the costs are those of the machinery) and plays
each to a mouth in simulated time, at the speed that it has when half as much again as real time
is left to it: every piece of audio takes its measured share of that time.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from speech.playback.mouth import AudioMouth
from speech.protocols import Lack, Speech, StreamingVoice
from system1.acts import Kind
from system1.percepts import PlaybackFinished, PlaybackStarted
from tests.speech.voices import VOICES

HEADROOM = 1.5
"""Seconds of audio that a second of work makes."""

RUNS = 4
"""How often each is measured; the first makes what later ones find made."""

TEXT = (
    "Thank you for calling, this is Anna. I can see your order here, and it left us this morning. "
    "It should be with you tomorrow before noon. Is there anything else that I can do for you?"
)

LEAD_S = 1.0
"""Sound that is made ahead of what is played, s."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of audio and the seconds of work that it took."""

    speech: Speech
    cost_s: float


def measured(voice: StreamingVoice, parts: Sequence[str]) -> tuple[list[Piece], float]:
    """The text part by part as a mind writes it, and the share of it that was in at first audio."""
    synthesis = voice.begin()
    pieces: list[Piece] = []
    heard_at = 1.0
    given: Speech | Lack = Lack.TEXT
    spent = 0.0
    for index in range(len(parts) + 1):
        if index < len(parts):
            synthesis.add(parts[index])
        else:
            synthesis.end()
        while True:
            began = time.perf_counter()
            given = synthesis.next()
            spent += time.perf_counter() - began
            if not isinstance(given, Speech):
                break
            heard_at = heard_at if pieces else min(index + 1, len(parts)) / len(parts)
            pieces.append(Piece(given, spent))
            spent = 0.0
    synthesis.close()
    return pieces, heard_at


def best(name: str, folder: Path) -> tuple[list[Piece], float, int]:
    """The pieces with the least time that each took, the share of text, and the voice's rate.

    A voice says the same again, so what differs from run to run is the rest of the machine.
    """
    case = VOICES[name]
    ends = r"(?<= )" if case.incremental else r"(?<=\. )"
    runs: list[list[Piece]] = []
    share, rate = 1.0, 0
    for _ in range(RUNS):
        voice = case.open(folder, False)
        pieces, share = measured(voice, re.split(ends, TEXT))
        rate = voice.sample_rate
        voice.close()
        runs.append(pieces)
    least = [min(same, key=lambda piece: piece.cost_s) for same in zip(*runs, strict=True)]
    return least, share, rate


class Paced:
    """A voice that gives pieces when the work on them would be done, by a clock of samples."""

    def __init__(self, pieces: Sequence[Piece], rate: int, pace: float) -> None:
        self.sample_rate = rate
        self.now = 0.0
        self._waiting = deque(pieces)
        self._pace = pace
        self._begun = 0.0
        self._taken_s = 0.0
        self._ready: deque[Speech] = deque()

    def begin(self, rate: float = 1.0) -> Paced:
        return self

    def add(self, text: str) -> None:
        pass

    def end(self) -> None:
        pass

    def next(self) -> Speech | Lack:
        self._work()
        if self._ready:
            return self._ready.popleft()
        return Lack.TIME if self._waiting else Lack.NOTHING

    def close(self) -> None:
        self._waiting.clear()

    def _work(self) -> None:
        while self._waiting:
            done = self._begun + self._waiting[0].cost_s * self._pace
            ahead = sum(len(speech.audio) for speech in self._ready) / self.sample_rate
            if ahead >= LEAD_S or done > self.now:
                if ahead >= LEAD_S:
                    self._begun = self.now  # it waits for room
                return
            self._ready.append(self._waiting.popleft().speech)
            self._begun = done


def played(pieces: Sequence[Piece], rate: int) -> tuple[float, int, float]:
    """First audio (s), underruns and their seconds, at ``HEADROOM``."""
    audio_s = sum(len(piece.speech.audio) for piece in pieces) / rate
    work_s = sum(piece.cost_s for piece in pieces)
    voice = Paced(pieces, rate, audio_s / HEADROOM / work_s)
    mouth = AudioMouth(voice)
    mouth.say(1, Kind.REPLY, TEXT, more=False)
    first = 0.0
    for tick in range(round(audio_s * 300)):
        voice.now = tick / 100
        for percept in mouth.play(240, tick / 100)[1]:
            match percept:
                case PlaybackStarted(at=at):
                    first = at
                case PlaybackFinished():
                    return first, mouth.underruns, mouth.underrun_s
                case _:
                    pass
    raise RuntimeError("the utterance never ended")


def main(names: Sequence[str]) -> None:
    print("voice      first audio  text by then  real-time factor  at 1.5: first  underruns")
    with tempfile.TemporaryDirectory() as folder:
        for name in names or sorted(VOICES):
            pieces, share, rate = best(name, Path(folder))
            audio_s = sum(len(piece.speech.audio) for piece in pieces) / rate
            factor = sum(piece.cost_s for piece in pieces) / audio_s
            first, underruns, silence_s = played(pieces, rate)
            print(
                f"{name:10} {pieces[0].cost_s * 1000:8.0f} ms {share:13.0%} {factor:17.3f}"
                f" {first:13.2f} s {underruns:6d} ({silence_s:.2f} s)"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
