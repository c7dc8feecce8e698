"""Events for the client, numbered, and the objects of the protocol that stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.realtime.settings import FunctionTool, SemanticVad, ServerVad, Settings
from agent.realtime.sound import format_of
from policies.policy import Policy

Event: TypeAlias = dict[str, object]
Item: TypeAlias = dict[str, object]
Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]


@dataclass(slots=True)
class Numbers:
    """The ids of one session: ``event_1``, ``item_1``, ``resp_1`` and so on."""

    events: int = 0
    items: int = 0
    responses: int = 0
    calls: int = 0
    last_item: str | None = None

    def event(self, kind: str, /, **fields: object) -> Event:
        """An event with the next id."""
        self.events += 1
        return {"type": kind, "event_id": f"event_{self.events}", **fields}

    def item(self) -> str:
        """The id of a new item."""
        self.items += 1
        return f"item_{self.items}"

    def response(self) -> str:
        """The id of a new response."""
        self.responses += 1
        return f"resp_{self.responses}"

    def function_call(self) -> str:
        """The id by which a function's output is told."""
        self.calls += 1
        return f"call_{self.calls}"

    def added(self, item: Item) -> Event:
        """``conversation.item.added``: it stands behind the last one."""
        before, self.last_item = self.last_item, str(item["id"])
        return self.event("conversation.item.added", previous_item_id=before, item=item)

    def done(self, item: Item) -> Event:
        """``conversation.item.done``."""
        return self.event("conversation.item.done", item=item)

    def error(
        self, message: str, code: str, param: str | None = None, cause: str | None = None
    ) -> Event:
        """``error``; ``cause``: the event of the client's that it is about."""
        said = {
            "type": "invalid_request_error",
            "code": code,
            "message": message,
            "param": param,
            "event_id": cause,
        }
        return self.event("error", error=said)


def heard_item(item: str, transcript: str | None, status: Status = "completed") -> Item:
    """What the caller said."""
    content = {"type": "input_audio", "transcript": transcript}
    return _message(item, "user", content, status)


def written_item(item: str, text: str) -> Item:
    """What the caller wrote."""
    return _message(item, "user", {"type": "input_text", "text": text}, "completed")


def said_item(item: str, text: str | None, aloud: bool, status: Status) -> Item:
    """What the agent says; ``text`` None: nothing yet."""
    if text is None:
        return _message(item, "assistant", None, status)
    part = {"type": "output_audio", "transcript": text}
    plain = {"type": "output_text", "text": text}
    return _message(item, "assistant", part if aloud else plain, status)


def function_item(item: str, call: str, name: str, arguments: str, status: Status) -> Item:
    """A function of the client's that is to be run."""
    return {
        "id": item,
        "object": "realtime.item",
        "type": "function_call",
        "status": status,
        "call_id": call,
        "name": name,
        "arguments": arguments,
    }


def function_output_item(item: str, call: str, output: str) -> Item:
    """What a function of the client's gave."""
    return {
        "id": item,
        "object": "realtime.item",
        "type": "function_call_output",
        "status": "completed",
        "call_id": call,
        "output": output,
    }


def _message(item: str, role: str, content: Mapping[str, object] | None, status: Status) -> Item:
    return {
        "id": item,
        "object": "realtime.item",
        "type": "message",
        "status": status,
        "role": role,
        "content": [] if content is None else [dict(content)],
    }


def response_object(
    response: str,
    settings: Settings,
    status: str,
    output: list[Item],
    reason: str | None = None,
    usage: dict[str, object] | None = None,
) -> dict[str, object]:
    """A response; ``reason``: why it was cut, where it was."""
    details = None if reason is None else {"type": status, "reason": reason}
    return {
        "object": "realtime.response",
        "id": response,
        "status": status,
        "status_details": details,
        "output": output,
        "output_modalities": ["audio" if settings.speaks else "text"],
        "audio": {"output": {"format": format_of(settings.agent)}},
        "usage": usage,
    }


def session_object(session: str, model: str, settings: Settings, policy: Policy) -> Item:
    """The session as it is held. ``policy``: the call's, whose values stand where the client has
    said nothing."""
    return {
        "id": session,
        "object": "realtime.session",
        "type": "realtime",
        "model": model,
        "instructions": settings.instructions or "",
        "output_modalities": ["audio" if settings.speaks else "text"],
        "audio": {
            "input": {
                "format": format_of(settings.caller),
                "turn_detection": _turns(settings),
            },
            "output": {
                "format": format_of(settings.agent),
                "voice": settings.voice or policy.voice.name or "default",
                "speed": settings.speed,
            },
        },
        "tools": [_tool(tool) for tool in settings.tools],
        "tool_choice": "auto",
    }


def _tool(tool: FunctionTool) -> dict[str, object]:
    return tool.model_dump(exclude_none=True)


def _turns(settings: Settings) -> dict[str, object] | None:
    match settings.turns:
        case None:
            return None
        case ServerVad() | SemanticVad() as said:
            return said.model_dump(exclude_none=True)
        case _:
            return {
                "type": "semantic_vad",
                "eagerness": "auto",
                "create_response": True,
                "interrupt_response": True,
            }
