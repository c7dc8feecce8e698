"""A client's messages, by the protocol's names; what they mean is for the session to say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from agent.realtime.trouble import Refusal, refusal_of

LONGEST_TEXT = 8_000
"""Characters that a caller writes in one item."""

LONGEST_MESSAGE = 4 * 1024 * 1024
"""Characters of a message: over a minute of sound."""

_LONGEST_OUTPUT = 256 * 1024


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)

    event_id: Annotated[str, Field(max_length=512)] | None = None


class SessionUpdate(_Message):
    """``session.update``."""

    type: Literal["session.update"]
    session: dict[str, JsonValue]


class Append(_Message):
    """``input_audio_buffer.append``."""

    type: Literal["input_audio_buffer.append"]
    audio: str


class Commit(_Message):
    """``input_audio_buffer.commit``."""

    type: Literal["input_audio_buffer.commit"]


class Clear(_Message):
    """``input_audio_buffer.clear``."""

    type: Literal["input_audio_buffer.clear"]


class _InputText(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    type: Literal["input_text"]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)]


class UserMessage(BaseModel):
    """Something that the caller writes."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    type: Literal["message"]
    role: Literal["user"]
    content: Annotated[list[_InputText], Field(min_length=1, max_length=16)]


class FunctionOutput(BaseModel):
    """What a function gave."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    type: Literal["function_call_output"]
    call_id: Annotated[str, Field(max_length=200)]
    output: Annotated[str, Field(max_length=_LONGEST_OUTPUT)]


class Create(_Message):
    """``conversation.item.create``."""

    type: Literal["conversation.item.create"]
    item: Annotated[UserMessage | FunctionOutput, Field(discriminator="type")]


class TruncateItem(_Message):
    """``conversation.item.truncate``."""

    type: Literal["conversation.item.truncate"]
    item_id: Annotated[str, Field(max_length=200)]
    content_index: Literal[0]
    audio_end_ms: Annotated[int, Field(ge=0, le=14_400_000)]


class _Response(BaseModel):
    """Of what a single response may be told, nothing: it is the call that answers."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    instructions: None = None
    input: None = None
    tools: None = None
    conversation: Literal["auto"] | None = None


class Respond(_Message):
    """``response.create``."""

    type: Literal["response.create"]
    response: _Response | None = None


class CancelResponse(_Message):
    """``response.cancel``."""

    type: Literal["response.cancel"]
    response_id: str | None = None


class ClearOutput(_Message):
    """``output_audio_buffer.clear``."""

    type: Literal["output_audio_buffer.clear"]


class Dtmf(_Message):
    """``kairos.dtmf``: the caller pressed a key."""

    type: Literal["kairos.dtmf"]
    digit: Annotated[str, Field(pattern=r"^[0-9*#A-D]$")]


class Leave(_Message):
    """``kairos.hang_up``: the caller hangs up."""

    type: Literal["kairos.hang_up"]


Message: TypeAlias = (
    SessionUpdate
    | Append
    | Commit
    | Clear
    | Create
    | TruncateItem
    | Respond
    | CancelResponse
    | ClearOutput
    | Dtmf
    | Leave
)

_KNOWN: dict[str, TypeAdapter[Message]] = {
    "session.update": TypeAdapter(SessionUpdate),
    "input_audio_buffer.append": TypeAdapter(Append),
    "input_audio_buffer.commit": TypeAdapter(Commit),
    "input_audio_buffer.clear": TypeAdapter(Clear),
    "conversation.item.create": TypeAdapter(Create),
    "conversation.item.truncate": TypeAdapter(TruncateItem),
    "response.create": TypeAdapter(Respond),
    "response.cancel": TypeAdapter(CancelResponse),
    "output_audio_buffer.clear": TypeAdapter(ClearOutput),
    "kairos.dtmf": TypeAdapter(Dtmf),
    "kairos.hang_up": TypeAdapter(Leave),
}


def read(message: str | bytes) -> Mapping[str, JsonValue]:
    """The object that a message is. Raises ``Refusal``."""
    if len(message) > LONGEST_MESSAGE:
        raise Refusal(f"a message is longer than {LONGEST_MESSAGE} bytes", None, "too_large")
    try:
        found = json.loads(message)
    except (ValueError, RecursionError):
        raise Refusal("a message must be JSON", None, "invalid_json") from None
    if not isinstance(found, dict):
        raise Refusal("a message must be a JSON object", None, "invalid_json")
    if _has_escape(message) and not _is_text(found):
        raise Refusal("a message has half a letter in it", None, "invalid_json")
    return found


def _has_escape(message: str | bytes) -> bool:
    return "\\u" in message if isinstance(message, str) else b"u" in message


def _is_text(found: Mapping[str, JsonValue]) -> bool:
    """Whether all of it can be written. A lone surrogate, which JSON can name, cannot."""
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def parsed(found: Mapping[str, JsonValue]) -> Message:
    """The message that an object is. Raises ``Refusal``."""
    kind = found.get("type")
    if kind is None:
        raise Refusal("type: is missing", "type", "missing_required_parameter")
    adapter = _KNOWN.get(kind) if isinstance(kind, str) else None
    if adapter is None:
        listed = ", ".join(_KNOWN)
        raise Refusal(f"type: is none of {listed}", "type", "unknown_event")
    try:
        return adapter.validate_python(found)
    except ValidationError as error:
        raise refusal_of(error, "") from None


def cause(found: Mapping[str, JsonValue]) -> str | None:
    """The id that the client gave a message, if it is one."""
    given = found.get("event_id")
    return given if isinstance(given, str) and len(given) <= 512 else None
