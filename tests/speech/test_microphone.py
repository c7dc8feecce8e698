"""Echo taken out and levels set, on sound that the tests make."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import soxr  # type: ignore[import-untyped]

from policies.line import Echo, Level
from policies.line import Line as Terms
from speech.embedded.espeak import EspeakVoice
from speech.errors import SpeechError
from speech.microphone import FRAME, Microphone, open_microphone
from speech.protocols import SAMPLE_RATE, Audio

FAR = (
    "Thank you for calling. Most faults are fixed within four hours, and we send you a message "
    "when it is done. Please tell me your postcode, and then the number of your house."
)
NEAR = "no wait that is not what i meant"


def spoken(text: str, voice: str) -> Audio:
    engine = EspeakVoice(voice, 165, 50)
    audio = np.concatenate([piece.audio for piece in engine.speak(text)])
    resampled: Audio = soxr.resample(audio, engine.sample_rate, SAMPLE_RATE).astype(np.float32)
    return resampled


def echoed(far: Audio, delay_s: float = 0.09, gain_db: float = -6.0) -> Audio:
    """As a small room gives it back."""
    random = np.random.default_rng(4)
    length = round(0.1 * SAMPLE_RATE)
    room = random.standard_normal(length) * np.exp(-np.arange(length) / (0.02 * SAMPLE_RATE)) * 0.2
    room[0] = 1.0
    sound = np.convolve(far, room)[: far.size] * 10 ** (gain_db / 20)
    return np.concatenate((np.zeros(round(delay_s * SAMPLE_RATE)), sound))[: far.size].astype(
        np.float32
    )


def through(line: Microphone, microphone: Audio, far: Audio) -> Audio:
    count = min(microphone.size, far.size) // FRAME * FRAME
    return np.concatenate(
        [
            line.near(microphone[at : at + FRAME], far[at : at + FRAME])
            for at in range(0, count, FRAME)
        ]
    )


def level_db(audio: Audio) -> float:
    return 10 * float(np.log10(np.mean(audio.astype(np.float64) ** 2) + 1e-12))


def delay_s(before: Audio, after: Audio) -> float:
    size = 2 * before.size
    product = np.fft.rfft(after, size) * np.conj(np.fft.rfft(before, size))
    lag = int(np.argmax(np.fft.irfft(product)))
    return (lag if lag < before.size else lag - size) / SAMPLE_RATE


@pytest.fixture(scope="module")
def far() -> Audio:
    return spoken(FAR, "en-us+f3")


@pytest.mark.slow
@pytest.mark.parametrize("delay_s", [0.02, 0.09, 0.25])
def test_the_echo_is_taken_down_by_much_and_the_loss_is_told(far: Audio, delay_s: float) -> None:
    line = Microphone(Terms(echo=Echo.CANCEL))
    microphone = echoed(far, delay_s)
    cleaned = through(line, microphone, far)
    later = slice(4 * SAMPLE_RATE, cleaned.size)
    assert level_db(microphone[later]) - level_db(cleaned[later]) > 25
    assert line.echo_loss_db is not None
    assert line.echo_loss_db > 20


@pytest.mark.slow
def test_the_caller_is_heard_over_it_and_untouched_without_it(far: Audio) -> None:
    near = spoken(NEAR, "en-us+m3")
    microphone = echoed(far)
    start = 6 * SAMPLE_RATE
    microphone[start : start + near.size] += near[: microphone.size - start]
    over = through(Microphone(Terms(echo=Echo.CANCEL)), microphone, far)[start : start + near.size]
    assert level_db(over) > level_db(near) - 12
    alone = through(Microphone(Terms(echo=Echo.CANCEL)), near, np.zeros_like(near))
    assert level_db(alone) == pytest.approx(level_db(near), abs=2)
    assert 0 <= delay_s(near[: alone.size], alone) < 0.015


@pytest.mark.slow
def test_two_calls_with_the_same_sound_hear_the_same(far: Audio) -> None:
    microphone = echoed(far)
    first, second = (
        through(Microphone(Terms(echo=Echo.CANCEL)), microphone, far) for _ in range(2)
    )
    assert np.array_equal(first, second)


@pytest.mark.slow
@pytest.mark.parametrize("spoken_db", [-50.0, -35.0])
def test_a_soft_microphone_is_brought_to_a_usual_level(spoken_db: float) -> None:
    near = spoken(NEAR, "en-us+m3")
    soft = np.tile(near * 10 ** ((spoken_db - level_db(near)) / 20), 4)
    line = Microphone(Terms(level=Level.AUTOMATIC))
    cleaned = through(line, soft, np.zeros_like(soft))
    assert level_db(cleaned[3 * near.size :]) == pytest.approx(-23, abs=4)
    assert line.echo_loss_db is None


def test_a_line_that_is_left_alone_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "livekit.rtc", None)
    assert open_microphone(Terms()) is None
    with pytest.raises(SpeechError, match=r"livekit .*pip install 'kairos-voice\[echo\]'"):
        open_microphone(Terms(echo=Echo.CANCEL))
