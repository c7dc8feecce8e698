"""An OpenAI-compatible server: its client, and what goes wrong with it in words of our own.

Redirects are not followed, so that what a caller said goes to the address in the policy and
nowhere else; what a server says of an error is not told on: it may quote what it was sent.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from speech.errors import SpeechError
from speech.terms import OpenAIAudio

if TYPE_CHECKING:
    from openai import OpenAI

T = TypeVar("T")

NO_KEY = "none"
"""Sent where there is no key: the SDK wants one, a server of one's own does not look at it."""

_OFFICIAL = "https://api.openai.com"
_NOT_PCM = (b"RIFF", b"ID3", b"OggS", b"fLaC", b"\xff\xfb", b"\xff\xf3")


class Failure(Exception):
    """Why a request failed; ``again``: it may be worth another try."""

    def __init__(self, reason: str, again: bool = False, status: int | None = None) -> None:
        super().__init__(reason)
        self.again = again
        self.status = status


def key_of(terms: OpenAIAudio) -> str | None:
    """The key, from the environment. Raises ``SpeechError`` where OpenAI itself would want one."""
    key = os.environ.get(terms.key_env) or None
    if key is None and terms.url.startswith(_OFFICIAL):
        raise SpeechError(
            f"openai speech needs a key in {terms.key_env}, or engines.openai.url of a server "
            "of your own"
        )
    return key


def openai_client(terms: OpenAIAudio) -> OpenAI:
    """A client with our limits. Raises ``SpeechError`` for a missing key or package."""
    key = key_of(terms)
    try:
        import openai
    except ImportError:
        raise SpeechError("openai is not installed: pip install 'kairos-voice[openai]'") from None
    timeout = openai.Timeout(terms.answer, connect=terms.connect)
    return openai.OpenAI(
        api_key=key or NO_KEY,
        base_url=terms.url,
        timeout=timeout,
        max_retries=0,
        http_client=openai.DefaultHttpxClient(
            timeout=timeout, follow_redirects=False, trust_env=terms.url.startswith("https://")
        ),
    )


def tried(
    request: Callable[[], T], terms: OpenAIAudio, pause: Callable[[float], object] | None = None
) -> T:
    """The request's answer, made again after failures that may pass. Raises ``Failure``."""
    wait = pause or threading.Event().wait
    for attempt in range(terms.retries + 1):
        try:
            return request()
        except Failure as failure:
            if not failure.again or attempt == terms.retries:
                raise
        wait(terms.backoff * 2**attempt)
    raise AssertionError("a last try either answers or fails")


def speech_bytes(
    client: OpenAI, terms: OpenAIAudio, voice: str, text: str, rate: float
) -> Iterator[bytes]:
    """PCM of a text (24 kHz, 16 bit, little-endian), as it comes. Raises ``Failure``."""
    import openai

    begun = False
    with (
        told(lambda: begun),
        client.audio.speech.with_streaming_response.create(
            model=terms.speech_model,
            voice=voice,
            input=text,
            response_format="pcm",
            speed=min(max(rate, 0.25), 4.0) if rate != 1.0 else openai.omit,
            instructions=terms.instructions or openai.omit,
            stream_format="sse" if terms.stream == "sse" else openai.omit,
        ) as response,
    ):
        parts = _events(response.iter_lines()) if terms.stream == "sse" else response.iter_bytes()
        for part in parts:
            if not part:
                continue
            if not begun and part.startswith(_NOT_PCM):
                raise Failure("sends another format where PCM was asked for")
            begun = True
            yield part
    if not begun:
        raise Failure("sends no audio", again=True)


@contextmanager
def told(begun: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Errors of the SDK and of HTTP as a ``Failure``; ``begun``: whether an answer was there."""
    import openai

    try:
        yield
    except (Failure, GeneratorExit):
        raise
    except openai.APITimeoutError:
        raise Failure("did not answer in time", again=True) from None
    except openai.APIConnectionError:
        raise Failure("cannot be reached", again=True) from None
    except openai.APIStatusError as error:
        status = error.status_code
        again = status in (408, 409, 429) or status >= 500
        raise Failure(_meaning(status), again, status) from None
    except Exception as error:
        # Whatever a server does to the libraries in between: their errors share no base.
        reason = "broke off" if begun() else f"fails: {type(error).__name__}"
        raise Failure(reason, again=True) from None


def _meaning(status: int) -> str:
    match status:
        case 401 | 403:
            return f"does not take the key ({status})"
        case 404:
            return "has no such model, or nothing there (404)"
        case 429:
            return "has too much to do (429)"
        case _ if 300 <= status < 400:
            return f"points elsewhere, which is not followed ({status})"
        case _:
            return f"answers {status}"


def _events(lines: Iterator[str]) -> Iterator[bytes]:
    """The audio in server-sent events."""
    for line in lines:
        name, _, data = line.partition(":")
        if name != "data" or data.strip() in ("", "[DONE]"):
            continue
        try:
            event = json.loads(data)
            kind = event["type"]
            audio = base64.b64decode(event["audio"]) if kind == "speech.audio.delta" else b""
        except (ValueError, KeyError, TypeError, binascii.Error):
            raise Failure("sends events that are none of the protocol's") from None
        if kind == "error":
            raise Failure("reports an error", again=True)
        yield audio
