"""The caller's voice: lines known to the sample, and always the same."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from scenarios.caller import CallerAudio, SpokenLine, default_voice, speak_lines
from scenarios.line import AUDIBLE, TelephoneLine, active_speech_db, level_db
from scenarios.script import LineQuality
from speech.protocols import SAMPLE_RATE
from tests.scenarios.stage import script

HERE = Path()


def lines(*said: object, folder: Path = HERE, **more: object) -> list[SpokenLine]:
    steps = script([{"caller": line} for line in said], **more)
    return list(speak_lines(steps, folder, "en")[0].values())


def above(line: SpokenLine, hz: float) -> float:
    """Level of what is above a frequency (dB, on some scale)."""
    power = np.abs(np.fft.rfft(line.audio)) ** 2
    frequencies = np.fft.rfftfreq(line.audio.size, 1 / SAMPLE_RATE)
    return 10 * float(np.log10(power[frequencies > hz].sum()))


def test_a_line_begins_and_ends_with_sound() -> None:
    (line,) = lines("hello there")
    loud = np.abs(line.audio) > AUDIBLE
    assert loud[0]
    assert loud[-1]
    assert 0.4 < line.length < 1.5
    assert [(span.start, span.end) for span in line.spans] == [(0.0, line.length)]


def test_a_pause_is_exact_silence() -> None:
    (line,) = lines({"say": "it is", "pause": 1.2, "then": ["the second", "house"]})
    first, second, third = line.spans
    assert second.start - first.end == pytest.approx(1.2)
    assert third.start - second.end == pytest.approx(1.2)
    silence = line.audio[round(first.end * SAMPLE_RATE) : round(second.start * SAMPLE_RATE)]
    assert silence.size == 1.2 * SAMPLE_RATE
    assert not silence.any()


def test_the_same_line_is_the_same_sound_in_any_order() -> None:
    first, second = lines("one line", "another line")
    again, _ = reversed(lines("another line", "one line"))
    assert np.array_equal(first.audio, again.audio)
    assert second.length != first.length


def test_manner() -> None:
    calm, fast, loud = lines(
        "this is enough",
        {"say": "this is enough", "rate": 240},
        {"say": "this is enough", "volume": 140},
    )
    assert fast.length < 0.8 * calm.length
    assert level_db(loud.audio) - level_db(calm.audio) == pytest.approx(2.9, abs=0.5)


def test_a_mumble_has_nothing_that_makes_words() -> None:
    clear, mumbled = lines(
        "six thick socks",
        {"say": "six thick socks", "mumbled": True},
        caller={"line": {"band": "wide"}},
    )
    assert above(clear, 700) - above(mumbled, 700) > 40


def test_the_line_carries_the_phone_band() -> None:
    (line,) = lines("six thick socks", caller={"line": {"band": "phone"}})
    assert above(line, 0) - above(line, 4600) > 40


def test_the_noise_is_as_far_below_the_speech_as_was_asked() -> None:
    steps = script([{"caller": "hello there"}], caller={"line": {"noise": "white", "snr_db": 18}})
    said, line = speak_lines(steps, HERE, "en")
    speech = active_speech_db(said[0].audio)
    noise = level_db(line.noise(20 * SAMPLE_RATE))
    assert speech - noise == pytest.approx(18, abs=0.5)


def test_a_recording(tmp_path: Path) -> None:
    samples = np.zeros(8000, "<i2")
    samples[2000:6000] = (8000 * np.sin(np.arange(4000) * 2 * np.pi * 0.1)).astype("<i2")
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())
    (line,) = lines({"wav": "a.wav"}, folder=tmp_path)
    assert line.length == pytest.approx(0.5, abs=0.02)  # trimmed to what is audible


def test_sounds_are_no_speech() -> None:
    (line,) = lines({"sound": "beep", "seconds": 0.5})
    assert line.spans == ()
    assert line.length == pytest.approx(0.5, abs=0.02)


def test_keys_are_pressed_beside_the_audio() -> None:
    steps = script([{"caller": {"dtmf": "12#"}}])
    said, line = speak_lines(steps, HERE, "en")
    side = CallerAudio(said, line)
    side.next(2400)
    side.begin(0)
    pressed = [side.next(240) for _ in range(60)]
    assert not any(block.any() for block, _ in pressed)
    assert [(n, keys) for n, (_, keys) in enumerate(pressed) if keys] == [
        (0, "1"),
        (20, "2"),
        (40, "#"),
    ]


def test_blocks_make_no_difference() -> None:
    quality = LineQuality(noise="pink")
    (line,) = lines("hello there")
    whole = CallerAudio({0: line}, TelephoneLine(quality, 1))
    whole.begin(0)
    cut = CallerAudio({0: line}, TelephoneLine(quality, 1))
    cut.begin(0)
    audio, _ = whole.next(48_000)
    pieces = np.concatenate([cut.next(240)[0] for _ in range(200)])
    assert np.array_equal(audio, pieces)


def test_a_callers_voice() -> None:
    assert default_voice("en-GB") == "en-us+klatt4"
    assert default_voice("zh-CN") == "cmn"
