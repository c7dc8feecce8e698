from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speech.audiofile import read_wav, wav_rate, write_wav
from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE, Audio
from speech.samples import measured, read_sample


def reading(seconds: float = 10.0, level: float = 0.08) -> Audio:
    """Syllables of 0.25 s and a pause of 0.6 s every three seconds, silence around."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * 130 * n * times) / n for n in range(1, 10))
    heard = np.clip(np.sin(2 * np.pi * 2 * times) * 3, 0, 1) * ((times % 3.0) < 2.4)
    quiet = np.zeros(SAMPLE_RATE // 2)
    out: Audio = np.concatenate((quiet, level * wave * heard, quiet)).astype(np.float32)
    return out


def noisy(audio: Audio, snr_db: float) -> Audio:
    speech = audio[np.abs(audio) > 0.003]
    amplitude = np.sqrt(np.mean(speech**2)) * 10 ** (-snr_db / 20)
    noise = np.random.default_rng(1).standard_normal(audio.size)
    out: Audio = (audio + amplitude * noise).astype(np.float32)
    return out


def findings(audio: Audio, rate_hz: int = 24_000) -> str:
    return "; ".join(measured(audio, rate_hz).measures.findings())


def test_a_good_recording_will_do() -> None:
    assert findings(noisy(reading(), 40)) == ""


@pytest.mark.parametrize("snr_db", [30.0, 20.0, 12.0])
def test_noise_is_measured_within_three_decibels(snr_db: float) -> None:
    found = measured(noisy(reading(), snr_db), 24_000).measures.noise_db
    assert found == pytest.approx(snr_db, abs=3.0)


@pytest.mark.parametrize(
    ("audio", "rate_hz", "expected"),
    [
        (reading(), 8_000, "recorded at 8000 Hz: record at 16000 Hz or more"),
        (reading(3.0), 24_000, "s of speech: record about 10 s, at the least 6 s"),
        (reading(40.0), 24_000, "s of speech: cut out about 10 s, at the most 30 s"),
        (reading(level=0.001), 24_000, "dBFS is too quiet: go closer to the microphone"),
        (np.clip(reading(level=1.5), -0.97, 0.97), 24_000, "dBFS is too loud: turn the micro"),
        (np.clip(reading(level=0.8), -1, 1), 24_000, "of it is clipped: turn the microphone down"),
        (noisy(reading(), 12), 24_000, "dB above the noise: record in a quiet room"),
    ],
)
def test_each_fault_is_a_line_that_says_what_to_do(
    audio: Audio, rate_hz: int, expected: str
) -> None:
    lines = measured(audio, rate_hz).measures.findings()
    assert any(expected in line for line in lines)
    assert all("\n" not in line for line in lines)


def test_long_pauses_are_told() -> None:
    piece = reading(2.0)
    gap = np.zeros(3 * SAMPLE_RATE, np.float32)
    told = findings(noisy(np.concatenate((piece, gap, piece, gap, piece)), 40))
    assert "of it is silence: read on without long pauses" in told


def test_silence_is_no_voice() -> None:
    told = findings(np.zeros(5 * SAMPLE_RATE, np.float32))
    assert "0.0 s of speech" in told
    assert findings(np.zeros(0, np.float32))


def test_the_silence_around_is_cut() -> None:
    sample = measured(reading(), 24_000)
    assert sample.measures.seconds == pytest.approx(9.9, abs=0.2)
    assert len(sample.audio) / SAMPLE_RATE == pytest.approx(sample.measures.seconds + 0.2, abs=0.05)


def test_a_recording_is_read_at_the_rate_it_was_made_at(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, reading()[::3], 8_000)
    assert wav_rate(path) == 8_000
    assert read_sample(path).measures.rate_hz == 8_000
    with pytest.raises(SpeechError, match=r"b\.wav: no such file"):
        read_sample(tmp_path / "b.wav")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, reading(), SAMPLE_RATE)
    assert np.abs(read_wav(path) - reading()).max() < 1e-4
