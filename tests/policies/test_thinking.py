"""The model's section."""

from __future__ import annotations

from typing import Any

import pytest

from policies import DocumentError, Policy, parse_document
from policies.thinking import Answers, Model
from tests.policies.test_slips import HEAD


def test_without_a_section_there_is_no_model() -> None:
    model = Policy.model_validate({"policy": "p", "persona": {"name": "A"}, "greeting": "Hi"}).model
    assert (model.name, model.url, model.fallback) == ("grounded", None, None)
    assert model.answers is Answers.WHEN_NEEDED


def test_a_whole_section() -> None:
    written: dict[str, Any] = {
        "name": "openai:gpt-x",
        "url": "http://127.0.0.1:8000/v1/",
        "key_env": "MY_KEY",
        "fallback": {"name": "transformers:/models/small"},
        "answers": "always",
        "temperature": 0.2,
    }
    model = Model.model_validate(written)
    assert model.url == "http://127.0.0.1:8000/v1"
    assert model.fallback is not None
    assert model.fallback.key_env == "OPENAI_API_KEY"


@pytest.mark.parametrize(
    ("section", "complaint"),
    [
        (
            "model: {name: gpt}",
            "must be grounded, openai:MODEL, transformers:DIR, realtime:MODEL, moshi",
        ),
        ("model: {name: 'openai:'}", "must be grounded, openai:MODEL, transformers:DIR"),
        ("model: {fallback: {name: moshi}}", "must be a model of text, not 'moshi'"),
        ("model: {fallback: {name: 'realtime:x'}}", "must be a model of text"),
        ("model: {fallback: {name: x}}", "must be grounded, openai:MODEL, transformers:DIR"),
        ("model: {url: 'http://me:secret@host/v1'}", "a key comes by key_env"),
        ("model: {total: 2, first_token: 3}", "first_token is longer than total"),
        ("model: {retries: 50}", "must be at most 5, not 50"),
        (
            "model: {audio: true}\nprivacy: {mask: [card_number]}",
            "sends sound, which privacy.mask cannot mask",
        ),
        ("forbidden: [{id: a, says: [b], answer: '{c}'}]", "a {slot} is filled in only"),
        (
            "forbidden: [{id: a, says: [b], answer: c}, {id: a, says: [d], answer: e}]",
            "id 'a' is used twice",
        ),
    ],
)
def test_slips(section: str, complaint: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_document(Policy, HEAD + section + "\n", "f.yaml")
    (line,) = str(caught.value).splitlines()
    assert complaint in line
