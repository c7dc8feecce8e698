"""Music is told from speech, noise and the network's tones."""

from __future__ import annotations

import numpy as np
import pytest
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

from scenarios.line import PHONE_BAND_HZ, band_limited
from scenarios.sounds import sound
from speech.embedded.espeak import EspeakVoice
from speech.meters.music import MusicMeter
from speech.meters.silero import VAD_CHUNK, VAD_RATE
from speech.protocols import SAMPLE_RATE, Audio

Wave = NDArray[np.float64]
TIME: Wave = np.arange(round(4.5 * SAMPLE_RATE)) / SAMPLE_RATE


def heard(wave: Wave | Audio, rate: int = SAMPLE_RATE) -> list[tuple[float, str]]:
    """What the meter tells of a sound with 2 s of silence after it, and when."""
    audio = soxr.resample(np.asarray(wave, np.float32), rate, VAD_RATE)
    audio = np.concatenate((audio, np.zeros(2 * VAD_RATE, np.float32)))
    meter = MusicMeter()
    ends = range(VAD_CHUNK, len(audio) + 1, VAD_CHUNK)
    told = [meter.step(audio[end - VAD_CHUNK : end], end / VAD_RATE) for end in ends]
    return [(one.at, one.sound) for one in told if one is not None]


def note(hz: float, time: Wave, partials: int) -> Wave:
    return np.asarray(sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, partials + 1)))


def arpeggio() -> Wave:
    beat = TIME % 0.2
    chord = np.array([261.6, 329.6, 392.0, 523.3])[(TIME / 0.2).astype(int) % 4]
    wave = sum(np.sin(2 * np.pi * chord * k * beat) / k for k in range(1, 6))
    return np.asarray(0.1 * wave * np.exp(-beat / 0.25))


def drone() -> Wave:
    phase = 2 * np.pi * np.cumsum(220 * (1 + 0.01 * np.sin(2 * np.pi * 5.5 * TIME))) / SAMPLE_RATE
    return np.asarray(0.1 * sum(np.sin(k * phase) / k for k in range(1, 8)))


def band() -> Wave:
    drums = np.random.default_rng(0).standard_normal(TIME.size) * np.exp(-(TIME % 0.27) / 0.04)
    return (
        0.05 * sum((note(hz, TIME, 4) for hz in (220.0, 277.2, 329.6)), np.zeros(1)) + 0.2 * drums
    )


MUSIC = {
    "chords": np.asarray(sound("music", 4.5, None, 0), np.float64),
    "arpeggio": arpeggio(),
    "drone": drone(),
    "band": band(),
}


@pytest.mark.parametrize("kind", list(MUSIC))
@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("level_db", [-20.0, -34.0])
def test_music_is_heard_and_its_end(kind: str, phone: bool, level_db: float) -> None:
    wave = np.asarray(MUSIC[kind], np.float32)
    wave = band_limited(wave, *PHONE_BAND_HZ) if phone else wave
    (begins, first), (ends, second) = heard(
        wave * np.float32(10 ** (level_db / 20) / np.sqrt(np.mean(wave**2)))
    )
    assert (first, second) == ("music", "music_stopped")
    assert begins <= (1.6 if kind in ("chords", "drone") else 3.1)
    assert 4.5 <= ends <= 6.0


@pytest.mark.parametrize("name", ["klatt4", "f5", "m1", "m7", "croak", "whisper", "Annie"])
def test_speech_is_none(name: str) -> None:
    voice = EspeakVoice(f"en-us+{name}", 120)
    text = "who knew you would do it too, mmm, oh, we were away a year ago and you all know why"
    speech = np.concatenate([one.audio for one in voice.speak(text)])
    assert heard(speech, voice.sample_rate) == []


@pytest.mark.parametrize(
    "wave",
    [
        pytest.param(0.05 * np.random.default_rng(1).standard_normal(TIME.size), id="noise"),
        pytest.param(0.1 * np.sin(2 * np.pi * 425 * TIME), id="dial tone"),
        pytest.param(
            0.1 * (np.sin(2 * np.pi * 440 * TIME) + np.sin(2 * np.pi * 480 * TIME)), id="ring"
        ),
        pytest.param(
            0.1
            * (np.sin(2 * np.pi * 770 * TIME) + np.sin(2 * np.pi * 1336 * TIME))
            * (TIME % 0.2 < 0.1),
            id="keys",
        ),
        pytest.param(sound("beep", 1.0, None, 0), id="beep"),
        pytest.param(sound("laugh", 3.0, None, 0), id="laugh"),
        pytest.param(sound("cough", 1.0, None, 0), id="cough"),
    ],
)
def test_noise_and_tones_are_none(wave: Wave) -> None:
    assert heard(wave) == []


@pytest.mark.parametrize("name", [*MUSIC])
def test_when_lines_are_sought_makes_no_difference(name: str) -> None:
    audio = soxr.resample(MUSIC[name].astype(np.float32), SAMPLE_RATE, VAD_RATE)
    late, soon = MusicMeter(), MusicMeter()
    for end in range(VAD_CHUNK, len(audio) + 1, VAD_CHUNK):
        chunk = audio[end - VAD_CHUNK : end]
        soon.step(chunk, 0.0)
        soon._standing(1)
        late.step(chunk, 0.0)
    count = len(late._frames)
    assert late._standing(count) == soon._standing(count) > 0.0
