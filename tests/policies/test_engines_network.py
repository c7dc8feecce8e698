from __future__ import annotations

import pytest
from pydantic import ValidationError

from policies.engines.moshi_server import MoshiServer
from policies.engines.openai import OpenAIAudio


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:8090", "WebSocket server's address"),
        ("ws://", "WebSocket server's address"),
        ("ws://host:99999", "WebSocket server's address"),
        ("ws://name:secret@host", "key comes by key_env"),
        ("wss://host/?auth_id=secret", "key comes by key_env"),
    ],
)
def test_an_address_holds_a_server_and_no_secret(url: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        MoshiServer(stt=(url,))


def test_addresses_are_kept_without_their_slash() -> None:
    terms = MoshiServer.model_validate({"tts": ["wss://speech.example.invalid/kyutai/"]})
    assert terms.tts == ("wss://speech.example.invalid/kyutai",)


def test_no_server_is_no_setting() -> None:
    with pytest.raises(ValidationError, match="at least 1"):
        MoshiServer(stt=())


def test_openai_speech_needs_a_web_address() -> None:
    with pytest.raises(ValidationError, match="must be a server's address"):
        OpenAIAudio(url="ws://127.0.0.1")
    assert OpenAIAudio(url="http://127.0.0.1:8000/v1/").url == "http://127.0.0.1:8000/v1"
