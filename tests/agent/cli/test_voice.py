"""``kairos voice``: cloned on tiny weights, listed, heard, and never without consent."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from agent.cli.app import main
from speech.audiofile import read_wav, write_wav
from tests.speech.pocket.tiny import reading, write_tiny


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("pocket"))


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIROS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.stdin", io.StringIO())  # nobody is there to be asked


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "anna.wav"
    write_wav(path, reading(), 24_000)
    return path


def kairos(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["voice", *map(str, arguments)])
    told = capsys.readouterr()
    return code, told.out, told.err


def clone(
    capsys: pytest.CaptureFixture[str], sample: Path, tiny: Path, *more: object
) -> tuple[int, str, str]:
    given = ("--by", "Anna Example", "--at", "2026-11-20", "--consent", "signed the form")
    return kairos(capsys, "clone", sample, "--name", "anna", "--model", tiny, *given, *more)


@pytest.mark.slow
def test_a_voice_from_sample_to_speech(
    capsys: pytest.CaptureFixture[str], sample: Path, tiny: Path, tmp_path: Path
) -> None:
    code, out, _ = clone(capsys, sample, tiny)
    assert code == 0
    assert "anna: cloned from 9.8 s" in out
    assert "voice: {name: anna}" in out
    code, out, _ = kairos(capsys, "list")
    assert "anna  en, 9.8 s, made 20" in out
    assert "consent of Anna Example, 2026-11-20" in out
    wav = tmp_path / "f.wav"
    code, out, _ = kairos(capsys, "say", "anna", "Hello there.", "--out", wav, "--model", tiny)
    assert code == 0
    assert len(read_wav(wav)) > 10_000
    code, out, _ = kairos(capsys, "remove", "anna", "--yes")
    assert (code, out) == (0, "anna: deleted\n")
    assert "no voices in" in kairos(capsys, "list")[1]


@pytest.mark.parametrize("given", [(), ("--by", "Anna"), ("--consent", "signed"), ("--by", " ")])
def test_no_clone_without_a_note_of_consent(
    capsys: pytest.CaptureFixture[str], sample: Path, tiny: Path, given: tuple[str, ...]
) -> None:
    code, _, err = kairos(capsys, "clone", sample, "--name", "anna", "--model", tiny, *given)
    assert code == 2
    assert "only with its owner's consent, on record: --by WHO --consent HOW" in err
    assert "no voices in" in kairos(capsys, "list")[1]


def test_a_signed_form_is_kept(
    capsys: pytest.CaptureFixture[str], sample: Path, tiny: Path, tmp_path: Path
) -> None:
    form = tmp_path / "form.txt"
    form.write_text("I agree. Anna")
    code, *_ = clone(capsys, sample, tiny, "--consent", form)
    assert code == 0
    kept = tmp_path / "home" / "voices" / "anna" / "consent.txt"
    assert kept.read_text() == "I agree. Anna"


def test_each_fault_of_a_sample_is_a_line(
    capsys: pytest.CaptureFixture[str], tiny: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bad.wav"
    write_wav(path, reading(2.0, noise=0.05), 24_000)
    code, _, err = clone(capsys, path, tiny)
    assert code == 2
    assert len(err.splitlines()) == 2
    assert "s of speech: record about 10 s" in err
    assert "dB above the noise: record in a quiet room" in err


def test_a_name_that_is_taken_needs_force(
    capsys: pytest.CaptureFixture[str], sample: Path, tiny: Path
) -> None:
    assert clone(capsys, sample, tiny)[0] == 0
    code, _, err = clone(capsys, sample, tiny)
    assert code == 2
    assert "--force" in err
    assert clone(capsys, sample, tiny, "--force")[0] == 0


def test_a_date_is_a_date(capsys: pytest.CaptureFixture[str], sample: Path, tiny: Path) -> None:
    code, _, err = clone(capsys, sample, tiny, "--at", "yesterday")
    assert code == 2
    assert "a date is written as 2026-11-21" in err


def test_what_cannot_be_said_is_told(
    capsys: pytest.CaptureFixture[str], sample: Path, tiny: Path, tmp_path: Path
) -> None:
    clone(capsys, sample, tiny)
    wav = tmp_path / "f.wav"
    code, _, err = kairos(capsys, "say", "anna", " ... ", "--out", wav, "--model", tiny)
    assert code == 2
    assert "nothing in the text that can be said" in err
    code, _, err = kairos(capsys, "say", "bella", "Hello.", "--out", wav, "--model", tiny)
    assert code == 2
    assert "no voice 'bella'" in err
    code, _, err = kairos(capsys, "remove", "bella", "--yes")
    assert (code, "no voice 'bella'" in err) == (2, True)
