"""Level, change, laughter and echo, on sounds made here."""

from __future__ import annotations

import numpy as np

from scenarios.sounds import sound
from speech.meters.chunks import Chunk, Chunks
from speech.meters.echo import EchoMeter
from speech.meters.laughter import LaughMeter
from speech.meters.loudness import LoudnessMeter
from speech.protocols import Audio
from system1.percepts import Level

RATE = 16_000
CHUNK = 512


def chunks(audio: Audio) -> list[Chunk]:
    line = Chunks()
    return [line.take(audio[at : at + CHUNK]) for at in range(0, len(audio) - CHUNK + 1, CHUNK)]


def babble(seconds: float, seed: int, rate: int = RATE) -> Audio:
    """Noise whose colour and loudness change four times a second, as speech's do."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(round(seconds * rate))
    spectrum = np.fft.rfft(noise)
    hz = np.fft.rfftfreq(noise.size, 1 / rate)
    time = np.arange(noise.size) / rate
    out = np.zeros(noise.size)
    for centre in (400.0, 900.0, 1800.0, 2800.0):
        band = np.fft.irfft(spectrum * (np.abs(hz - centre) < 250.0), noise.size)
        swell = np.interp(
            time, np.arange(0, seconds + 0.25, 0.125), rng.random(200)[: int(seconds * 8) + 2]
        )
        out += band * swell**2
    return np.asarray(0.3 * out / np.abs(out).max(), np.float32)


def levels(audio: Audio) -> list[Level]:
    meter = LoudnessMeter()
    found = [
        meter.step(chunk, (n + 1) * CHUNK / RATE, 0.0, (n + 1) * CHUNK / RATE)
        for n, chunk in enumerate(chunks(audio))
    ]
    return [one for one in found if one is not None]


def test_a_level_falls_as_the_sound_does() -> None:
    near = levels(babble(1.0, 1))[-1].level_db
    far = levels(babble(1.0, 1) * np.float32(10 ** (-15 / 20)))[-1].level_db
    assert abs(near - far - 15) < 0.1


def test_a_hum_moves_less_than_speech() -> None:
    time = np.arange(RATE) / RATE
    hum = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 20))
    hum_db = levels(np.asarray(0.1 * hum, np.float32))[-1].change_db
    speech_db = levels(babble(1.0, 2))[-1].change_db
    assert hum_db is not None
    assert speech_db is not None
    assert hum_db < 1.0 < 3.0 < speech_db


def laughs(audio: Audio) -> list[float]:
    meter = LaughMeter()
    found = [meter.step(one, True, (n + 1) * CHUNK / RATE) for n, one in enumerate(chunks(audio))]
    return [one.at for one in found if one is not None]


def test_laughter_is_known_and_told_once() -> None:
    at = laughs(sound("laugh", 1.6, None, 3)[::3].repeat(2).astype(np.float32))
    assert len(at) == 1
    assert at[0] < 1.0


def test_what_never_comes_back_is_no_laughter() -> None:
    assert not laughs(babble(3.0, 4))


def echo(caller: Audio, agent: Audio) -> float:
    """The echo in the last of ``caller`` (16 kHz) while ``agent`` (24 kHz) is played."""
    meter = EchoMeter()
    value = 0.0
    for n, chunk in enumerate(chunks(caller)):
        value = meter.step(chunk, n * CHUNK / RATE)
        meter.played(agent[n * 768 : (n + 1) * 768])
    return value


def test_the_agents_own_voice_is_known_and_another_is_not() -> None:
    agent = babble(1.5, 5, 24_000)
    late = np.zeros(1920, np.float32)
    back = np.interp(np.arange(0, 1.5, 1 / RATE), np.arange(agent.size) / 24_000, agent)
    returned = np.concatenate((late, 0.1 * back.astype(np.float32)))[: len(back)]
    assert echo(returned.astype(np.float32), agent) > 0.9
    assert echo(babble(1.5, 6), agent) < 0.8


def echo_after(caller: Audio, agent: Audio, onset_s: float) -> float:
    """The echo at the end of ``caller``, whose speech began at ``onset_s``."""
    meter = EchoMeter()
    value = 0.0
    for n, chunk in enumerate(chunks(caller)):
        speech_s = (n + 1) * CHUNK / RATE - onset_s
        value = meter.step(chunk, speech_s if speech_s > 0 else None)
        meter.played(agent[n * 768 : (n + 1) * 768])
    return value


def test_two_voices_are_no_echo_though_they_are_alike_for_a_fifth_of_a_second() -> None:
    agent = babble(1.5, 5, 24_000)
    others = [echo_after(babble(1.0, seed)[: 26 * CHUNK], agent, 0.65) for seed in range(6, 36)]
    assert max(others) < 0.75
    back = np.interp(np.arange(0, 1.5, 1 / RATE), np.arange(agent.size) / 24_000, agent)
    returned = np.concatenate((np.zeros(1920, np.float32), 0.1 * back.astype(np.float32)))
    assert echo_after(returned[: 40 * CHUNK], agent, 0.65) > 0.9
