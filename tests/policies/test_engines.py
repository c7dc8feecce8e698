from __future__ import annotations

import pytest
from pydantic import ValidationError

from policies.engines.kyutai_stt import KyutaiStt
from policies.engines.settings import Engines


def test_the_default_is_the_checkpoint_with_pause_heads() -> None:
    settings = Engines().kyutai_stt
    assert settings.model == "kyutai/stt-1b-en_fr-candle"
    assert (settings.device, settings.dtype) == ("auto", "auto")
    assert KyutaiStt.model_validate({"flush_after": None}).flush_after is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"device": "gpu"},
        {"device": "cuda:"},
        {"dtype": "int8"},
        {"slots": 0},
        # Less than a frame: what has not been sent yet could be speech.
        {"flush_after": 0.05},
        {"flush_pause": 1.1},
        {"model": ""},
        {"speed": 1},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        KyutaiStt.model_validate(wrong)
