from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from policies.engines.openai import OpenAIAudio
from speech.errors import SpeechError
from speech.network.line import Garbage
from speech.openai_audio.realtime import RealtimeTranscriber
from speech.openai_audio.realtime_wire import parsed
from speech.vocabulary import Vocabulary
from system1.percepts import Heard
from tests.speech.calls import TURN, ends, finals, heard, heard_live, said, sounds
from tests.speech.openai_audio.double import KEY, SessionFault, Sessions, sessions


@contextmanager
def hearing(
    server: Sessions, live: bool = False, **settings: object
) -> Iterator[RealtimeTranscriber]:
    terms = OpenAIAudio.model_validate({"url": server.url, "backoff": 0.001, **settings})
    transcriber = RealtimeTranscriber(terms, "zh-CN", Vocabulary(("postcode",)), live)
    try:
        yield transcriber
    finally:
        transcriber.close()


THRICE = np.concatenate((TURN, TURN, TURN))


def test_words_come_when_a_stretch_is_committed() -> None:
    with sessions() as server, hearing(server) as transcriber:
        percepts = [p for p in heard(transcriber, TURN) if isinstance(p, Heard)]
    assert [word for word, _ in finals(percepts)] == ["hello", "my", "internet"]
    told = [(" ".join(word.text for word in p.words), p.final) for p in percepts]
    assert told == [
        ("", False), ("hello", False), ("hello my", False), ("hello my internet", False),
        ("hello my internet", True),
    ]  # fmt: skip
    assert not any(word.stable for p in percepts[:-1] for word in p.words)
    final = percepts[-1]
    assert final.words[0].start == pytest.approx(0.8, abs=0.033)
    assert final.words[-1].end == pytest.approx(2.0, abs=0.033)
    assert server.appended > 8  # sent while it was spoken


def test_the_session_is_as_the_policy_says() -> None:
    with sessions() as server, hearing(server, realtime_model="ears-9"):
        pass
    assert server.sessions == [
        {
            "type": "transcription",
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": 24000},
                    "transcription": {"model": "ears-9", "language": "zh", "prompt": "postcode"},
                    "turn_detection": None,
                }
            },
        }
    ]
    assert server.paths == ["/v1/realtime?intent=transcription"]


def test_only_speech_is_sent() -> None:
    with sessions() as server, hearing(server) as transcriber:
        heard(transcriber, said((0, 5.0)))
        assert server.appended == server.commits == 0


@pytest.mark.parametrize("fault", [SessionFault(breaks_at_commit=True), SessionFault(garbage=True)])
@pytest.mark.parametrize("live", [False, True])
def test_a_line_that_breaks_costs_no_word(fault: SessionFault, live: bool) -> None:
    with sessions(fault) as server, hearing(server, live) as transcriber:
        percepts = heard_live(transcriber, THRICE, 3) if live else heard(transcriber, THRICE)
    assert [end.stretch for end in ends(percepts)] == [0, 1, 2]
    assert [word for word, _ in finals(percepts)] == ["hello", "my", "internet"] * 3
    starts = [start for word, start in finals(percepts) if word == "hello"]
    assert starts == pytest.approx([0.8, 4.0, 7.2], abs=0.05)


def test_a_stretch_that_breaks_every_line_ends_without_words_and_the_call_goes_on() -> None:
    faults = [SessionFault(breaks_at_commit=True)] * 3
    with sessions(*faults) as server, hearing(server, retries=2) as transcriber:
        percepts = heard(transcriber, THRICE)
    assert [(len(end.words), end.confidence) for end in ends(percepts)] == [
        (0, 0.0),
        (3, 1.0),
        (3, 1.0),
    ]


def test_a_stretch_that_the_server_cannot_do_ends_without_words() -> None:
    with sessions(SessionFault(fails=True)) as server, hearing(server) as transcriber:
        told = ends(heard(transcriber, TURN))
    assert [(end.words, end.confidence) for end in told] == [((), 0.0)]


@pytest.mark.parametrize("live", [False, True])
def test_a_server_that_stalls_is_replaced(live: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with (
        sessions(SessionFault(stalls_at_commit=True)) as server,
        hearing(server, live, answer=0.1) as transcriber,
    ):
        percepts = heard_live(transcriber, THRICE, 3) if live else heard(transcriber, THRICE)
    assert len(finals(percepts)) == 9
    assert "gave no answer for 0.1 s" in capsys.readouterr().err


def test_a_server_that_goes_away_for_good_leaves_the_call_to_go_on() -> None:
    with sessions() as server, hearing(server) as transcriber:
        chunks = list(sounds(THRICE))
        half = int(1.5 / 0.032)
        percepts = [p for chunk in chunks[:half] for p in transcriber.step(chunk)]
        server.faults.extend([SessionFault(refuses=True)] * 99)
        assert transcriber._line is not None
        transcriber._line._abort()
        percepts += [p for chunk in chunks[half:] for p in transcriber.step(chunk)]
    assert [(end.stretch, end.words) for end in ends(percepts)] == [(0, ()), (1, ()), (2, ())]


def test_a_session_that_is_refused_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    faults = [SessionFault(refuses=True)] * 3
    with (
        sessions(*faults) as server,
        pytest.raises(SpeechError, match="refuses the session") as told,
        hearing(server),
    ):
        pass
    assert KEY not in str(told.value)
    assert server.keys == [f"Bearer {KEY}"] * 3


def test_a_wrong_key_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "wr0ng")
    with (
        sessions() as server,
        pytest.raises(SpeechError, match="refuses the key") as told,
        hearing(server),
    ):
        pass
    assert "wr0ng" not in str(told.value)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "websockets.sync.client", None)
    with (
        pytest.raises(SpeechError, match=r"websockets .*pip install 'kairos-voice\[realtime\]'"),
        hearing(Sessions()),
    ):
        pass


@pytest.mark.parametrize(
    "data", ["[]", "{}", "no", b"\xff", '{"type": "input_audio_buffer.committed", "item_id": 7}']
)
def test_garbage_is_known(data: str | bytes) -> None:
    with pytest.raises(Garbage):
        parsed(data)


def test_events_of_no_use_are_passed_over() -> None:
    assert parsed('{"type": "rate_limits.updated"}') is None
