"""What keeps calls in one process."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")

from agent.serving.apart.fitness import why_not_apart
from agent.serving.terms import Terms
from policies.thinking import Fallback, has_weights
from speech.errors import SpeechError
from tests.agent.serving.stage import POLICY


@pytest.mark.skipif(sys.platform != "linux", reason="a warm process is forked")
@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, None),
        ({"speech": "openai"}, None),
        ({"model": "openai:some"}, None),
        ({"speech": "kyutai"}, "broadband: all calls share one batch of kyutai"),
        ({"speech": "embedded/pocket"}, "broadband: all calls share one batch of embedded/pocket"),
        ({"model": "transformers:some"}, "broadband: all calls share one transformers:some"),
        ({"model": "moshi"}, "broadband: all calls share one moshi"),
    ],
)
def test_what_calls_share_keeps_them_together(
    given: dict[str, Any], why: str | None, tmp_path: Path
) -> None:
    assert why_not_apart(Terms({"broadband": POLICY}, tmp_path, **given)) == why


def test_a_fallback_counts_as_well(tmp_path: Path) -> None:
    model = POLICY.model.model_copy(update={"fallback": Fallback(name="transformers:some")})
    policy = POLICY.model_copy(update={"model": model})
    assert why_not_apart(Terms({"broadband": policy}, tmp_path)) is not None


def test_nowhere_but_on_linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert why_not_apart(Terms({"broadband": POLICY}, tmp_path)) is not None


def test_a_profile_that_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(SpeechError):
        why_not_apart(Terms({"broadband": POLICY}, tmp_path, speech="none"))


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("grounded", False),
        ("openai:transformers", False),
        ("realtime:x", False),
        ("moshi", True),
        ("moshi:repo", True),
        ("transformers:dir", True),
    ],
)
def test_models_with_weights_here(name: str, has: bool) -> None:
    assert has_weights(name) is has
