"""A chat model in process: a local folder of weights, run by ``transformers``.

Weights are loaded once a process. The model runs in threads of its own, so that the event loop
never waits; an answer that nobody wants any more ends at its next token.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policies.thinking import Model
from system2.chat.model import ChatError, ChatEvent, Message, Request, TextDelta, Usage
from system2.errors import ModelError

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 4
"""Answers made at the same time in one process; more of them wait their turn."""

_LOADING = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Any
    model: Any
    threads: ThreadPoolExecutor


def load(folder: Path) -> _Loaded:
    """The weights of a folder, read on first use. ``ModelError`` in one line."""
    name = f"transformers:{folder}"
    if not (folder / "config.json").is_file():
        raise ModelError(f"model {name!r}: {folder} is no folder with a model's config.json")
    with _LOADING:
        try:
            return _load(folder.resolve())
        except ImportError as error:
            missing = error.name or "transformers"
            raise ModelError(f"model {name!r} needs {missing}, which is not installed") from None
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            reason = type(error).__name__
            raise ModelError(
                f"model {name!r}: {folder} holds no usable weights ({reason})"
            ) from None


@lru_cache(maxsize=4)
def _load(folder: Path) -> _Loaded:
    from concurrent.futures import ThreadPoolExecutor

    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if not getattr(tokenizer, "chat_template", None):
        raise ValueError("no chat template")
    model: Any = AutoModelForCausalLM.from_pretrained(
        folder, local_files_only=True, dtype="auto" if torch.cuda.is_available() else torch.float32
    )
    if torch.cuda.is_available():
        model = model.to("cuda")
    model.eval()
    return _Loaded(tokenizer, model, ThreadPoolExecutor(AT_ONCE, thread_name_prefix="model"))


class TransformersChat:
    """The model of a folder. Raises ``ModelError`` where it cannot be loaded."""

    def __init__(self, folder: str, terms: Model) -> None:
        self.name = f"transformers:{folder}"
        self._terms = terms
        self._loaded = load(Path(folder))

    async def stream(self, request: Request) -> AsyncGenerator[ChatEvent, None]:
        """See ``ChatModel``."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[ChatEvent | str | None] = asyncio.Queue()
        abandoned = threading.Event()

        def put(item: ChatEvent | str | None) -> None:
            if not abandoned.is_set():
                loop.call_soon_threadsafe(queue.put_nowait, item)

        def work() -> None:
            try:
                put(_generate(self._loaded, request, put, abandoned))
                put(None)
            except Exception as error:
                # Whatever goes wrong in there is told to whoever waits out here.
                put(type(error).__name__)

        deadline = loop.time() + self._terms.total
        due = min(deadline, loop.time() + self._terms.first_token)
        self._loaded.threads.submit(work)
        late = "gave no word in time"
        try:
            while True:
                try:
                    async with asyncio.timeout_at(due):
                        item = await queue.get()
                except TimeoutError:
                    raise ChatError(f"{self.name} {late}") from None
                if item is None:
                    return
                if isinstance(item, str):
                    raise ChatError(f"{self.name} fails: {item}")
                yield item
                late = "fell silent in mid-answer"
                due = min(deadline, loop.time() + self._terms.next_token)
        finally:
            abandoned.set()

    async def close(self) -> None:
        """The weights stay for the next call."""


def _generate(
    loaded: _Loaded, request: Request, put: Any, abandoned: threading.Event
) -> ChatEvent | None:
    """Run the model to the end of its answer, in this thread; what is written goes to ``put``."""
    import torch
    from transformers import StoppingCriteria, StoppingCriteriaList
    from transformers.generation.streamers import TextStreamer

    class Abandoned(StoppingCriteria):
        def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
            return torch.full((input_ids.shape[0],), abandoned.is_set(), device=input_ids.device)

    class Written(TextStreamer):
        def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
            if text:
                put(TextDelta(text))

    if abandoned.is_set():
        return None
    inputs = _inputs(loaded, request)
    length = int(inputs["input_ids"].shape[1])
    hot = request.temperature is not None and request.temperature > 0
    freely = {"do_sample": True, "temperature": request.temperature} if hot else {}
    cold = {"do_sample": False} if request.temperature == 0 else freely
    with torch.inference_mode():
        written = loaded.model.generate(
            **inputs,
            **cold,
            max_new_tokens=request.most_tokens,
            streamer=Written(loaded.tokenizer, skip_prompt=True, skip_special_tokens=True),
            stopping_criteria=StoppingCriteriaList([Abandoned()]),
        )
    return Usage(length, int(written.shape[1]) - length)


def _inputs(loaded: _Loaded, request: Request) -> Any:
    template = str(loaded.tokenizer.chat_template)
    own_tools = "tools" in template
    form: dict[str, Any] = {"add_generation_prompt": True, "return_tensors": "pt"}
    if own_tools and request.tools:
        form["tools"] = [
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
    sent = [_sent(message, own_tools) for message in request.messages]
    found = loaded.tokenizer.apply_chat_template(sent, return_dict=True, **form)
    return found.to(loaded.model.device)


def _sent(message: Message, own_tools: bool) -> dict[str, Any]:
    """A message as templates want it; one that knows no tools reads of their results as text."""
    if message.role == "tool" and not own_tools:
        return {"role": "user", "content": message.text}
    if message.calls and own_tools:
        calls = [
            {"type": "function", "function": {"name": one.name, "arguments": _read(one.arguments)}}
            for one in message.calls
        ]
        return {"role": "assistant", "content": message.text, "tool_calls": calls}
    return {"role": message.role, "content": message.text}


def _read(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return {}
