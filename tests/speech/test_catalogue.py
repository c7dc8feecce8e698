from __future__ import annotations

import re
from pathlib import Path

import pytest

from speech.catalogue import Catalogue
from speech.errors import SpeechError


def test_every_model_says_what_it_is() -> None:
    models = list(Catalogue.shipped())
    assert {"zipformer-zh-en", "zipformer-en"} <= {model.name for model in models}
    for model in models:
        assert model.licence
        assert model.purpose
        assert model.languages
        names = [file.name for file in model.files]
        assert len(set(names)) == len(names)
        for file in model.files:
            assert file.url.startswith("https://")
            assert file.url.endswith(f"/{file.name}")
            assert Path(file.name).name == file.name
            assert file.size > 0
            assert file.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", file.sha256)


def test_a_fetched_model_has_a_folder(tmp_path: Path) -> None:
    catalogue = Catalogue.shipped()
    model = catalogue.model("zipformer-en")
    folder = tmp_path / model.name
    folder.mkdir()
    for file in model.files[1:]:
        (folder / file.name).touch()
    with pytest.raises(SpeechError, match=r"tokens\.txt is missing.*kairos models pull zipfor"):
        catalogue.folder_of("zipformer-en", tmp_path)
    (folder / "tokens.txt").touch()
    assert catalogue.folder_of("zipformer-en", tmp_path) == folder


def test_an_unknown_model_is_told_the_known_ones() -> None:
    with pytest.raises(SpeechError, match=r"no model 'whisper'.*zipformer-en, zipformer-zh-en"):
        Catalogue.shipped().model("whisper")
