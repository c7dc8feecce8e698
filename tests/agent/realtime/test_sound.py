"""Sound in events: what is written is what was said, to the sample, in every coding."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from agent.realtime.sound import Coding, Decoder, Encoder, format_of
from agent.realtime.trouble import Refusal
from speech.narrowband import DELAY_S, LINE_RATE
from speech.protocols import SAMPLE_RATE, Audio


def tone(seconds: float) -> Audio:
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
    fading: Audio = (wave * np.hanning(len(wave))).astype(np.float32)
    return fading


def written(audio: Audio, coding: Coding, piece: int) -> bytes:
    encoder = Encoder(coding)
    texts = [encoder.encode(audio[at : at + piece]) for at in range(0, len(audio), piece)]
    return b"".join(map(base64.b64decode, [*texts, encoder.rest()]))


@pytest.mark.parametrize("coding", ["pcm16", "ulaw", "alaw"])
@pytest.mark.parametrize("piece", [77, 480])
def test_there_and_back(coding: Coding, piece: int) -> None:
    sound = tone(0.3)
    data = written(sound, coding, piece)
    rate = SAMPLE_RATE if coding == "pcm16" else LINE_RATE
    assert len(data) == round(0.3 * rate) * (2 if coding == "pcm16" else 1)
    decoder = Decoder(coding)
    # What is said in the middle of a word, or of a sample, is gone on with.
    parts = [data[:301], data[301:302], data[302:]]
    back = np.concatenate([decoder.decode(base64.b64encode(one).decode()) for one in parts])
    late = 0 if coding == "pcm16" else round(DELAY_S * SAMPLE_RATE)
    assert len(back) == len(sound)
    np.testing.assert_allclose(back[late:], sound[: len(sound) - late], atol=0.02)


@pytest.mark.parametrize("coding", ["pcm16", "ulaw", "alaw"])
def test_silence_is_silent(coding: Coding) -> None:
    data = written(np.zeros(480, np.float32), coding, 480)
    heard = Decoder(coding).decode(base64.b64encode(data).decode())
    assert float(np.abs(heard).max()) < 0.001


@pytest.mark.parametrize("text", ["%%%", "AAA", "é", "AAAA AAAA"])
def test_no_base64_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="base64"):
        Decoder("pcm16").decode(text)


def test_formats_by_the_protocols_names() -> None:
    assert format_of("pcm16") == {"type": "audio/pcm", "rate": 24000}
    assert format_of("ulaw") == {"type": "audio/pcmu"}
    assert format_of("alaw") == {"type": "audio/pcma"}
