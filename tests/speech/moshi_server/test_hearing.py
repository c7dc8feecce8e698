from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pytest

from policies.engines.moshi_server import MoshiServer
from speech.errors import SpeechError
from speech.moshi_server.hearing import MoshiServerTranscriber
from speech.moshi_server.link import Link
from speech.moshi_server.servers import Servers
from speech.moshi_server.wire import STT_PATH
from speech.protocols import SAMPLE_RATE, Audio, Sound
from system1.percepts import EndOfTurn, Heard
from system1.questions import AnswerKind, Question
from tests.speech.calls import (
    CHUNK_S,
    TURN,
    Percepts,
    finals,
    heard,
    heard_live,
    said,
    sounds,
    until,
)
from tests.speech.moshi_server.double import DONE, KEY, Double, Fault, double


@contextmanager
def hearing(
    *servers: Double, live: bool = False, pauses: list[float] | None = None, **settings: object
) -> Iterator[MoshiServerTranscriber]:
    terms = MoshiServer.model_validate({"stt": [one.url for one in servers], **settings})
    pause: Callable[[float], object] = (pauses if pauses is not None else []).append
    lots = random.Random(1)
    link = Link(Servers("speech recognition", terms.stt, STT_PATH, terms, lots, pause), terms, live)
    transcriber = MoshiServerTranscriber(link, terms)
    try:
        yield transcriber
    finally:
        transcriber.close()


def test_words_have_the_calls_times_whatever_the_delay() -> None:
    with double() as server, hearing(server) as transcriber:
        percepts = heard(transcriber, TURN)
    assert finals(percepts) == [("hello", 0.8), ("my", 1.2), ("internet", 1.44)]
    final = next(p for p in percepts if isinstance(p, Heard) and p.final)
    assert [word.end for word in final.words] == [1.2, 1.44, 2.0]
    assert (final.stretch, final.confidence) == (0, 1.0)
    # the flush brings the last word as soon as the pause is known, not a delay later
    assert final.at == pytest.approx(2.24, abs=0.065)


def test_words_come_while_the_caller_speaks() -> None:
    with double() as server, hearing(server) as transcriber:
        percepts = heard(transcriber, TURN)
    partial = [p for p in percepts if isinstance(p, Heard) and not p.final and p.words]
    assert [word.text for word in partial[0].words] == ["hello"]
    assert partial[0].at < 2.0


def test_times_stay_right_after_many_flushes() -> None:
    audio = np.concatenate([TURN] * 4)
    with double() as server, hearing(server) as transcriber:
        starts = [start for word, start in finals(heard(transcriber, audio)) if word == "hello"]
    assert starts == pytest.approx([0.8, 4.0, 7.2, 10.4], abs=0.001)


def test_the_same_audio_gives_the_same_percepts() -> None:
    runs = []
    for _ in range(2):
        with double() as server, hearing(server) as transcriber:
            runs.append(heard(transcriber, TURN))
    assert runs[0] == runs[1]


def test_a_prefix_is_no_part_of_the_call() -> None:
    with double() as server, hearing(server, prefix=1.04) as transcriber:
        assert finals(heard(transcriber, TURN))[0] == ("hello", 0.8)
        assert not np.concatenate(server.heard[:13]).any()


def test_a_model_with_a_longer_delay_is_pushed_until_the_marker_is_back() -> None:
    with double(Fault(slower=10)) as server, hearing(server) as transcriber:
        assert [word for word, _ in finals(heard(transcriber, TURN))] == ["hello", "my", "internet"]


def test_a_marker_that_is_back_too_early_is_not_believed() -> None:
    with double(Fault(early=3)) as server, hearing(server) as transcriber:
        assert [word for word, _ in finals(heard(transcriber, TURN))] == ["hello", "my", "internet"]


@pytest.mark.parametrize("live", [False, True])
def test_a_model_without_pause_heads_tells_its_words_at_the_pause(live: bool) -> None:
    calls = np.concatenate((TURN, TURN))
    fault = Fault(headless=True)
    with double(fault) as server, hearing(server, live=live, heads=False) as transcriber:
        percepts = heard_live(transcriber, calls, 2) if live else heard(transcriber, calls)
    assert [word for word, _ in finals(percepts)] == ["hello", "my", "internet"] * 2
    starts = [start for word, start in finals(percepts) if word == "hello"]
    assert starts == pytest.approx([0.8, 4.0], abs=0.001)
    assert not [p for p in percepts if isinstance(p, EndOfTurn)]


def test_the_pause_heads_are_told_once_they_can_be_trusted() -> None:
    with double() as server, hearing(server) as transcriber:
        reports = [p for p in heard(transcriber, TURN) if isinstance(p, EndOfTurn)]
    # not in the first second, nor before a word is known
    assert reports[0].at > 1.2
    assert dict(reports[-1].horizons) == pytest.approx(
        dict(zip((0.5, 1.0, 2.0, 3.0), DONE, strict=True)), abs=1e-6
    )
    # one for each frame of the caller's, none for the silence of the flush
    assert all(b.at - a.at > 0.05 for a, b in pairwise(reports))


def test_they_are_not_told_while_digits_are_dictated() -> None:
    with double() as server, hearing(server) as transcriber:
        transcriber.expect(Question(AnswerKind.DIGITS))
        assert not [p for p in heard(transcriber, TURN) if isinstance(p, EndOfTurn)]
        transcriber.expect(None)
        later = [
            percept
            for sound in sounds(np.concatenate((TURN, said((0, 0.4)))))
            if sound.ends > len(TURN) / SAMPLE_RATE
            for percept in transcriber.step(sound)
        ]
    assert any(isinstance(percept, EndOfTurn) for percept in later)


def test_a_cough_ends_as_a_stretch_without_words() -> None:
    audio = TURN.copy()
    audio[audio > 0] = 0.001  # below every code
    with double() as server, hearing(server) as transcriber:
        begun, final = [p for p in heard(transcriber, audio) if isinstance(p, Heard)]
    assert (begun.final, begun.stretch, final.stretch) == (False, 0, 0)
    assert (final.final, final.words, final.confidence) == (True, (), 0.0)


def test_a_word_without_voice_activity_makes_a_stretch() -> None:
    with double() as server, hearing(server) as transcriber:
        percepts: Percepts = [
            percept
            for sound in sounds(np.concatenate((TURN, said((0, 0.8)))))
            for percept in transcriber.step(
                Sound(sound.wide, sound.narrow, sound.ends, sound.ends, None, None, sound.at)
            )
        ]
    assert [word for word, _ in finals(percepts)] == ["hello", "my", "internet"]


def test_a_server_without_a_channel_is_passed_over() -> None:
    with double(Fault(full=True), Fault(full=True)) as full, double() as free:
        with hearing(full, free) as transcriber:
            assert finals(heard(transcriber, TURN))
        assert free.paths


def test_no_free_channels_anywhere_is_one_clear_line() -> None:
    pauses: list[float] = []
    faults = [Fault(full=True)] * 3
    with double(*faults) as one, double(*faults) as two:
        with (
            pytest.raises(SpeechError) as told,
            hearing(one, two, retries=2, backoff=0.5, pauses=pauses),
        ):
            pass
        assert len(one.paths) == len(two.paths) == 3
    assert "speech recognition: no moshi-server takes the call" in str(told.value)
    assert str(told.value).count("has no free channels") == 2
    assert "\n" not in str(told.value)
    assert pauses == [0.5, 1.0]


def test_nobody_there_is_one_clear_line() -> None:
    with double() as server:
        gone = Double(port=server.port)
    with pytest.raises(SpeechError, match="nobody listens there"), hearing(gone, retries=0):
        pass


def test_servers_take_turns_by_lot() -> None:
    first = []
    with double() as one, double() as two:
        terms = MoshiServer.model_validate({"stt": [one.url, two.url]})
        lots = random.Random(3)
        for _ in range(12):
            servers = Servers("ears", terms.stt, STT_PATH, terms, lots)
            before = len(one.paths)
            servers.line().close(wait=True)
            first.append(len(one.paths) > before)
    assert True in first
    assert False in first


def test_the_key_is_sent_and_a_wrong_one_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with double() as server:
        with hearing(server):
            pass
        monkeypatch.setenv("KAIROS_MOSHI_SERVER_KEY", KEY)
        with hearing(server):
            pass
        monkeypatch.setenv("OTHER_KEY", "wr0ng")
        with (
            pytest.raises(SpeechError, match="refuses the key") as told,
            hearing(server, key_env="OTHER_KEY", retries=0),
        ):
            pass
    assert server.keys == ["public_token", KEY, "wr0ng"]
    assert "wr0ng" not in str(told.value)


def test_a_servers_own_words_are_not_told_on() -> None:
    fault = Fault(error=f"bad key {KEY}")
    with (
        double(fault) as server,
        pytest.raises(SpeechError, match="an error of its own") as told,
        hearing(server, retries=0),
    ):
        pass
    assert KEY not in str(told.value)


def test_a_server_that_is_never_ready_is_given_up() -> None:
    with (
        double(Fault(silent=True)) as server,
        pytest.raises(SpeechError, match=r"was not ready within 0\.05 s"),
        hearing(server, retries=0, connect=0.05),
    ):
        pass


@pytest.mark.parametrize(
    "fault",
    [
        *[Fault(breaks_at=frame) for frame in (4, 14, 17, 24, 30, 33)],
        *[Fault(garbage_at=frame) for frame in (1, 20)],
    ],
)
def test_a_line_that_breaks_costs_no_word(fault: Fault) -> None:
    with double(fault) as server, hearing(server) as transcriber:
        percepts = heard(transcriber, np.concatenate((TURN, TURN)))
        assert len(server.paths) == 2
    words = finals(percepts)
    assert [word for word, _ in words] == ["hello", "my", "internet"] * 2
    assert [start for _, start in words] == pytest.approx(
        [0.8, 1.2, 1.44, 4.0, 4.4, 4.64], abs=0.081
    )
    stretches = [p.stretch for p in percepts if isinstance(p, Heard) and p.final]
    assert stretches == [0, 1]


@pytest.mark.slow
def test_a_server_that_stalls_is_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    with double(Fault(stalls_at=20)) as server, hearing(server, answer=0.1) as transcriber:
        assert len(finals(heard(transcriber, TURN))) == 3
    assert "gave no answer for 0.1 s" in capsys.readouterr().err


def test_lines_that_break_again_and_again_are_an_end() -> None:
    faults = [Fault(breaks_at=3)] * 3
    with (
        double(*faults) as server,
        hearing(server, retries=2) as transcriber,
        pytest.raises(SpeechError, match="was lost 3 times"),
    ):
        heard(transcriber, TURN)


def stepped_live(transcriber: MoshiServerTranscriber, audio: Audio, server: Double) -> Percepts:
    """Chunks as they come, each once the server has what was sent before."""
    percepts: Percepts = []
    for sound in sounds(audio):
        percepts += transcriber.step(sound)
        frames = int(sound.ends / 0.08 + 1e-6)
        until(lambda frames=frames: len(server.heard) >= frames)  # type: ignore[misc]
    return percepts


def test_live_a_server_that_falls_behind_is_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    with (
        double(Fault(stalls_at=1), Fault(silent=True)) as server,
        hearing(server, live=True, keep=1.0, answer=60, connect=5.0) as transcriber,
    ):
        assert not finals(heard(transcriber, TURN))
    assert "is more than 2 s behind" in capsys.readouterr().err


@pytest.mark.parametrize("package", ["msgpack", "websockets.sync.client"])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with (
        pytest.raises(SpeechError, match=r"is not installed: pip install 'kairos-voice\[moshi-s"),
        hearing(Double()),
    ):
        pass


def test_live_words_come_without_anybody_waiting() -> None:
    audio = np.concatenate((TURN, said((0, 1.0))))
    with double() as server, hearing(server, live=True) as transcriber:
        percepts = stepped_live(transcriber, audio, server)
    assert finals(percepts) == [("hello", 0.8), ("my", 1.2), ("internet", 1.44)]


@pytest.mark.slow
def test_live_nobody_waits_for_a_stalled_server_and_a_gap_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call = np.concatenate((TURN, said((0, 4.0)), TURN, said((0, 20.0))))
    with (
        double(Fault(stalls_at=1), Fault(silent=True)) as server,
        hearing(server, live=True, answer=0.5, keep=2.0, connect=5.0) as transcriber,
    ):
        chunks = list(sounds(call))
        away = int(7.0 / CHUNK_S)
        before = [p for chunk in chunks[:away] for p in transcriber.step(chunk)]
        assert [p for p in before if not isinstance(p, Heard) or p.words] == []
        server.release.set()
        opening = transcriber._link._opening
        assert opening is not None
        opening.wait()
        percepts: Percepts = []
        ticks = threading.Event()
        for chunk in chunks[away:]:
            percepts += transcriber.step(chunk)
            if finals(percepts):
                break
            ticks.wait(0.002)
    # the first turn was longer ago than what is kept; the second has its right times
    assert finals(percepts) == [("hello", 8.0), ("my", 8.4), ("internet", 8.64)]
    err = capsys.readouterr().err
    assert "ears.gap" in err
    assert "lost_s" in err
