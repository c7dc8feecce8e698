from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pytest

from policies.engines.openai import OpenAIAudio
from speech.openai_audio.transcribing import OpenAITranscriber, prompt_of, transcript_of
from speech.vocabulary import Vocabulary
from system1.percepts import Heard
from tests.speech.calls import TURN, ends, finals, heard, heard_live, said
from tests.speech.openai_audio.double import Double, Fault, double

pytest.importorskip("openai")  # its import takes seconds, which are no test's


@contextmanager
def hearing(
    server: Double,
    live: bool = False,
    language: str = "en-GB",
    phrases: tuple[str, ...] = ("postcode", "broad band"),
    **settings: object,
) -> Iterator[OpenAITranscriber]:
    terms = OpenAIAudio.model_validate({"url": server.url, "backoff": 0.001, **settings})
    transcriber = OpenAITranscriber(terms, language, Vocabulary(phrases), live)
    try:
        yield transcriber
    finally:
        transcriber.close()


def test_a_stretch_is_sent_when_it_is_over_with_times_on_the_calls_clock() -> None:
    with double() as server, hearing(server) as transcriber:
        percepts = heard(transcriber, np.concatenate((TURN, TURN)))
    assert finals(percepts) == [
        ("hello", 0.8), ("my", 1.2), ("internet", 1.44),
        ("hello", 4.0), ("my", 4.4), ("internet", 4.64),
    ]  # fmt: skip
    told = [(p.stretch, p.final) for p in percepts if isinstance(p, Heard)]
    assert told == [(0, False), (0, True), (1, False), (1, True)]
    final = percepts[1]
    assert final.at == pytest.approx(2.4, abs=0.05)
    # the stretch begins a little before the onset
    assert len(server.uploads[0]) / 24_000 == pytest.approx(0.3 + 1.2 + 0.4, abs=0.07)


def test_it_is_asked_for_as_the_policy_says() -> None:
    with double() as server, hearing(server, transcription_model="ears-9") as transcriber:
        heard(transcriber, TURN)
    (asked,) = server.transcribed
    assert asked["model"] == ["ears-9"]
    assert asked["language"] == ["en"]
    assert asked["prompt"] == ["postcode, broad band"]
    assert asked["timestamp_granularities[]"] == ["word", "segment"]
    assert asked["file"] == "speech.wav"


def test_a_server_that_knows_no_times_is_asked_without_them_and_the_words_are_spread() -> None:
    with double() as server, hearing(server, prompt=False) as transcriber:
        server.knows_times = False
        percepts = heard(transcriber, np.concatenate((TURN, TURN)))
    formats = [asked["response_format"][0] for asked in server.transcribed]
    assert formats == ["verbose_json", "json", "json"]
    assert "prompt" not in server.transcribed[0]
    words = ends(percepts)[0].words
    assert [word.text for word in words] == ["hello", "my", "internet"]
    assert words[0].start == pytest.approx(0.8, abs=0.033)
    assert words[-1].end == pytest.approx(2.0, abs=0.033)
    assert all(a.end == b.start for a, b in pairwise(words))
    assert words[2].end - words[2].start > words[1].end - words[1].start


def test_a_long_stretch_is_sent_in_parts() -> None:
    audio = said((0, 0.5), (1, 3.0), (2, 0.4), (0, 1.0))
    with double() as server, hearing(server, longest=2.0) as transcriber:
        percepts = heard(transcriber, audio)
    assert len(server.uploads) == 2
    # no sample is lost between them
    sent = np.concatenate(server.uploads)
    assert np.count_nonzero(sent > 0.005) == round(3.4 * 24_000)
    assert [word for word, _ in finals(percepts)] == ["hello", "hello", "my"]


@pytest.mark.parametrize("live", [False, True])
def test_what_cannot_be_transcribed_is_final_without_words_and_the_call_goes_on(
    live: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with double(*[Fault(500)] * 6) as server, hearing(server, live) as transcriber:
        calls = np.concatenate((TURN, TURN, TURN))
        percepts = heard_live(transcriber, calls, 3) if live else heard(transcriber, calls)
    assert [len(end.words) for end in ends(percepts)] == [0, 0, 3]
    assert [end.confidence for end in ends(percepts)] == [0.0, 0.0, 1.0]
    assert capsys.readouterr().err.count("ears.not_transcribed") == 1


@pytest.mark.parametrize(
    "fault", [Fault(429), Fault(503), Fault(body=b"no json"), Fault(body=b'{"text": 7}')]
)
def test_a_failure_that_may_pass_is_tried_again(fault: Fault) -> None:
    with double(fault, fault) as server, hearing(server) as transcriber:
        assert len(finals(heard(transcriber, TURN))) == 3


def test_a_wrong_key_is_not_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "wr0ng")
    with double() as server, hearing(server) as transcriber:
        assert finals(heard(transcriber, TURN)) == []
    err = capsys.readouterr().err
    assert "does not take the key" in err
    assert "wr0ng" not in err
    assert len(server.keys) == 1


def test_a_server_that_stalls_is_given_up() -> None:
    with (
        double(Fault(silent=True)) as server,
        hearing(server, answer=0.05, retries=0) as transcriber,
    ):
        assert finals(heard(transcriber, np.concatenate((TURN, TURN))))[0] == ("hello", 4.0)


def test_live_nobody_waits() -> None:
    with double(Fault(silent=True)) as server, hearing(server, live=True) as transcriber:
        assert ends(heard(transcriber, TURN)) == []
        server.release.set()  # it closes that connection, and answers the second try
        percepts = heard_live(transcriber, TURN[-768:], 1)
    assert finals(percepts)[0] == ("hello", 0.8)


def test_whispers_own_doubts_are_its_confidence() -> None:
    sure = transcript_of(
        {
            "text": " Yes.",
            "segments": [
                {"start": 0, "end": 1, "avg_logprob": math.log(0.9), "no_speech_prob": 0.0},
                {"start": 1, "end": 4, "avg_logprob": math.log(0.5), "no_speech_prob": 0.2},
            ],
        }
    )
    assert sure.text == "Yes."
    assert sure.confidence == pytest.approx(0.9 * 0.25 + 0.4 * 0.75, abs=0.01)
    assert transcript_of({"text": "Yes."}).confidence == 1.0


def test_a_prompt_holds_what_it_can() -> None:
    assert prompt_of(["one", "two"]) == "one, two"
    assert 500 < len(prompt_of(f"phrase number {n}" for n in range(1000))) <= 600


def test_chinese_words_are_characters() -> None:
    body = '{"text": "你好，世界", "words": [{"word": "你好", "start": 0.5, "end": 0.9}, '
    body += '{"word": "世界", "start": 0.9, "end": 1.3}]}'
    with (
        double(Fault(body=body.encode())) as server,
        hearing(server, language="zh-CN") as transcriber,
    ):
        words = finals(heard(transcriber, TURN))
    assert [word for word, _ in words] == ["你", "好", "世", "界"]
    starts = [start for _, start in words]
    assert np.diff(starts) == pytest.approx([0.2, 0.2, 0.2], abs=0.002)
