from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from policies.engines.openai import OpenAIAudio
from speech.errors import SpeechError
from speech.openai_audio.voice import OpenAISynthesis, OpenAIVoice
from speech.protocols import Audio, Lack, Mark, Speech
from tests.speech.calls import until
from tests.speech.openai_audio.double import KEY, WORD, Double, Fault, double, voiced

pytest.importorskip("openai")  # seconds, which are no test's


@contextmanager
def speaking(
    server: Double, live: bool = False, name: str | None = None, **settings: object
) -> Iterator[OpenAIVoice]:
    terms = OpenAIAudio.model_validate({"url": server.url, "backoff": 0.001, **settings})
    voice = OpenAIVoice(terms, name, live)
    try:
        yield voice
    finally:
        voice.close()


def drained(synthesis: OpenAISynthesis) -> tuple[Audio, list[Mark], int]:
    """All of its audio, marks that count from its beginning, and how many pieces there were."""
    pieces: list[Audio] = []
    marks: list[Mark] = []
    ticks = threading.Event()
    for _ in range(5000):
        given = synthesis.next()
        match given:
            case Lack.NOTHING:
                audio = np.concatenate([np.zeros(0, np.float32), *pieces])
                return audio, marks, len(pieces)
            case Lack():
                ticks.wait(0.002)
            case Speech(piece, own):
                before = sum(map(len, pieces))
                marks += [Mark(m.start, m.end, m.until + before) for m in own]
                pieces.append(piece)
    raise AssertionError("it never ended")


def spoken(voice: OpenAIVoice, *texts: str, rate: float = 1.0) -> tuple[Audio, list[Mark], int]:
    synthesis = voice.begin(rate)
    for text in texts:
        synthesis.add(text)
    synthesis.end()
    return drained(synthesis)


TEXT = "Well, I see it. It is here now!"


@pytest.mark.parametrize("stream", ["audio", "sse"])
@pytest.mark.parametrize("cut", [701, 4801, 100_000])
def test_speech_comes_sentence_by_sentence_however_it_is_cut(stream: str, cut: int) -> None:
    with double() as server, speaking(server, stream=stream) as voice:
        server.cut = cut
        audio, marks, _ = spoken(voice, TEXT)
    assert [asked["input"] for asked in server.spoken] == ["Well, I see it.", "It is here now!"]
    expected = np.concatenate((voiced("a b c d"), voiced("a b c d")))
    np.testing.assert_allclose(audio, expected, atol=1e-4)
    assert [TEXT[mark.start : mark.end] for mark in marks] == TEXT.split()
    untils = [mark.until for mark in marks]
    assert untils == sorted(untils)
    assert untils[-1] == len(audio)
    assert untils[3] == pytest.approx(4 * WORD, abs=WORD // 2)


def test_it_is_asked_for_as_the_policy_says() -> None:
    settings: dict[str, Any] = {
        "speech_model": "tts-9", "voice": "nova", "instructions": "Softly.",
    }  # fmt: skip
    with double() as server:
        with speaking(server, name="anna", **settings) as voice:
            spoken(voice, "Yes.", rate=0.8)
        with speaking(server, name="anna") as voice:
            spoken(voice, "Yes.")
    first, second = server.spoken
    assert first == {
        "model": "tts-9", "voice": "nova", "input": "Yes.", "response_format": "pcm",
        "speed": 0.8, "instructions": "Softly.",
    }  # fmt: skip
    assert second["voice"] == "anna"
    assert "speed" not in second


def test_a_sentence_is_asked_for_once_it_is_complete() -> None:
    with double() as server, speaking(server) as voice:
        synthesis = voice.begin()
        synthesis.add("It costs 3.")
        assert synthesis.next() is Lack.TEXT  # may go on as 3.50
        synthesis.add("50 a month. And")
        assert isinstance(synthesis.next(), Speech)
        while (given := synthesis.next()) is not Lack.TEXT:
            assert isinstance(given, Speech)
        assert [asked["input"] for asked in server.spoken] == ["It costs 3.50 a month."]
        synthesis.end()
        drained(synthesis)
    assert server.spoken[1]["input"] == "And"


def test_chinese_is_cut_and_marked_by_its_own_rules() -> None:
    text = "您好。我看到了。"
    with double() as server, speaking(server) as voice:
        _, marks, _ = spoken(voice, text)
    assert [asked["input"] for asked in server.spoken] == ["您好。", "我看到了。"]
    assert [text[mark.start : mark.end] for mark in marks] == list("您好我看到了")


def test_audio_is_given_before_all_of_it_has_come() -> None:
    with double() as server, speaking(server) as voice:
        server.cut = 4000
        assert spoken(voice, "one two three four five six.")[2] > 3


def test_live_nobody_waits_and_the_next_sentence_is_on_its_way() -> None:
    with double() as server, speaking(server, live=True) as voice:
        synthesis = voice.begin()
        synthesis.add(TEXT)
        synthesis.end()
        assert synthesis.next() is Lack.TIME
        fetch = synthesis._fetch
        assert fetch is not None
        until(lambda: fetch.received)
        assert isinstance(synthesis.next(), Speech)
        until(lambda: len(server.spoken) == 2)  # while the first is still being played
        _, marks, _ = drained(synthesis)
        assert len(marks) == len(TEXT.split())


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failure_that_may_pass_is_tried_again(status: int, live: bool) -> None:
    with double(Fault(status), Fault(status)) as server, speaking(server, live=live) as voice:
        assert len(spoken(voice, "Yes.")[1]) == 1


def test_after_all_tries_there_is_one_clear_line() -> None:
    with (
        double(*[Fault(503)] * 3) as server,
        speaking(server) as voice,
        pytest.raises(SpeechError, match=r"speech synthesis: .* answers 503"),
    ):
        spoken(voice, "Yes.")
    assert len(server.keys) == 3


def test_a_wrong_key_is_refused_at_once_and_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "wr0ng")
    with (
        double() as server,
        speaking(server) as voice,
        pytest.raises(SpeechError, match="does not take the key") as told,
    ):
        spoken(voice, "Yes.")
    assert len(server.keys) == 1
    assert "wr0ng" not in str(told.value)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with double() as server, speaking(server) as voice:
        spoken(voice, "Yes.")
    assert server.keys == [f"Bearer {KEY}"]


def test_openai_itself_wants_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SpeechError, match="needs a key in OPENAI_API_KEY"):
        OpenAIVoice(OpenAIAudio(), None, False)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with (
        pytest.raises(SpeechError, match=r"openai .*pip install 'kairos-voice\[openai\]'"),
        speaking(Double()),
    ):
        pass


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(307), "points elsewhere"),
        (Fault(body=b"RIFF....WAVE"), "another format"),
        (Fault(404), "no such model"),
    ],
)
def test_what_cannot_work_is_told(fault: Fault, told: str) -> None:
    with double(fault) as server, speaking(server) as voice, pytest.raises(SpeechError, match=told):
        spoken(voice, "Yes.")


def test_events_that_are_none_are_told() -> None:
    with (
        double(*[Fault(body=b"data: {nonsense\n\n")] * 3) as server,
        speaking(server, stream="sse") as voice,
        pytest.raises(SpeechError, match="none of the protocol's"),
    ):
        spoken(voice, "Yes.")


def test_a_server_that_stalls_is_given_up() -> None:
    with (
        double(Fault(silent=True)) as server,
        speaking(server, answer=0.05, retries=0) as voice,
        pytest.raises(SpeechError, match="did not answer in time"),
    ):
        spoken(voice, "Yes.")


@pytest.mark.parametrize("live", [False, True])
def test_the_rest_of_a_sentence_that_broke_off_is_asked_for(live: bool) -> None:
    text = "one two three four five six."
    with (
        double(Fault(breaks_after=6 * WORD)) as server,
        speaking(server, live=live) as voice,
    ):
        audio, marks, _ = spoken(voice, text)
    assert [text[mark.start : mark.end] for mark in marks] == text.split()
    again = server.spoken[1]["input"]
    assert text.endswith(again)
    assert 1 <= len(again.split()) < 6
    assert marks[-1].until == len(audio)


def test_a_server_that_breaks_off_for_ever_is_an_end() -> None:
    with (
        double(*[Fault(breaks_after=WORD)] * 9) as server,
        speaking(server) as voice,
        pytest.raises(SpeechError, match="speech synthesis"),
    ):
        spoken(voice, "one two three four five six.")
    assert len(server.spoken) == 3


def test_a_stop_ends_it() -> None:
    with double() as server, speaking(server, live=True) as voice:
        synthesis = voice.begin()
        synthesis.add(TEXT)
        synthesis.end()
        until(lambda: isinstance(synthesis.next(), Speech))
        synthesis.close()
        assert synthesis.next() is Lack.NOTHING
