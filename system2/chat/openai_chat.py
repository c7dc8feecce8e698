"""Chat completions of any server that speaks OpenAI's protocol, streamed by the ``openai`` SDK.

A request that fails before its first word is made again, after a wait; one that breaks off later
is not: its words may have been spoken. Redirects are not followed, so that what a caller said goes
to the address in the policy and nowhere else. Servers' error texts are never told on: they quote
what they were sent.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from policies.thinking import Model
from system2.chat.chunks import Answer, Garbage
from system2.chat.model import ChatError, ChatEvent, Message, Request

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk

Pause = Callable[[float], Awaitable[None]]
"""Waits for so many seconds."""

NO_KEY = "none"
"""Sent where there is no key: the SDK wants one, a server of one's own does not look at it."""

LONGEST_ANSWER = 64 * 1024
"""Characters; far beyond what ``most_tokens`` allows, so only a broken server reaches it."""

_REFUSED = (400, 422)
_OPTIONAL = ("stream_options", "response_format", "tools")
"""What a server may not know, in the order in which it is done without."""


class _Failure(Exception):
    """Why a request failed; ``again``: it may be worth another try."""

    def __init__(self, reason: str, again: bool = False, status: int | None = None) -> None:
        super().__init__(reason)
        self.again = again
        self.status = status


class OpenAIChat:
    """One model of one server. ``url`` None: the SDK's own; ``pause``: for the wait between tries.

    ``ModelError`` where the SDK is not installed is its opener's matter (``system2.models``).
    """

    def __init__(
        self,
        model: str,
        terms: Model,
        url: str | None,
        key: str | None,
        pause: Pause,
    ) -> None:
        # Late: a call without a model needs no SDK.
        import openai

        self.name = f"openai:{model}"
        self._model = model
        self._terms = terms
        self._where = url or "the SDK's default address"
        self._pause = pause
        self._limit = "max_completion_tokens" if url is None else "max_tokens"
        self._refused: set[str] = set()
        timeout = openai.Timeout(terms.total, connect=terms.connect)
        plain = url is not None and url.startswith("http://")
        self._client: AsyncOpenAI = openai.AsyncOpenAI(
            api_key=key or NO_KEY,
            base_url=url,
            timeout=timeout,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(
                timeout=timeout, follow_redirects=False, trust_env=not plain
            ),
        )

    async def stream(self, request: Request) -> AsyncGenerator[ChatEvent, None]:
        """See ``ChatModel``."""
        deadline = asyncio.get_running_loop().time() + self._terms.total
        tries = 0
        without = set(self._refused)
        while True:
            begun = False
            try:
                async with aclosing(self._once(self._body(request, without), deadline)) as events:
                    async for event in events:
                        if not begun:
                            begun, self._refused = True, without
                        yield event
                return
            except _Failure as failure:
                if not begun and failure.status in _REFUSED:
                    sent = self._body(request, without)
                    if (
                        optional := next((one for one in _OPTIONAL if one in sent), None)
                    ) is not None:
                        without = without | {optional}
                        continue
                if begun or not failure.again or tries >= self._terms.retries:
                    raise ChatError(f"{self.name} at {self._where} {failure}") from None
            await self._pause(self._terms.backoff * 2**tries)
            tries += 1

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _body(self, request: Request, without: set[str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [_sent(message) for message in request.messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            self._limit: request.most_tokens,
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": tool.name,
                        "description": tool.description,
                        "parameters": dict(tool.parameters),
                    },
                }
                for tool in request.tools
            ]
        if request.schema is not None:
            form = {"name": "answer", "strict": True, "schema": dict(request.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        return {key: value for key, value in body.items() if key not in without}

    async def _once(self, body: dict[str, Any], deadline: float) -> AsyncGenerator[ChatEvent, None]:
        clock = asyncio.get_running_loop().time
        first = min(deadline, clock() + self._terms.first_token)
        answer = Answer()
        stream: AsyncStream[ChatCompletionChunk] | None = None
        try:
            with _told():
                async with asyncio.timeout_at(first):
                    stream = await self._client.chat.completions.create(**body)
            due = first
            while True:
                with _told(answer.begun):
                    async with asyncio.timeout_at(due):
                        chunk = await anext(stream, None)
                if chunk is None:
                    break
                for event in answer.take(chunk):
                    yield event
                if answer.length > LONGEST_ANSWER:
                    raise _Failure("does not come to an end")
                if answer.begun:
                    due = min(deadline, clock() + self._terms.next_token)
            for event in answer.end():
                yield event
        except Garbage as garbage:
            raise _Failure(str(garbage), again=not answer.begun) from None
        finally:
            if stream is not None:
                # Whatever happens, the server is to see that nobody listens any more.
                with suppress(Exception):
                    await stream.close()


@contextmanager
def _told(begun: bool = False) -> Iterator[None]:
    """Errors of the SDK and of HTTP as a ``_Failure`` in our own words."""
    import openai

    broken = "broke off in mid-answer" if begun else None
    try:
        yield
    except TimeoutError:
        late = "fell silent in mid-answer" if begun else "gave no word in time"
        raise _Failure(late, again=True) from None
    except openai.APITimeoutError:
        raise _Failure(broken or "cannot be reached in time", again=True) from None
    except openai.APIConnectionError:
        raise _Failure(broken or "cannot be reached", again=True) from None
    except openai.APIStatusError as error:
        status = error.status_code
        again = status in (408, 409, 429) or status >= 500
        raise _Failure(_meaning(status), again, status) from None
    except openai.OpenAIError:
        raise _Failure(broken or "reports an error", again=True) from None
    except (ValueError, AttributeError, TypeError, KeyError):
        # What a stream that is none makes of the SDK's parser.
        raise _Failure(broken or "streams no chat completion", again=True) from None
    except Exception as error:
        # Whatever a server does to the libraries in between, the call goes on without it.
        raise _Failure(broken or f"fails: {type(error).__name__}", again=True) from None


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


def _sent(message: Message) -> dict[str, Any]:
    match message.role:
        case "tool":
            return {"role": "tool", "tool_call_id": message.answers, "content": message.text}
        case "assistant" if message.calls:
            calls = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in message.calls
            ]
            return {"role": "assistant", "content": message.text or None, "tool_calls": calls}
        case "user" if message.audio is not None:
            sound = base64.b64encode(message.audio).decode("ascii")
            parts = [
                {"type": "text", "text": message.text},
                {"type": "input_audio", "input_audio": {"data": sound, "format": "wav"}},
            ]
            return {"role": "user", "content": parts}
        case _:
            return {"role": message.role, "content": message.text}
