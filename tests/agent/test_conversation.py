"""A frame in, a frame out: the clock, the files, and what does not depend on frame sizes."""

from __future__ import annotations

import json
import os
import wave
from pathlib import Path

import numpy as np
import pytest

from agent.conversation import Conversation
from agent.journal import read_journal
from agent.recording import read_recording
from agent.records import CallEnded, Utterance
from policies.problems import DocumentError
from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE, Audio
from system2.errors import ModelError


def hiss(seconds: float) -> Audio:
    rng = np.random.default_rng(1)
    return (1e-3 * rng.standard_normal(int(seconds * SAMPLE_RATE))).astype(np.float32)


async def call(audio: Audio, frame: int, out: Path | None = None) -> tuple[Audio, str]:
    """The agent's audio for the caller's, and the journal as text."""
    async with Conversation.open("broadband", out=out) as conversation:
        answers = [
            await conversation.step(audio[start : start + frame])
            for start in range(0, audio.size, frame)
        ]
        journal = repr(conversation.journal)
    return np.concatenate(answers), journal


@pytest.mark.slow
async def test_frames_of_any_size_give_the_same_call(tmp_path: Path) -> None:
    audio = hiss(5.0)
    whole, journal = await call(audio, 480, tmp_path / "a")
    for number, frame in enumerate((1, 77, 240, 1920, 24_000)):
        part = audio if frame > 1 else audio[:2400]
        answer, other = await call(part, frame, tmp_path / str(number))
        assert np.array_equal(answer, whole[: answer.size])
        if part.size == audio.size:
            assert other == journal


async def test_as_many_samples_out_as_in_and_the_greeting_is_heard() -> None:
    async with Conversation.open("broadband") as conversation:
        sizes = [1, 239, 240, 241, 5000]
        answers = [await conversation.step(hiss(1.0)[:size]) for size in sizes]
        assert [answer.size for answer in answers] == sizes
        assert all(answer.dtype == np.float32 for answer in answers)
        assert conversation.now == pytest.approx(sum(sizes) / SAMPLE_RATE)
        assert float(np.abs(answers[-1]).max()) > 0.01
        assert conversation.ended is None
    assert conversation.ended == "caller_hung_up"


async def test_hanging_up_writes_whole_files(tmp_path: Path) -> None:
    async with Conversation.open("broadband", out=tmp_path) as conversation:
        await conversation.step(hiss(1.0))
        conversation.caller_hangs_up()
        await conversation.step(hiss(0.1))
        assert conversation.ended == "caller_hung_up"
        silence = await conversation.step(hiss(0.5))
        assert not silence.any()
    records = read_journal(tmp_path / "events.jsonl")
    assert isinstance(records[-1], CallEnded)
    greeting = next(one for one in records if isinstance(one, Utterance))
    assert greeting.cut
    caller, agent = read_recording(tmp_path / "call.wav")
    assert caller.size == agent.size == round(1.6 * SAMPLE_RATE)
    audible = np.flatnonzero(np.abs(agent) > 0.002)
    assert audible[0] / SAMPLE_RATE == pytest.approx(greeting.start, abs=0.002)


async def test_an_interrupted_call_leaves_valid_files(tmp_path: Path) -> None:
    async def interrupted() -> None:
        async with Conversation.open("broadband", out=tmp_path) as conversation:
            await conversation.step(hiss(1.0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await interrupted()
    records = read_journal(tmp_path / "events.jsonl")
    assert isinstance(records[-1], CallEnded)
    assert records[-1].outcome == "error"
    with wave.open(str(tmp_path / "call.wav")) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 24_000, 2)
        assert file.getnframes() == SAMPLE_RATE
    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line) for line in lines)


@pytest.mark.parametrize("frame", [np.zeros(0, np.float32), np.zeros((2, 2), np.float32)])
async def test_a_frame_is_mono_and_not_empty(frame: Audio) -> None:
    async with Conversation.open("broadband") as conversation:
        with pytest.raises(ValueError, match="mono and not empty"):
            await conversation.step(frame)


async def test_what_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DocumentError):
        async with Conversation.open("no-such-policy"):
            pass
    with pytest.raises(SpeechError) as caught:
        async with Conversation.open("broadband", speech="no-such-profile", out=tmp_path / "x"):
            pass
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "x").exists()
    with pytest.raises(ModelError):
        async with Conversation.open("broadband", model="no-such-model"):
            pass
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    with pytest.raises(OSError, match="file"):
        async with Conversation.open("broadband", out=blocked):
            pass


async def test_live_time_does_not_wait_for_the_mind() -> None:
    async with Conversation.open("broadband", clock="live") as conversation:
        answer = await conversation.step(hiss(0.5))
    assert answer.size == SAMPLE_RATE // 2


async def test_all_the_files_of_a_call_are_written_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("of an earlier call", encoding="utf-8")
    async with Conversation.open("broadband", out=tmp_path) as conversation:
        assert not (tmp_path / "report.html").exists()
        await conversation.step(hiss(2.0))
    names = sorted(os.listdir(tmp_path))
    assert names == ["call.wav", "events.jsonl", "report.html", "result.json"]
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert (result["outcome"], result["passed"]) == ("caller_hung_up", True)
    assert "Northwind" in (tmp_path / "report.html").read_text(encoding="utf-8")


async def test_what_breaks_in_a_call_ends_it_in_order_and_is_logged_without_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken() -> None:
        async with Conversation.open("broadband", out=tmp_path) as conversation:
            await conversation.step(hiss(1.0))
            raise RuntimeError("the caller said something secret")

    with pytest.raises(RuntimeError):
        await broken()
    ended = read_journal(tmp_path / "events.jsonl")[-1]
    assert isinstance(ended, CallEnded)
    assert (ended.outcome, ended.by) == ("error", "system")
    assert not (tmp_path / "result.json").exists()
    logged = capsys.readouterr().err
    assert "call.failed" in logged
    assert "secret" not in logged


async def test_the_audio_is_the_clock(tmp_path: Path) -> None:
    async with Conversation.open("broadband", out=tmp_path) as conversation:
        await conversation.step(hiss(6.0))
        said = [one for one in conversation.journal if isinstance(one, Utterance)]
    _, agent = read_recording(tmp_path / "call.wav")
    audible = np.flatnonzero(np.abs(agent) > 0.002) / SAMPLE_RATE
    assert len(said) == 2
    # The journal's times are those of the recording, however long the call has gone on.
    assert audible[-1] == pytest.approx(said[-1].end, abs=0.012)


async def test_a_voice_that_was_late_in_mid_utterance_is_told_of_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with Conversation.open("broadband") as call:
        await call.step(np.zeros(480, np.float32))
        call._mouth.underruns, call._mouth.underrun_s = 2, 0.3
    assert capsys.readouterr().err.count("speech.underruns") == 1
    async with Conversation.open("broadband") as call:
        await call.step(np.zeros(480, np.float32))
    assert "speech.underruns" not in capsys.readouterr().err
