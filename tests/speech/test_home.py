from __future__ import annotations

from pathlib import Path

from speech.home import home, models, voices


def test_the_setting_wins_over_the_data_folder() -> None:
    named = {"KAIROS_HOME": "/srv/kairos", "XDG_DATA_HOME": "/data"}
    assert home(named) == Path("/srv/kairos")
    assert home({"XDG_DATA_HOME": "/data"}) == Path("/data/kairos")
    assert home({}) == Path.home() / ".local" / "share" / "kairos"


def test_models_and_voices_lie_beside_each_other() -> None:
    named = {"KAIROS_HOME": "/srv/kairos"}
    assert models(named) == Path("/srv/kairos/models")
    assert voices(named) == Path("/srv/kairos/voices")
