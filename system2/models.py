"""Which mind answers to which name."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import date

from policies.policy import Policy
from policies.thinking import GROUNDED, Model
from system2.chat.model import ChatModel
from system2.errors import ModelError
from system2.grounded import Grounded
from system2.mind import Mind

_AVAILABLE = "grounded, openai:MODEL, transformers:DIR, realtime:MODEL, moshi, moshi:REPO_OR_DIR"


async def no_pause(seconds: float) -> None:
    """For tests, and for what cannot wait."""


def open_mind(
    name: str | None,
    policy: Policy,
    *,
    today: date,
    environ: Mapping[str, str] = os.environ,
    pause: Callable[[float], Awaitable[None]] = no_pause,
) -> Mind:
    """The mind called ``name`` for a policy, None for the policy's own choice.

    ``today`` is the date of the call; ``environ`` has the keys; ``pause`` waits for so many
    seconds before a request is made again. ``ModelError`` with one clear line where there is no
    such mind. Weights in a local folder are loaded here.
    """
    terms = policy.model
    chosen = terms.name if name is None else name
    if chosen == GROUNDED:
        return Grounded(policy, today=today)
    from system2.talker import Talker

    models = [open_chat(chosen, terms, terms.url, terms.key_env, environ, pause)]
    models += _second(policy, environ, pause)
    return Talker(policy, models, today=today)


def open_second(
    policy: Policy,
    *,
    today: date,
    environ: Mapping[str, str] = os.environ,
    pause: Callable[[float], Awaitable[None]] = no_pause,
) -> Mind:
    """The mind that answers where the first choice is down and is none of text."""
    from system2.talker import Talker

    return Talker(policy, _second(policy, environ, pause), today=today)


def _second(
    policy: Policy, environ: Mapping[str, str], pause: Callable[[float], Awaitable[None]]
) -> list[ChatModel]:
    second = policy.model.fallback
    if second is None or second.name == GROUNDED:
        return []
    return [open_chat(second.name, policy.model, second.url, second.key_env, environ, pause)]


def open_chat(
    name: str,
    terms: Model,
    url: str | None,
    key_env: str,
    environ: Mapping[str, str] = os.environ,
    pause: Callable[[float], Awaitable[None]] = no_pause,
) -> ChatModel:
    """The chat model called ``name``; ``ModelError`` in one line where there is none."""
    kind, _, which = name.partition(":")
    if kind == "openai" and which:
        return _openai(which, terms, url, key_env, environ, pause)
    if kind == "transformers" and which:
        from system2.chat.transformers_chat import TransformersChat

        return TransformersChat(which, terms)
    raise ModelError(f"no model is called {name!r}; available: {_AVAILABLE}")


def _openai(
    model: str,
    terms: Model,
    url: str | None,
    key_env: str,
    environ: Mapping[str, str],
    pause: Callable[[float], Awaitable[None]],
) -> ChatModel:
    key = environ.get(key_env)
    if url is None and not key:
        raise ModelError(f"model 'openai:{model}' needs a key in {key_env}, or a url of its own")
    try:
        from system2.chat.openai_chat import OpenAIChat

        return OpenAIChat(model, terms, url, key, pause)
    except ImportError as error:
        missing = f"{error.name}, which is not installed: pip install 'kairos-voice[openai]'"
        raise ModelError(f"model 'openai:{model}' needs {missing}") from None
