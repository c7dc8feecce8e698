"""Minds by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.policy import Policy
from policies.thinking import Model
from system2.errors import ModelError
from system2.grounded import Grounded
from system2.models import open_chat, open_mind, open_second
from system2.talker import Talker
from tests.system2.talking import BROADBAND, WEDNESDAY


def policy(**model: object) -> Policy:
    return Policy.model_validate(BROADBAND.model_dump(exclude_unset=True) | {"model": model})


def test_grounded() -> None:
    assert isinstance(open_mind("grounded", BROADBAND, today=WEDNESDAY), Grounded)
    assert isinstance(open_mind(None, BROADBAND, today=WEDNESDAY), Grounded)


async def test_the_policys_own_choice_and_its_fallback() -> None:
    pytest.importorskip("openai")
    chosen = policy(
        name="openai:one",
        url="http://127.0.0.1:9/v1",
        fallback={"name": "openai:two", "key_env": "SECOND_KEY"},
    )
    mind = open_mind(None, chosen, today=WEDNESDAY, environ={"SECOND_KEY": "k"})
    assert isinstance(mind, Talker)
    assert [model.name for model in mind._models] == ["openai:one", "openai:two"]
    await mind.close()
    over = open_mind("grounded", chosen, today=WEDNESDAY, environ={})
    assert isinstance(over, Grounded), "the command line wins"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("openai:gpt-4o-mini", "needs a key in OPENAI_API_KEY, or a url of its own"),
        ("transformers:/models/tiny", "is no folder with a model's config.json"),
        ("clever", "no model is called 'clever'; available: grounded, openai:MODEL"),
        ("openai:", "no model is called 'openai:'"),
        ("", "no model is called ''"),
    ],
)
def test_what_cannot_be_opened_gives_one_clear_line(name: str, line: str) -> None:
    with pytest.raises(ModelError) as raised:
        open_mind(name, BROADBAND, today=WEDNESDAY, environ={})
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.slow
def test_a_folder_without_weights_gives_one_clear_line(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="holds no usable weights") as raised:
        open_chat(f"transformers:{tmp_path}", Model(), None, "K", {})
    assert "\n" not in str(raised.value)


async def test_the_second_choice_of_a_model_that_speaks() -> None:
    pytest.importorskip("openai")
    chosen = policy(
        name="realtime:one", fallback={"name": "openai:two", "url": "http://127.0.0.1:9/v1"}
    )
    second = open_second(chosen, today=WEDNESDAY, environ={})
    assert isinstance(second, Talker)
    assert [model.name for model in second._models] == ["openai:two"]
    await second.close()
    alone = open_second(policy(name="moshi"), today=WEDNESDAY, environ={})
    assert isinstance(alone, Talker)
    assert alone._models == ()
