"""The protocol as the ``openai`` SDK has it: every event that goes out must be one of these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from openai.types.realtime import RealtimeServerEvent
from pydantic import BaseModel

_UNION = get_args(get_args(RealtimeServerEvent)[0]) or get_args(RealtimeServerEvent)
EVENTS: dict[str, type[BaseModel]] = {
    get_args(one.model_fields["type"].annotation)[0]: one for one in _UNION
}

OURS = (
    "kairos.call_began",
    "kairos.floor",
    "kairos.decision",
    "kairos.plan",
    "kairos.call_ended",
)


def checked(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events, each of which the SDK's own types take, all of it."""
    found = list(events)
    for event in found:
        kind = event["type"]
        assert isinstance(event["event_id"], str)
        if kind not in OURS:
            known = EVENTS[kind].model_validate(event)
            strange = set(known.model_extra or ()) - {"event_id"}
            assert not strange, f"{kind} has no {strange}"
    return found


def kinds(events: Iterable[dict[str, Any]], *but: str) -> list[str]:
    """The kinds of events in order, without sound, our own, and these."""
    left_out = ("response.output_audio.delta", *OURS, *but)
    return [one["type"] for one in events if one["type"] not in left_out]
