from __future__ import annotations

from pathlib import Path

import pytest

from agent.cli.app import main
from speech.catalogue import Catalogue
from tests.modelserver import serving


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAIROS_HOME", str(tmp_path))


def test_what_there_is_to_fetch(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["models", "list"]) == 0
    out = capsys.readouterr().out
    assert "zipformer-zh-en  199 MB, Apache-2.0, en, zh: not fetched" in out
    assert str(tmp_path / "models") in out


def test_a_model_is_pulled_from_a_mirror_and_told_honestly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = Catalogue.shipped().model("zipformer-zh-en")
    with serving() as server:
        for file in model.files:
            server.files[f"{model.name}/{file.name}"] = file.name.encode()
        assert main(["models", "pull", model.name, "--mirror", server.url]) == 0
    out = capsys.readouterr().out
    assert f"{len(model.files)} files fetched, 0 were there" in out
    assert "no checksum is known for tokens.txt, " in out
    assert "is trusted this once" in out
    assert main(["models", "list"]) == 0
    assert "zipformer-zh-en  199 MB, Apache-2.0, en, zh: here" in capsys.readouterr().out


def test_what_is_not_what_the_catalogue_says_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = Catalogue.shipped().model("zipformer-en")
    with serving() as server:
        for file in model.files:
            server.files[f"{model.name}/{file.name}"] = b"something else"
        assert main(["models", "pull", model.name, "--mirror", server.url]) == 2
    err = capsys.readouterr().err
    assert "563fde436d16cf76" in err
    assert err.count("\n") == 1


def test_an_unknown_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "pull", "whisper"]) == 2
    assert "no model 'whisper'" in capsys.readouterr().err
