from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from policies.engines.moshi_server import MoshiServer
from speech.errors import SpeechError
from speech.moshi_server.speaking import (
    MoshiServerSynthesis,
    MoshiServerVoice,
    read_embedding,
)
from speech.protocols import Audio, Lack, Mark, Speech
from tests.speech.moshi_server.double import Double, Fault, double

WORD = 3 * 1920
"""Samples of each of the double's words."""


@contextmanager
def speaking(
    *servers: Double,
    live: bool = False,
    name: str | None = None,
    embedding: Audio | None = None,
    clock: Callable[[], float] = lambda: 0.0,
    **settings: object,
) -> Iterator[MoshiServerVoice]:
    terms = MoshiServer.model_validate(
        {"tts": [one.url for one in servers], "backoff": 0.001, **settings}
    )
    voice = MoshiServerVoice(terms, name, embedding, live, random.Random(1), clock)
    try:
        yield voice
    finally:
        voice.close()


def drained(synthesis: MoshiServerSynthesis) -> tuple[Audio, list[Mark]]:
    """All of its audio, and marks that count from its beginning."""
    pieces: list[Audio] = []
    marks: list[Mark] = []
    ticks = threading.Event()
    for _ in range(10_000):
        given = synthesis.next()
        match given:
            case Lack.NOTHING:
                return np.concatenate([np.zeros(0, np.float32), *pieces]), marks
            case Lack():
                ticks.wait(0.002)
            case Speech(audio, own):
                given_before = sum(map(len, pieces))
                marks += [Mark(m.start, m.end, m.until + given_before) for m in own]
                pieces.append(audio)
    raise AssertionError("it never ended")


def spoken(voice: MoshiServerVoice, *texts: str) -> tuple[Audio, list[Mark]]:
    synthesis = voice.begin()
    for text in texts:
        synthesis.add(text)
    synthesis.end()
    return drained(synthesis)


TEXT = "Well, I see it here."


@pytest.mark.parametrize("live", [False, True])
def test_words_are_where_the_server_says(live: bool) -> None:
    with double() as server, speaking(server, live=live) as voice:
        audio, marks = spoken(voice, TEXT)
    assert len(audio) == 5 * WORD
    assert audio[WORD * 2 + 100] == pytest.approx(0.03)
    assert [TEXT[mark.start : mark.end] for mark in marks] == TEXT.split()
    assert [mark.until for mark in marks] == [n * WORD + 4800 for n in range(5)]


def test_a_text_cut_anywhere_reaches_the_server_in_whole_words() -> None:
    with double() as server, speaking(server) as voice:
        whole = spoken(voice, TEXT)
        cut = spoken(voice, "We", "ll, I s", "ee", " it", " here", ".")
        assert server.texts[1:] == [TEXT.split()] * 2
    np.testing.assert_array_equal(whole[0], cut[0])
    assert whole[1] == cut[1]


def test_live_audio_comes_before_the_text_is_complete() -> None:
    with double() as server, speaking(server, live=True) as voice:
        synthesis = voice.begin()
        synthesis.add("one two three four ")
        ticks = threading.Event()
        for _ in range(2000):
            first = synthesis.next()
            if isinstance(first, Speech):
                break
            ticks.wait(0.002)
        assert isinstance(first, Speech)
        assert first.audio[0] == pytest.approx(0.01)
        synthesis.add("five")
        synthesis.end()
        audio, marks = drained(synthesis)
    assert len(first.audio) + len(audio) == 5 * WORD
    assert marks[-1].end == len("one two three four five")


def test_in_virtual_time_it_waits_for_the_text() -> None:
    with double() as server, speaking(server) as voice:
        synthesis = voice.begin()
        synthesis.add("one two three four ")
        assert synthesis.next() is Lack.TEXT
        synthesis.close()


def test_the_voice_is_named_in_the_address() -> None:
    with double() as server, speaking(server, name="expresso/a b.wav") as voice:
        spoken(voice, "one")
        assert server.paths[-1].endswith("&voice=expresso%2Fa+b.wav")


def test_or_sent_as_an_embedding(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "anna.safetensors"
    wavs = np.arange(12, dtype=np.float32).reshape(1, 3, 4)
    save_file({"speaker_wavs": wavs}, path)
    with double() as server, speaking(server, embedding=read_embedding(str(path))) as voice:
        spoken(voice, "one")
    assert server.voices[-1]["shape"] == [1, 3, 4]
    assert server.voices[-1]["embeddings"] == list(range(12))
    assert "voice=" not in server.paths[-1]


def test_a_file_that_is_no_voice_is_told(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "x.safetensors"
    path.write_bytes(b"nonsense")
    with pytest.raises(SpeechError, match="no safetensors file"):
        read_embedding(str(path))
    save_file({"weights": np.zeros(3, np.float32)}, path)
    with pytest.raises(SpeechError, match="no speaker_wavs"):
        read_embedding(str(path))


def test_what_the_server_reads_into_another_word_is_heard_at_the_end() -> None:
    with double(Fault(), Fault(deaf_to="here.")) as server, speaking(server) as voice:
        audio, marks = spoken(voice, TEXT)
    assert [TEXT[mark.start : mark.end] for mark in marks] == TEXT.split()
    assert marks[-1].until == len(audio)


def test_nothing_to_say_asks_nobody() -> None:
    with double() as server, speaking(server) as voice:
        assert len(spoken(voice, "... ")[0]) == 0
        assert len(server.paths) == 1  # that the voice looked whether anybody is there


def test_a_server_without_a_channel_is_passed_over() -> None:
    with double(Fault(), Fault(full=True)) as one, speaking(one) as voice:
        assert len(spoken(voice, "one two")[1]) == 2
        assert len(one.paths) == 3


def test_nobody_there_is_told_when_the_voice_is_opened() -> None:
    with double() as server:
        gone = Double(port=server.port)
    with (
        pytest.raises(SpeechError, match=r"speech synthesis: .*nobody listens"),
        speaking(gone, retries=0),
    ):
        pass


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize(
    "fault",
    [
        *[Fault(breaks_at=frame) for frame in (0, 1, 5, 8, 14)],
        *[Fault(garbage_at=frame) for frame in (0, 7)],
    ],
)
def test_an_utterance_goes_on_from_its_last_whole_word(fault: Fault, live: bool) -> None:
    with (
        double(Fault(), fault) as server,
        speaking(server, live=live) as voice,
    ):
        audio, marks = spoken(voice, TEXT)
        assert len(server.texts) == 2 + 1
        again = server.texts[-1]
    assert [TEXT[mark.start : mark.end] for mark in marks] == TEXT.split()
    assert TEXT.split()[-len(again) :] == again
    untils = [mark.until for mark in marks]
    assert untils == sorted(untils)
    assert untils[-1] <= len(audio) < 5 * WORD + WORD


def test_a_server_that_stalls_is_replaced() -> None:
    with double(Fault(), Fault(stalls_at=4)) as server, speaking(server, answer=0.1) as voice:
        assert len(spoken(voice, TEXT)[1]) == 5


def test_live_a_stall_is_told_by_the_clock() -> None:
    now = 0.0
    with (
        double(Fault(), Fault(stalls_at=0), Fault(stalls_at=0)) as server,
        speaking(server, live=True, retries=0, clock=lambda: now) as voice,
    ):
        synthesis = voice.begin()
        synthesis.add(TEXT)
        synthesis.end()
        ticks = threading.Event()
        while not server.texts[1:] or not server.texts[1]:
            assert synthesis.next() is Lack.TIME
            ticks.wait(0.002)
        for _ in range(3):
            assert synthesis.next() is Lack.TIME
        now = 20.0
        with pytest.raises(SpeechError, match="gave no answer for 10 s"):
            drained(synthesis)
        synthesis.close()


def test_lines_that_break_again_and_again_are_an_end() -> None:
    faults = [Fault(), *[Fault(breaks_at=0)] * 3]
    with (
        double(*faults) as server,
        speaking(server, retries=2) as voice,
        pytest.raises(SpeechError, match="was lost 3 times"),
    ):
        spoken(voice, TEXT)


@pytest.mark.parametrize("live", [False, True])
def test_stopping_closes_the_socket(live: bool) -> None:
    with double() as server, speaking(server, live=live) as voice:
        assert server.closed.acquire(timeout=5)  # of the look whether anybody is there
        synthesis = voice.begin()
        synthesis.add(TEXT)
        ticks = threading.Event()
        if live:
            while not isinstance(synthesis.next(), Speech):
                ticks.wait(0.002)
        else:
            synthesis.end()
            assert isinstance(synthesis.next(), Speech)
        synthesis.close()
        assert synthesis.next() is Lack.NOTHING
        assert server.closed.acquire(timeout=5)


def test_a_closed_voice_closes_the_sockets_of_its_utterances() -> None:
    with double() as server, speaking(server) as voice:
        assert server.closed.acquire(timeout=5)  # of the look whether anybody is there
        synthesis = voice.begin()
        synthesis.add(TEXT)
        synthesis.end()
        assert isinstance(synthesis.next(), Speech)
        voice.close()
        assert server.closed.acquire(timeout=5)
        assert synthesis.next() is Lack.NOTHING
