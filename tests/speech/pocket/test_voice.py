from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from policies.engines.pocket import PocketTts
from policies.engines.settings import Engines
from speech.audiofile import write_wav
from speech.clones import Consent, VoiceStore
from speech.errors import SpeechError
from speech.playback.mouth import AudioMouth
from speech.pocket import voice as module
from speech.pocket.model import opened
from speech.pocket.voice import PocketVoice, pocket_voice
from speech.profiles import open_voice
from speech.protocols import Lack, Speech
from speech.samples import measured
from speech.terms import VoiceTerms
from system1.acts import Kind
from system1.percepts import PlaybackCut, PlaybackFinished, PlaybackStarted, WordPlayed
from tests.speech.pocket.tiny import reading

pytestmark = pytest.mark.slow

CONSENT = Consent("Anna Example", "2026-11-20", "signed")


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIROS_HOME", str(tmp_path / "home"))


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    write_wav(tmp_path / "anna.wav", reading(), 24_000)
    return tmp_path / "anna.wav"


def terms(
    tiny: Path, name: str | None = None, sample: Path | None = None, live: bool = False
) -> VoiceTerms:
    engines = Engines(pocket_tts=PocketTts(model=str(tiny)))
    return VoiceTerms("en", name, sample, 170, 50, live, engines)


def audio_of(voice: PocketVoice, text: str) -> bytes:
    synthesis = voice.begin()
    synthesis.add(text)
    synthesis.end()
    pieces = []
    while isinstance(given := synthesis.next(), Speech):
        pieces.append(given.audio)
    return np.concatenate(pieces).tobytes()


def test_a_sample_is_cloned_once(tiny: Path, sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = audio_of(pocket_voice(terms(tiny, sample=sample)), "Hello there.")
    monkeypatch.setattr(module, "read_sample", None)  # nothing is read again
    assert audio_of(pocket_voice(terms(tiny, sample=sample)), "Hello there.") == first


def test_a_sample_that_will_not_do_is_refused(tiny: Path, tmp_path: Path) -> None:
    write_wav(tmp_path / "short.wav", reading(2.0), 24_000)
    with pytest.raises(SpeechError, match=r"short\.wav: 1\.\d s of speech: record about 10 s"):
        pocket_voice(terms(tiny, sample=tmp_path / "short.wav"))


def test_a_cloned_voice_is_spoken_with_by_name(tiny: Path) -> None:
    model = opened("en", PocketTts(model=str(tiny)))
    state = model.state_of(measured(reading(), 24_000).audio)
    VoiceStore().keep(
        "anna",
        measured(reading(), 24_000),
        CONSENT,
        made="2026-11-21",
        language="en",
        prepare=lambda folder: model.save(state, folder / f"{model.key}.safetensors"),
    )
    by_name = audio_of(pocket_voice(terms(tiny, "anna")), "Hello there.")
    assert by_name == audio_of(PocketVoice(model, state, 50, 0, False), "Hello there.")


def test_a_voice_that_was_cloned_with_another_model_is_made_from_its_sample(tiny: Path) -> None:
    made = VoiceStore().keep(
        "anna",
        measured(reading(), 24_000),
        CONSENT,
        made="2026-11-21",
        language="en",
        prepare=lambda folder: None,
    )
    pocket_voice(terms(tiny, "anna"))
    assert [path.name for path in made.folder.glob("tiny-*.safetensors")]


def test_who_names_nobody_is_told(tiny: Path) -> None:
    with pytest.raises(SpeechError, match="name a cloned one"):
        pocket_voice(terms(tiny))
    with pytest.raises(SpeechError, match=r"no voice 'en-us\+f3'"):
        open_voice("embedded/pocket", terms(tiny, "en-us+f3"))


def test_the_mouth_plays_it_word_by_word(tiny: Path, sample: Path) -> None:
    mouth = AudioMouth(pocket_voice(terms(tiny, sample=sample)))
    text = "Hello there. One moment."
    mouth.say(1, Kind.REPLY, text, more=False)
    percepts = []
    for tick in range(1500):
        percepts += mouth.play(240, tick * 0.01)[1]
        if isinstance(percepts[-1:] and percepts[-1], PlaybackFinished):
            break
    assert isinstance(percepts[0], PlaybackStarted)
    assert isinstance(percepts[-1], PlaybackFinished)
    heard = [one.chars for one in percepts if isinstance(one, WordPlayed)]
    assert heard == sorted(heard)
    assert heard[-1] == len(text)
    mouth.close()


def test_a_barge_in_stops_it_within_the_fade(tiny: Path, sample: Path) -> None:
    mouth = AudioMouth(pocket_voice(terms(tiny, sample=sample)))
    mouth.say(1, Kind.REPLY, "Please tell me more about the fault on your line.", more=False)
    for tick in range(20):
        mouth.play(240, tick * 0.01)
    mouth.stop(1, 0.05)
    percepts = []
    for tick in range(20, 30):
        percepts += mouth.play(240, tick * 0.01)[1]
    cut = [one for one in percepts if isinstance(one, PlaybackCut)]
    assert [one.at for one in cut] == pytest.approx([0.25], abs=0.011)
    assert not mouth.play(240, 0.3)[0].any()
    mouth.close()


def test_live_it_is_made_in_a_thread_and_waits_for_nothing(tiny: Path, sample: Path) -> None:
    voice = pocket_voice(terms(tiny, sample=sample, live=True))
    made = threading.Event()
    speak = voice._model.speak

    def told(*rest: object) -> None:
        speak(*rest)  # type: ignore[arg-type]
        made.set()

    voice._model.speak = told  # type: ignore[method-assign, assignment]
    try:
        synthesis = voice.begin()
        synthesis.add("Hello there.")
        synthesis.end()
        assert made.wait(30)
    finally:
        del voice._model.speak
    pieces = []
    while (given := synthesis.next()) is not Lack.NOTHING:
        if isinstance(given, Speech):
            pieces.append(given)
    assert pieces
    assert sum(len(one.marks) for one in pieces) == 2
    voice.close()
    assert voice._worker is not None
    assert voice._worker.ended.wait(30)
