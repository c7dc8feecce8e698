from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from speech.embedded.espeak import EspeakVoice, phonemes
from speech.errors import SpeechError
from speech.protocols import Speech

TEXTS = {
    "en-us+f3": "I have found your order. It was delivered!",
    "en-us+klatt4": "Wait, wait. That is wrong.",
    "cmn": "您好，请问您的订单号码是多少？好的。",
}


def said(name: str, text: str, rate: int = 165, pitch: int = 50) -> list[Speech]:
    return list(EspeakVoice(name, rate, pitch).speak(text))


def fingerprint(name: str) -> str:
    digest = hashlib.sha256()
    for speech in said(name, TEXTS[name]):
        digest.update(speech.audio.tobytes())
        digest.update(repr(speech.marks).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("name", TEXTS)
def test_the_same_text_gives_the_same_bytes_whatever_was_said_before(name: str) -> None:
    before = fingerprint(name)
    said("en-us+klatt4", "Something quite different, and louder!", rate=220, pitch=80)
    said("cmn+f2", "别的", pitch=20)
    speaking = EspeakVoice("en-us+f5").speak("One sentence. Another sentence.")
    next(speaking)  # left half way
    assert fingerprint(name) == before
    speaking.close()  # type: ignore[attr-defined]
    assert fingerprint(name) == before


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(root: Path) -> None:
    code = (
        "from tests.speech.embedded.test_espeak import *; import time; said('cmn', '你好')\n"
        "print(*(fingerprint(name) for name in TEXTS))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert out.stdout.split() == [fingerprint(name) for name in TEXTS]


def test_one_stretch_a_sentence_with_a_mark_a_word() -> None:
    text = "I have found some of the orders. It costs $12.50!"
    first, second = said("en-us", text)
    assert [text[mark.start : mark.end] for mark in first.marks] == (
        ["I", "have", "found", "some", "of", "the", "orders."]
    )
    assert [text[mark.start : mark.end] for mark in second.marks] == ["It", "costs", "$12.50!"]
    for speech in (first, second):
        ends = [mark.until for mark in speech.marks]
        assert ends == sorted(ends)
        assert ends[0] > 0
        assert ends[-1] <= len(speech.audio)
        # the last word ends with the sound, before the pause
        assert np.abs(speech.audio[ends[-1] :]).max() < 2e-3


def test_chinese_has_a_mark_a_character_and_one_for_a_number() -> None:
    text = "您的订单47291在3月5日到达。"
    (speech,) = said("cmn", text)
    words = [text[mark.start : mark.end] for mark in speech.marks]
    assert words == ["您", "的", "订", "单", "47291", "在", "3", "月", "5", "日", "到", "达"]
    untils = [mark.until for mark in speech.marks]
    assert untils == sorted(untils)
    assert untils[4] - untils[3] > 1.5 * 22050  # five thousands, in words


def test_a_hum_is_hummed_and_keeps_its_place() -> None:
    text = "Mm-hm, yes"
    (speech,) = said("en-us+f3", text)
    assert [(mark.start, mark.end) for mark in speech.marks] == [(0, 6), (7, 10)]
    assert speech.marks[0].until < 0.75 * 22050  # spelled out, it takes more than a second


def test_settings_are_heard() -> None:
    text = "Thank you for waiting."
    (plain,), (fast,), (high,) = (
        said("en-us", text),
        said("en-us", text, rate=260),
        said("en-us", text, pitch=90),
    )
    assert len(fast.audio) < 0.8 * len(plain.audio)
    assert not np.array_equal(high.audio, plain.audio)
    (quiet,) = EspeakVoice("en-us", volume=50).speak(text)
    assert np.abs(quiet.audio).max() < 0.7 * np.abs(plain.audio).max()


def test_nothing_to_say_says_nothing() -> None:
    assert said("en-us", "...") == []
    assert said("en-us", "") == []


def test_markup_is_spoken_and_not_obeyed() -> None:
    (speech,) = said("en-us", "a <break time='9s'/> b")
    assert len(speech.audio) < 6 * 22050


@pytest.mark.parametrize("name", ["en-us+nobody", "xx", "", "en-us+../f3", "en-us+"])
def test_an_unknown_voice_is_named(name: str) -> None:
    with pytest.raises(SpeechError, match="has no voice") as raised:
        EspeakVoice(name)
    assert repr(name) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(SpeechError, match=r"pip install 'kairos-voice\[embedded\]'"):
        EspeakVoice("en-us")


def test_phonemes() -> None:
    assert phonemes(["cat", "broadband"]) == ["kˈæt", "bɹˈɔːdbænd"]


def test_a_slower_voice_says_the_same_in_more_time() -> None:
    voice = EspeakVoice("en-us")
    (usual,), (slow,) = voice.speak("take all your time"), voice.speak("take all your time", 0.8)
    assert len(slow.audio) > 1.12 * len(usual.audio)
    assert [(mark.start, mark.end) for mark in slow.marks] == [
        (mark.start, mark.end) for mark in usual.marks
    ]
