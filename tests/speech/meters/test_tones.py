"""Beeps are told from key tones, music, speech and noise."""

from __future__ import annotations

import numpy as np
import pytest

from speech.embedded.espeak import EspeakVoice
from speech.meters.chunks import Chunks
from speech.meters.silero import VAD_CHUNK, VAD_RATE
from speech.meters.tones import BeepMeter
from speech.protocols import SAMPLE_RATE, Audio
from speech.resampling import Downsampler
from system1.percepts import SoundEvent


def heard(audio: Audio) -> list[SoundEvent]:
    """What the meter makes of audio at 16 kHz, with silence after it; ``at`` is the audio's."""
    meter, line = BeepMeter(), Chunks()
    padded = np.concatenate((audio, np.zeros(VAD_RATE // 2, np.float32)))
    found = []
    for start in range(0, len(padded) - VAD_CHUNK + 1, VAD_CHUNK):
        chunk = line.take(padded[start : start + VAD_CHUNK])
        event = meter.step(chunk, (start + VAD_CHUNK) / VAD_RATE)
        if event is not None:
            found.append(event)
    return found


def tone(seconds: float, *hertz: float, lead_s: float = 0.31, amplitude: float = 0.1) -> Audio:
    time = np.arange(round(seconds * VAD_RATE)) / VAD_RATE
    wave = sum((np.sin(2 * np.pi * hz * time) for hz in hertz), np.zeros_like(time))
    quiet = np.zeros(round(lead_s * VAD_RATE))
    return np.concatenate((quiet, amplitude * wave)).astype(np.float32)


@pytest.mark.parametrize("hz", [440.0, 852.0, 1000.0, 1015.6, 1400.0, 2000.0])
@pytest.mark.parametrize("seconds", [0.28, 0.6, 0.9])
@pytest.mark.parametrize("lead_s", [0.0, 0.311, 0.327])
def test_a_beep(hz: float, seconds: float, lead_s: float) -> None:
    (event,) = heard(tone(seconds, hz, lead_s=lead_s))
    assert event.sound == "beep"
    assert event.at == pytest.approx(lead_s + seconds, abs=0.07)


def test_a_beep_on_a_noisy_line() -> None:
    beep = tone(0.6, 1000.0)
    noise = np.random.default_rng(1).standard_normal(beep.size) * 0.1 / np.sqrt(2) / 10**0.6
    assert len(heard(beep + noise.astype(np.float32))) == 1


@pytest.mark.parametrize("seconds", [0.05, 0.12, 1.3, 3.0])
def test_too_short_or_too_long(seconds: float) -> None:
    assert heard(tone(seconds, 1000.0)) == []


@pytest.mark.parametrize("low", [697.0, 770.0, 852.0, 941.0])
@pytest.mark.parametrize("high", [1209.0, 1336.0, 1477.0, 1633.0])
def test_key_tones_are_none(low: float, high: float) -> None:
    assert heard(tone(0.4, low, high)) == []


def test_the_same_keys_at_unequal_levels_are_none() -> None:
    """ITU-T Q.24 lets the higher tone be 4 dB above the lower one."""
    first, second = tone(0.4, 770.0), tone(0.4, 1336.0, amplitude=0.1 * 10 ** (4 / 20))
    assert heard(first + second) == []


def test_music_noise_a_glide_and_a_faint_tone_are_none() -> None:
    chords = [tone(0.5, *chord, lead_s=0.0) for chord in ((523.0, 659.0, 784.0), (440.0, 587.0))]
    assert heard(np.concatenate(chords)) == []
    noise = np.random.default_rng(0).standard_normal(VAD_RATE).astype(np.float32) * 0.1
    assert heard(noise) == []
    time = np.arange(round(0.6 * VAD_RATE)) / VAD_RATE
    glide = np.sin(2 * np.pi * (700 * time + 600 * time**2)).astype(np.float32) * 0.1
    assert heard(glide) == []
    assert heard(tone(0.6, 1000.0, amplitude=0.004)) == []


def test_speech_is_none() -> None:
    voice = EspeakVoice("en-us+klatt4", 160, 50, 100)
    text = "who knew you would do it too, we will see how the moon moves soon, mm-hm, oh"
    audio = np.concatenate([one.audio for one in voice.speak(text)]).astype(np.float32)
    resampled = np.interp(
        np.arange(0, len(audio), voice.sample_rate / SAMPLE_RATE), np.arange(len(audio)), audio
    ).astype(np.float32)
    down = Downsampler(768)
    whole = len(resampled) // 768 * 768
    chunks = [down.resample(resampled[at : at + 768]) for at in range(0, whole, 768)]
    assert heard(np.concatenate(chunks)) == []
