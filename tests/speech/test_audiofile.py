from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from speech.audiofile import read_wav
from speech.errors import SpeechError


def tone(rate: int, seconds: float = 0.5) -> NDArray[np.float64]:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate)


def wav(code: int, channels: int, rate: int, bits: int, data: bytes, before: bytes = b"") -> bytes:
    block = channels * bits // 8
    layout = struct.pack("<HHIIHH", code, channels, rate, rate * block, block, bits)
    body = b"WAVE" + before + b"fmt " + struct.pack("<I", 16) + layout
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pcm(samples: NDArray[np.float64]) -> bytes:
    return np.rint(samples * 32767).astype("<i2").tobytes()


def read(tmp_path: Path, data: bytes) -> NDArray[np.float32]:
    path = tmp_path / "in.wav"
    path.write_bytes(data)
    return read_wav(path)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24000, 44100, 48000])
def test_any_rate_becomes_24_khz(tmp_path: Path, rate: int) -> None:
    audio = read(tmp_path, wav(1, 1, rate, 16, pcm(tone(rate))))
    assert audio.dtype == np.float32
    assert len(audio) == pytest.approx(12000, abs=2)
    inner = slice(1000, 11000)
    assert np.abs(audio[inner] - tone(24000)[inner]).max() < 0.01


def test_two_channels_are_averaged(tmp_path: Path) -> None:
    both = np.stack((tone(24000), np.zeros(12000)), axis=1).ravel()
    audio = read(tmp_path, wav(1, 2, 24000, 16, pcm(both)))
    assert np.abs(audio - tone(24000) / 2).max() < 1e-3


def test_float_samples_and_unknown_chunks(tmp_path: Path) -> None:
    data = tone(24000).astype("<f4").tobytes()
    odd = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    assert np.allclose(read(tmp_path, wav(3, 1, 24000, 32, data, odd)), tone(24000), atol=1e-6)


def test_a_recording_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = wav(1, 1, 24000, 16, pcm(tone(24000)))
    assert len(read(tmp_path, whole[:-1001])) == 12000 - 501


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not a WAV file"),
        (b"ID3" + bytes(100), "not a WAV file"),
        (b"RIFF\0\0\0\0WAVE", "a damaged WAV file"),
        (wav(1, 1, 24000, 16, b""), "has no audio in it"),
        (wav(1, 1, 24000, 24, bytes(30)), "24 bit integer samples"),
        (wav(1, 1, 24000, 8, bytes(30)), "8 bit integer samples"),
        (wav(3, 1, 24000, 64, bytes(32)), "64 bit float samples"),
        (wav(7, 1, 8000, 8, bytes(30)), r"compressed WAV \(format 7\)"),
        (wav(1, 6, 48000, 16, bytes(48)), "6 channels"),
        (wav(1, 1, 96000, 16, bytes(48)), "96000 Hz"),
        (wav(3, 1, 24000, 32, np.full(9, np.nan, "<f4").tobytes()), "no numbers"),
    ],
)
def test_what_cannot_be_read_is_named_in_one_line(
    tmp_path: Path, data: bytes, problem: str
) -> None:
    with pytest.raises(SpeechError, match=problem) as raised:
        read(tmp_path, data)
    assert "in.wav: " in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"nowhere\.wav: no such file"):
        read_wav(tmp_path / "nowhere.wav")
    with pytest.raises(SpeechError, match="directory"):
        read_wav(tmp_path)
