"""``call.wav``: valid at any time, whole again when it is read."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from agent.recording import Recording, read_recording
from speech.audiofile import read_wav
from speech.protocols import SAMPLE_RATE, Audio


def tone(count: int) -> Audio:
    wave: Audio = (0.5 * np.sin(np.arange(count) / 7)).astype(np.float32)
    return wave


def test_both_channels_come_back(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "call.wav")
    recording.add(tone(480), np.zeros(480, np.float32))
    recording.add(np.zeros(100, np.float32), tone(100))
    recording.close()
    caller, agent = read_recording(tmp_path / "call.wav")
    assert np.allclose(caller[:480], tone(480), atol=1e-4)
    assert not caller[480:].any()
    assert np.allclose(agent[480:], tone(100), atol=1e-4)
    with wave.open(str(tmp_path / "call.wav")) as file:
        assert file.getparams()[:4] == (2, 2, SAMPLE_RATE, 580)


def test_what_came_in_with_16_bits_is_there_to_the_bit(tmp_path: Path) -> None:
    every = np.arange(-32768, 32768).astype(np.float32) / np.float32(32768)
    recording = Recording(tmp_path / "call.wav")
    recording.add(every, every[::-1])
    recording.close()
    caller, agent = read_recording(tmp_path / "call.wav")
    assert np.array_equal(caller, every)
    assert np.array_equal(agent, every[::-1])
    assert np.array_equal(read_wav(tmp_path / "call.wav", 0), caller)
    assert np.array_equal(read_wav(tmp_path / "call.wav", 1), agent)


def test_after_a_crash_others_read_all_but_the_last_second(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "call.wav")
    for _ in range(130):
        recording.add(tone(480), tone(480))
    crashed = tmp_path / "crashed.wav"
    shutil.copy(tmp_path / "call.wav", crashed)
    recording.close()
    with wave.open(str(crashed)) as file:
        assert 130 * 480 - SAMPLE_RATE <= file.getnframes() <= 130 * 480
    assert read_wav(crashed).size >= 130 * 480 - SAMPLE_RATE


def test_after_a_crash_all_that_is_there_is_read(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    recording = Recording(path)
    for _ in range(60):
        recording.add(tone(480), tone(480))
    recording.close()
    whole = path.read_bytes()
    torn = bytearray(whole + whole[44 : 44 + 4 * 100] + b"\x01\x02\x03")
    path.write_bytes(torn)
    caller, agent = read_recording(path)
    assert caller.size == agent.size == 60 * 480 + 100


def test_what_is_kept_is_released_once(tmp_path: Path) -> None:
    kept: list[int] = []
    released: list[None] = []

    def keep(descriptor: int):  # type: ignore[no-untyped-def]
        kept.append(descriptor)
        return lambda: released.append(None)

    recording = Recording(tmp_path / "call.wav", keep)
    recording.close()
    recording.close()
    assert len(kept) == len(released) == 1


@pytest.mark.parametrize("data", [b"", b"RIFF", b"x" * 100])
def test_what_is_no_recording_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"call\.wav: not the recording of a call"):
        read_recording(path)
