"""Read sentences whole and cut: from a folder laid out as Debian's, and from Debian's own."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
import soxr  # type: ignore[import-untyped]

from scenarios.laboratory.human import (
    ABSENT,
    FOLDER,
    LEAD_S,
    PAUSE_RANGE_S,
    TAIL_S,
    HumanClip,
    human_speech,
)
from speech.embedded.espeak import EspeakVoice
from speech.errors import SpeechError
from speech.protocols import SAMPLE_RATE

TEXT = "he was not an ill disposed young man"


def write(path: Path, text: str, rate: int = 16_000) -> None:
    """A sentence with a third of a second of faint noise around it."""
    voice = EspeakVoice("en-us+klatt4", 150)
    spoken = np.concatenate([speech.audio for speech in voice.speak(text)])
    spoken = soxr.resample(spoken, voice.sample_rate, rate)
    audio = np.concatenate((np.zeros(rate // 3), 0.5 * spoken, np.zeros(rate // 3)))
    audio += 1e-3 * np.random.default_rng(1).standard_normal(audio.size)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((audio * 32_767).astype("<i2").tobytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cards").mkdir()
    write(tmp_path / "cards" / "one.wav", TEXT)
    write(tmp_path / "cards" / "two.wav", "ten of clubs")
    (tmp_path / "cards" / "cards.transcription").write_text(
        f"<s> {TEXT} </s> (one)\n<s> ten of clubs  </s> (two)\n"
    )
    return tmp_path


def loudness(clip: HumanClip, start_s: float, end_s: float) -> float:
    return float(np.std(clip.audio[round(start_s * SAMPLE_RATE) : round(end_s * SAMPLE_RATE)]))


def truthful(clip: HumanClip) -> None:
    """Spans lie in the clip, in order; where they say pause there is noise alone."""
    assert clip.spans[0].start >= LEAD_S - 0.1
    assert clip.end <= clip.audio.size / SAMPLE_RATE - TAIL_S + 0.011
    edges = [edge for span in clip.spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert np.abs(clip.audio).max() <= 1.0
    if clip.pause is None:
        assert len(clip.parts) == 1
        return
    shortest, _ = PAUSE_RANGE_S
    assert clip.pause.length >= shortest - 1e-3
    assert clip.pause.start in {span.end for span in clip.spans}
    assert clip.pause.end in {span.start for span in clip.spans}
    middle = slice(
        *(round(s * SAMPLE_RATE) for s in (clip.pause.start + 0.1, clip.pause.end - 0.1))
    )
    speech = slice(*(round(s * SAMPLE_RATE) for s in (clip.spans[0].start, clip.spans[0].end)))
    assert np.std(clip.audio[middle]) < 0.2 * np.std(clip.audio[speech])


@pytest.mark.slow
def test_a_sentence_is_whole_once_and_cut_after_each_word_between(folder: Path) -> None:
    speech = human_speech(folder)
    assert speech.absent is None
    names = [clip.name for clip in speech.clips]
    assert names == ["human/one", *(f"human/one-{k:02d}" for k in range(2, 7)), "human/two"]
    assert [clip.whole for clip in speech.clips] == [True, *[False] * 5, True]
    assert [clip.parts for clip in speech.clips][2] == ("he was not", "an ill disposed young man")
    assert {clip.text for clip in speech.clips} == {TEXT, "ten of clubs"}
    for clip in speech.clips:
        truthful(clip)
    whole, *cuts, _ = speech.clips
    places = [clip.pause.start for clip in cuts if clip.pause is not None]
    assert places == sorted(places)
    assert all(whole.spans[0].start < place < whole.end for place in places)
    for clip in cuts:
        assert clip.pause is not None
        drawn = clip.audio.size - whole.audio.size
        assert clip.end == pytest.approx(whole.end + drawn / SAMPLE_RATE, abs=1e-3)


@pytest.mark.slow
def test_it_is_the_same_each_time(folder: Path) -> None:
    first, again = human_speech(folder).clips, human_speech(folder).clips
    for one, other in zip(first, again, strict=True):
        assert (one.name, one.spans, one.pause) == (other.name, other.spans, other.pause)
        assert np.array_equal(one.audio, other.audio)


@pytest.mark.slow
def test_debians_own_sentences_or_why_there_are_none() -> None:
    speech = human_speech()
    if not FOLDER.exists():
        assert (speech.clips, speech.absent) == ((), ABSENT)
        return
    assert speech.absent is None
    assert [sum(clip.whole is kind for clip in speech.clips) for kind in (True, False)] == [11, 64]
    assert len({clip.name for clip in speech.clips}) == 75
    assert sum(len(clip.text.split()) for clip in speech.clips if clip.whole) == 96
    for clip in speech.clips:
        truthful(clip)


def test_without_the_package_it_says_so(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        speech = human_speech(folder)
        assert speech.clips == ()
        assert speech.absent == ABSENT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("transcript", "said"),
    [
        ("<s> ten of clubs </s> (three)\n", r"three\.wav: .*No such file"),
        ("ten of clubs\n", r"cards\.transcription: not a transcript: 'ten of clubs'"),
        ("<s> ten of kloobs </s> (two)\n", r"two: 'ten of kloobs' cannot be aligned to it"),
        ("<s> ten of clubs </s> (fast)\n", r"fast\.wav: 16 bit mono at 16 kHz is read"),
    ],
)
def test_what_cannot_be_read_is_named(folder: Path, transcript: str, said: str) -> None:
    write(folder / "cards" / "fast.wav", "ten", rate=22_050)
    (folder / "cards" / "cards.transcription").write_text(transcript)
    with pytest.raises(SpeechError, match=said):
        human_speech(folder)
