"""``kairos talk`` on a sound card: a caller is played in, the agent recorded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soxr  # type: ignore[import-untyped]

from agent.journal import read_journal
from agent.recording import read_recording
from agent.records import CallEnded, CallerTurn, Utterance
from speech.audiofile import read_wav, write_wav
from speech.embedded.espeak import EspeakVoice
from speech.protocols import SAMPLE_RATE, Audio
from tests.agent.live.pulse import SoundServer, running

POLICY = """
policy: tiny
persona: {name: Ann}
greeting: "Hello."
noinput: [{count: 1, after: 30, say: "Goodbye.", do: hang_up}]
knowledge: [{id: hours, asks: [when are you open], answer: "We are open from nine to five."}]
"""

_FRAME = SAMPLE_RATE // 100
ALIKE = 0.8


@pytest.fixture
def card() -> Iterator[SoundServer]:
    with running() as server:
        yield server


class Talking:
    """The command while it runs."""

    def __init__(self, card: SoundServer, folder: Path, *options: str) -> None:
        (folder / "tiny.yaml").write_text(POLICY)
        self._shown: list[str] = []
        code = "import sys; from agent.cli.app import main; sys.exit(main())"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, "talk", "tiny.yaml", "--out", "call", *options],
            cwd=folder,
            env={**card.env, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell's background job, as these tests may be, hands down a Ctrl-C that is ignored.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )

    def until(self, text: str) -> None:
        """Returns once the terminal shows it."""
        assert self._process.stdout is not None
        while text not in (line := self._process.stdout.readline()):
            assert line, self._process.communicate()
            self._shown.append(line)
        self._shown.append(line)

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def over(self) -> tuple[int, str, str]:
        """Exit code, standard output and standard error."""
        out, err = self._process.communicate(timeout=40)
        return self._process.returncode, "".join((*self._shown, out)), err


def spoken(text: str) -> Audio:
    engine = EspeakVoice("en-us", 165, 50)
    audio = np.concatenate([piece.audio for piece in engine.speak(text)])
    resampled: Audio = soxr.resample(audio, engine.sample_rate, SAMPLE_RATE).astype(np.float32)
    return resampled


def silence(seconds: float) -> Audio:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def loudness(audio: Audio) -> Audio:
    """In frames of 10 ms."""
    frames = audio[: audio.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    power: Audio = np.sqrt(np.mean(frames**2, axis=1))
    return power


def likeness(long: Audio, part: Audio) -> float:
    """How much a part of a recording is like this one: the correlation where it is highest.

    Of the loudness, which a sound server that hiccups for some 10 ms leaves as it is.
    """
    whole, wanted = loudness(long), loudness(part)
    places = np.lib.stride_tricks.sliding_window_view(whole, wanted.size)
    there = places - places.mean(axis=1, keepdims=True)
    wanted = wanted - wanted.mean()
    norms = np.linalg.norm(there, axis=1) * np.linalg.norm(wanted)
    return float(np.max(there @ wanted / np.maximum(norms, 1e-6)))


@pytest.mark.alone
@pytest.mark.slow
def test_a_caller_talks_and_hangs_up(card: SoundServer, tmp_path: Path) -> None:
    question = spoken("when are you open")
    # The caller listens to the greeting before it, and to the answer after it.
    write_wav(
        tmp_path / "caller.wav", np.concatenate((silence(1.5), question, silence(4.0))), SAMPLE_RATE
    )
    with card.recording(tmp_path / "room.wav"):
        talking = Talking(card, tmp_path, "--echo", "headset")
        talking.until("Hello.")
        card.play(tmp_path / "caller.wav")
        talking.interrupt()
        code, shown, told = talking.over()
    assert code == 0, told
    assert "when are you open" in shown
    assert "We are open from nine to five." in shown
    assert "Traceback" not in told
    out = tmp_path / "call"
    records = read_journal(out / "events.jsonl")
    assert [one.text for one in records if isinstance(one, CallerTurn)] == ["when are you open"]
    assert isinstance(records[-1], CallEnded)
    assert records[-1].outcome == "caller_hung_up"
    assert json.loads((out / "result.json").read_text())["outcome"] == "caller_hung_up"
    assert "<html" in (out / "report.html").read_text()
    with wave.open(str(out / "call.wav")) as file:
        assert abs(file.getnframes() / SAMPLE_RATE - records[-1].duration) < 0.1
    caller, agent = read_recording(out / "call.wav")
    assert likeness(caller, question) > ALIKE
    # What was heard in the room is what the agent said.
    room = read_wav(tmp_path / "room.wav")
    utterances = [one for one in records if isinstance(one, Utterance)]
    assert [one.heard for one in utterances] == ["Hello.", "We are open from nine to five."]
    for one in utterances:
        part = agent[round(one.start * SAMPLE_RATE) : round(one.end * SAMPLE_RATE)]
        assert likeness(room, part) > ALIKE


@pytest.mark.alone
@pytest.mark.slow
def test_a_card_that_is_pulled_out_ends_the_call_in_order(
    card: SoundServer, tmp_path: Path
) -> None:
    talking = Talking(card, tmp_path)
    talking.until("Hello.")
    card.stop()
    code, _, told = talking.over()
    assert code == 1
    assert told.splitlines()[-1] == "kairos: the sound card is gone; the call was ended"
    assert "Traceback" not in told
    records = read_journal(tmp_path / "call" / "events.jsonl")
    assert isinstance(records[-1], CallEnded)
    assert records[-1].outcome == "caller_hung_up"
    assert (tmp_path / "call" / "report.html").exists()
