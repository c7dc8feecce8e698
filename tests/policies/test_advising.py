"""The adviser's section."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from policies.advising import Adviser, Matter


def test_an_address_and_a_model_are_enough() -> None:
    adviser = Adviser(url="https://example.invalid/models/", model="m")
    assert adviser.url == "https://example.invalid/models"
    assert adviser.questions == (Matter.DONE, Matter.OVERLAP)
    assert (adviser.deadline, adviser.failures) == (0.15, 5)
    assert adviser.key_env == "KAIROS_ADVISER_KEY"


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8125", "ftp://host", "http://", "http://host:port", "http://host:99999"],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValidationError):
        Adviser(url=url, model="m")


@pytest.mark.parametrize("url", ["http://me:secret@host", "http://host/?key=1", "http://host/#a"])
def test_no_secret_stands_in_a_policy(url: str) -> None:
    with pytest.raises(ValidationError, match="a key comes by key_env") as caught:
        Adviser(url=url, model="m")
    assert len(caught.value.errors()) == 1


def test_questions_are_those_there_are() -> None:
    listed = {"url": "http://host", "model": "m", "questions": ["done"]}
    assert Adviser.model_validate(listed).questions == (Matter.DONE,)
    with pytest.raises(ValidationError):
        Adviser.model_validate(listed | {"questions": ["weather"]})
