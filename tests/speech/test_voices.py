"""What every voice must do, whatever speaks behind it. The voices are in ``voices.py``."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from speech.playback.mouth import AudioMouth
from speech.protocols import SAMPLE_RATE, Audio, Lack, Mark, Speech, StreamingVoice, Synthesis
from system1.acts import Kind
from system1.percepts import PlaybackCut, PlaybackFinished, PlaybackStarted, WordPlayed
from tests.speech.voices import VOICES, VoiceCase

pytestmark = pytest.mark.slow

TEXT = "hello there my name is anna"
OTHER = "please wait a moment"
LONG = f"{TEXT}. {OTHER}. " * 2
"""Enough for a voice that reads ahead, without being told that it is all."""
PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("voices")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KAIROS_HOME", str(made / "home"))
        yield made


@pytest.fixture(params=sorted(VOICES))
def case(request: pytest.FixtureRequest) -> VoiceCase:
    found: VoiceCase = VOICES[request.param]
    if found.needs is not None:
        pytest.importorskip(found.needs)
    return found


@pytest.fixture
def voice(case: VoiceCase, folder: Path) -> Iterator[StreamingVoice]:
    voice = case.open(folder, False)
    yield voice
    voice.close()


def drained(synthesis: Synthesis) -> list[Speech]:
    """All that it gives without more text; in virtual time it is never late."""
    found = []
    while isinstance(given := synthesis.next(), Speech):
        found.append(given)
        assert len(found) < 5000
    assert given is not Lack.TIME
    return found


def said(voice: StreamingVoice, *pieces: str) -> list[Speech]:
    """An utterance in these pieces of text, each given when the voice wants more."""
    synthesis = voice.begin()
    found: list[Speech] = []
    for piece in pieces:
        synthesis.add(piece)
        found += drained(synthesis)
    synthesis.end()
    found += drained(synthesis)
    assert synthesis.next() is Lack.NOTHING
    synthesis.close()
    return found


def sound(given: list[Speech]) -> Audio:
    return np.concatenate([np.zeros(0, np.float32), *(speech.audio for speech in given)])


def marks(given: list[Speech]) -> list[Mark]:
    """Its marks, with their samples counted from the utterance's beginning."""
    begin, found = 0, []
    for speech in given:
        found += [Mark(mark.start, mark.end, begin + mark.until) for mark in speech.marks]
        begin += len(speech.audio)
    return found


def test_words_are_told_in_order_within_the_audio_and_the_text(voice: StreamingVoice) -> None:
    given = said(voice, TEXT)
    for speech in given:
        assert speech.audio.dtype == np.float32
        assert speech.audio.ndim == 1
        assert np.abs(speech.audio).max() <= 1.0
        assert all(0 <= mark.until <= len(speech.audio) for mark in speech.marks)
    found = marks(given)
    assert [TEXT[mark.start : mark.end] for mark in found] == TEXT.split()
    assert [m.until for m in found] == sorted(m.until for m in found)
    assert len(sound(given)) / voice.sample_rate > 0.5


@pytest.mark.parametrize("size", [1, 7, 20])
def test_any_cut_of_the_text_gives_the_same_words(
    case: VoiceCase, voice: StreamingVoice, size: int
) -> None:
    whole = TEXT.split()
    pieces = [TEXT[i : i + size] for i in range(0, len(TEXT), size)]
    if not case.incremental:  # cut between sentences, as they come from a mind
        pieces = ["hello there. ", "my name is anna. ", "and i can help you."]
        whole = "".join(pieces).split()
    found = marks(said(voice, *pieces))
    text = "".join(pieces)
    assert [text[mark.start : mark.end].strip() for mark in found] == whole
    assert [m.until for m in found] == sorted(m.until for m in found)


def test_audio_begins_before_the_text_is_complete(case: VoiceCase, voice: StreamingVoice) -> None:
    if case.whole:
        pytest.skip("in virtual time it waits for the end")
    synthesis = voice.begin()
    assert synthesis.next() is Lack.TEXT
    synthesis.add(LONG if case.incremental else "hello there.")
    assert isinstance(synthesis.next(), Speech)
    synthesis.add(" and more")
    synthesis.end()
    assert isinstance(synthesis.next(), Speech)
    synthesis.close()


@pytest.mark.parametrize("text", ["", "  ", "..."])
def test_nothing_to_say_is_over(voice: StreamingVoice, text: str) -> None:
    synthesis = voice.begin()
    synthesis.add(text)
    synthesis.end()
    given = drained(synthesis)
    assert sum(len(speech.marks) for speech in given) <= len(text.split())
    assert synthesis.next() is Lack.NOTHING
    synthesis.close()


def test_what_is_closed_gives_nothing_more_and_leaves_nothing(
    case: VoiceCase, voice: StreamingVoice
) -> None:
    for _ in range(2 * (case.slots or 4)):
        synthesis = voice.begin()
        synthesis.add(LONG)
        if case.whole:
            synthesis.end()
        assert isinstance(synthesis.next(), Speech)
        synthesis.close()
        assert synthesis.next() is Lack.NOTHING
        synthesis.close()
    assert marks(said(voice, TEXT))


def test_a_closed_voice_gives_back_what_its_utterances_had(case: VoiceCase, folder: Path) -> None:
    for _ in range(3):
        voice = case.open(folder, False)
        for _ in range(case.slots or 2):
            synthesis = voice.begin()
            synthesis.add(LONG)
            if case.whole:
                synthesis.end()
            assert isinstance(synthesis.next(), Speech)
        voice.close()


def test_two_utterances_at_a_time_do_not_mix(case: VoiceCase, folder: Path) -> None:
    alone = case.open(folder, False)
    first, second = said(alone, TEXT), said(alone, OTHER)
    alone.close()
    voice = case.open(folder, False)
    both = [voice.begin(), voice.begin()]
    both[0].add(TEXT)
    both[1].add(OTHER)
    for synthesis in both:
        synthesis.end()
    found: list[list[Speech]] = [[], []]
    over = [False, False]
    while not all(over):
        for index, synthesis in enumerate(both):
            given = synthesis.next()
            if isinstance(given, Speech):
                found[index].append(given)
            over[index] = given is Lack.NOTHING
    voice.close()
    for apart, together in zip((first, second), found, strict=True):
        assert np.array_equal(sound(apart), sound(together))
        assert marks(apart) == marks(together)


def test_the_same_call_sounds_the_same_again(case: VoiceCase, folder: Path) -> None:
    calls = []
    for _ in range(2):
        voice = case.open(folder, False)
        calls.append([sound(said(voice, TEXT)), sound(said(voice, OTHER))])
        voice.close()
    assert all(np.array_equal(one, again) for one, again in zip(*calls, strict=True))


def test_a_thousand_frames_leave_nothing_behind(voice: StreamingVoice) -> None:
    thousand = 1000 * round(0.08 * voice.sample_rate)
    made, objects = 0, 0
    while made < thousand:
        made += sum(len(speech.audio) for speech in said(voice, OTHER))
        if not objects:
            gc.collect()
            objects = len(gc.get_objects())
    gc.collect()
    assert len(gc.get_objects()) - objects < 100


def test_the_mouth_plays_it_without_a_gap_and_knows_what_was_heard(
    case: VoiceCase, folder: Path
) -> None:
    mouth = AudioMouth(case.open(folder, False))
    text = TEXT + ". "
    mouth.say(1, Kind.REPLY, text, more=True)
    percepts = []
    for tick in range(6000):
        if tick == 20:
            mouth.say_more(1, OTHER + ".", more=False)
        percepts += mouth.play(240, tick / 100)[1]
        if isinstance(percepts[-1] if percepts else None, PlaybackFinished):
            break
    mouth.close()
    assert isinstance(percepts[0], PlaybackStarted)
    chars = [p.chars for p in percepts if isinstance(p, WordPlayed)]
    assert len(chars) == len((text + OTHER).split())
    assert chars == sorted(set(chars))
    assert chars[-1] == len(text + OTHER) + 1
    assert mouth.underruns == 0


def test_a_stop_is_heard_within_a_frame_and_nothing_after_it(case: VoiceCase, folder: Path) -> None:
    mouth = AudioMouth(case.open(folder, False))
    mouth.say(1, Kind.REPLY, TEXT + " " + OTHER, more=False)
    percepts = [p for tick in range(60) for p in mouth.play(240, tick / 100)[1]]
    mouth.stop(1, 0.04)
    after, seen = mouth.play(SAMPLE_RATE, 0.6)
    (gone,) = (p for p in seen if isinstance(p, PlaybackCut))
    assert gone.at <= 0.6 + 0.08
    assert not after[round((gone.at - 0.6) * SAMPLE_RATE) :].any()
    heard = [p.chars for p in [*percepts, *seen] if isinstance(p, WordPlayed)]
    assert gone.chars == max(heard, default=0) < len(TEXT)
    mouth.say(2, Kind.REPLY, OTHER, more=False)
    assert mouth.play(SAMPLE_RATE, 1.6)[1][0] == PlaybackStarted(1.6, 2)
    mouth.close()


def test_live_nothing_waits_and_the_same_is_said(case: VoiceCase, folder: Path) -> None:
    voice = case.open(folder, True)
    synthesis = voice.begin()
    synthesis.add(TEXT)
    synthesis.end()
    found: list[Speech] = []
    pause = threading.Event()
    waited = 0.0
    while (given := synthesis.next()) is not Lack.NOTHING:
        if isinstance(given, Speech):
            found.append(given)
            continue
        assert given is Lack.TIME
        assert waited < PATIENCE_S, "it never came"
        pause.wait(0.005)
        waited += 0.005
    synthesis.close()
    voice.close()
    virtual = case.open(folder, False)
    expected = said(virtual, TEXT)
    virtual.close()
    assert [m.end for m in marks(found)] == [m.end for m in marks(expected)]
    assert np.array_equal(sound(found), sound(expected))
