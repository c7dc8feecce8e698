from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from speech.clones import ClonedVoice, Consent, VoiceStore
from speech.errors import SpeechError
from speech.samples import Sample, measured
from tests.speech.test_samples import reading

CONSENT = Consent("Anna Example", "2026-11-20", "she signed the form")


@pytest.fixture(scope="module")
def sample() -> Sample:
    return measured(reading(), 24_000)


def kept(
    store: VoiceStore,
    sample: Sample,
    *,
    consent: Consent = CONSENT,
    force: bool = False,
    content: bytes = b"state",
) -> ClonedVoice:
    def prepare(folder: Path) -> None:
        (folder / "engine.bin").write_bytes(content)

    return store.keep(
        "anna",
        sample,
        consent,
        made="2026-11-21T10:00:00+00:00",
        language="en",
        prepare=prepare,
        force=force,
    )


def test_a_voice_is_kept_with_its_sample_and_its_owners_consent(
    tmp_path: Path, sample: Sample
) -> None:
    store = VoiceStore(tmp_path / "voices")
    made = kept(store, sample)
    assert store.find("anna") == made
    assert made.consent == CONSENT
    assert made.measures == sample.measures
    assert np.abs(made.sample() - sample.audio).max() < 1e-4
    assert (made.folder / "engine.bin").read_bytes() == b"state"
    assert [voice.name for voice in store.all()] == ["anna"]
    assert made.folder.stat().st_mode & 0o077 == 0  # nobody else may read it
    note = json.loads((made.folder / "voice.json").read_text())
    assert note["consent"] == {
        "by": "Anna Example",
        "at": "2026-11-20",
        "how": "she signed the form",
        "file": None,
    }


def test_evidence_is_kept_with_its_checksum(tmp_path: Path, sample: Sample) -> None:
    form = tmp_path / "form.pdf"
    form.write_bytes(b"%PDF signed")
    made = kept(VoiceStore(tmp_path / "voices"), sample, consent=Consent("A", "B", "C", form))
    assert made.consent.file == made.folder / "consent.pdf"
    assert (made.folder / "consent.pdf").read_bytes() == b"%PDF signed"
    assert len(json.loads((made.folder / "voice.json").read_text())["consent"]["sha256"]) == 64


@pytest.mark.parametrize(
    ("consent", "lacks"),
    [
        (Consent("", "d", "h"), "who"),
        (Consent("w", " ", "h"), "when"),
        (Consent("w", "d", ""), "how"),
    ],
)
def test_no_voice_without_consent(
    tmp_path: Path, sample: Sample, consent: Consent, lacks: str
) -> None:
    store = VoiceStore(tmp_path / "voices")
    with pytest.raises(SpeechError, match=f"does not say {lacks}"):
        kept(store, sample, consent=consent)
    assert store.all() == []


def test_a_name_that_is_taken_stays_unless_forced(tmp_path: Path, sample: Sample) -> None:
    store = VoiceStore(tmp_path / "voices")
    kept(store, sample, content=b"first")
    with pytest.raises(SpeechError, match="already: --force"):
        kept(store, sample, content=b"second")
    assert (tmp_path / "voices" / "anna" / "engine.bin").read_bytes() == b"first"
    kept(store, sample, content=b"second", force=True)
    assert (tmp_path / "voices" / "anna" / "engine.bin").read_bytes() == b"second"
    assert [path.name for path in (tmp_path / "voices").iterdir()] == ["anna"]


def test_a_clone_that_fails_leaves_the_old_one_and_nothing_else(
    tmp_path: Path, sample: Sample
) -> None:
    store = VoiceStore(tmp_path / "voices")
    kept(store, sample, content=b"first")

    def fails(folder: Path) -> None:
        raise SpeechError("the engine gave up")

    with pytest.raises(SpeechError, match="the engine gave up"):
        store.keep("anna", sample, CONSENT, made="x", language="en", prepare=fails, force=True)
    assert (tmp_path / "voices" / "anna" / "engine.bin").read_bytes() == b"first"
    assert [path.name for path in (tmp_path / "voices").iterdir()] == ["anna"]


@pytest.mark.parametrize("name", ["", "../anna", "an na", ".anna", "a" * 65, "anna/.."])
def test_a_name_is_no_path(tmp_path: Path, sample: Sample, name: str) -> None:
    store = VoiceStore(tmp_path / "voices")
    with pytest.raises(SpeechError, match="cannot be the name of a voice"):
        store.refuse_taken(name, force=True)
    assert store.find(name) is None
    with pytest.raises(SpeechError, match="there is no voice"):
        store.remove(name)


def test_a_damaged_note_is_told(tmp_path: Path, sample: Sample) -> None:
    store = VoiceStore(tmp_path / "voices")
    made = kept(store, sample)
    (made.folder / "voice.json").write_text('{"made": 3}')
    with pytest.raises(SpeechError, match=r"voice\.json: damaged; clone the voice again"):
        store.find("anna")


def test_a_removed_voice_leaves_nothing(tmp_path: Path, sample: Sample) -> None:
    store = VoiceStore(tmp_path / "voices")
    kept(store, sample)
    store.remove("anna")
    assert not list((tmp_path / "voices").iterdir())
