"""A session's settings, as a client gives them, and what they come to in a policy.

The protocol's ``session`` object is read here in the part of it that means something to a call.
What is known to the protocol and means nothing here is accepted; what would change the call and
cannot be done is refused, with the place where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from agent.realtime.sound import Coding
from agent.realtime.trouble import Refusal, refusal_of
from policies.bargein import BargeIn, BargeInType
from policies.policy import Policy
from policies.timing import Endpointing, TurnTaking
from policies.tools import Tool

CLIENTS_OWN = "realtime:client"
"""Stands where a tool of a policy says what it goes to: it is the client's to run."""

_LONGEST = 32_000
"""Characters of instructions."""

_MOST_TOOLS = 64


class _Part(BaseModel):
    """A part of the protocol: strict in what it knows, and it does not mind the rest."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)


class _Format(_Part):
    type: Literal["audio/pcm", "audio/pcmu", "audio/pcma"] = "audio/pcm"
    rate: Literal[24000] = 24000

    @property
    def coding(self) -> Coding:
        """How sound is written in it."""
        codings: dict[str, Coding] = {"audio/pcmu": "ulaw", "audio/pcma": "alaw"}
        return codings.get(self.type, "pcm16")


class ServerVad(_Part):
    """``server_vad``."""

    type: Literal["server_vad"]
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    prefix_padding_ms: Annotated[int, Field(ge=0, le=10_000)] | None = None
    silence_duration_ms: Annotated[int, Field(ge=50, le=20_000)] | None = None
    idle_timeout_ms: Annotated[int, Field(ge=1000, le=600_000)] | None = None
    create_response: bool = True
    interrupt_response: bool = True


class SemanticVad(_Part):
    """``semantic_vad``."""

    type: Literal["semantic_vad"]
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True


TurnDetection: TypeAlias = Annotated[ServerVad | SemanticVad, Field(discriminator="type")]


class _Input(_Part):
    format: _Format | None = None
    turn_detection: TurnDetection | None = None


class _VoiceId(_Part):
    id: Annotated[str, Field(min_length=1, max_length=200)]


class _Output(_Part):
    format: _Format | None = None
    voice: Annotated[str, Field(min_length=1, max_length=200)] | _VoiceId | None = None
    speed: Annotated[float, Field(ge=0.25, le=1.5)] | None = None


class _Audio(_Part):
    input: _Input | None = None
    output: _Output | None = None


class FunctionTool(_Part):
    """A function of the client's."""

    type: Literal["function"]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    description: str | None = None
    parameters: dict[str, JsonValue] | None = None


class _Session(_Part):
    type: Literal["realtime"] = "realtime"
    instructions: Annotated[str, Field(max_length=_LONGEST)] | None = None
    output_modalities: Annotated[list[Literal["text", "audio"]], Field(min_length=1)] | None = None
    audio: _Audio | None = None
    tools: Annotated[list[FunctionTool], Field(max_length=_MOST_TOOLS)] | None = None
    tool_choice: Literal["auto", "none"] | None = None
    prompt: None = None


class Settings(BaseModel):
    """What a client has asked for so far. ``turns``: the policy's own turn-taking where it is
    ``unsaid``, manual where it is None."""

    model_config = ConfigDict(frozen=True, strict=True)

    instructions: str | None = None
    voice: str | None = None
    speed: float = 1.0
    turns: TurnDetection | Literal["unsaid"] | None = "unsaid"
    tools: tuple[FunctionTool, ...] = ()
    speaks: bool = True
    caller: Coding = "pcm16"
    agent: Coding = "pcm16"

    @property
    def by_hand(self) -> bool:
        """The caller's turns end when the client says so."""
        turns = self.turns
        return turns is None or (turns != "unsaid" and not turns.create_response)

    def updated(self, session: Mapping[str, JsonValue]) -> Settings:
        """With what a ``session.update`` says. Raises ``Refusal``."""
        try:
            given = _Session.model_validate(session)
        except ValidationError as error:
            raise refusal_of(error, "session") from None
        said: dict[str, object] = {}
        if "instructions" in given.model_fields_set:
            said["instructions"] = given.instructions
        if given.output_modalities is not None:
            said["speaks"] = "audio" in given.output_modalities
        if given.tools is not None:
            said["tools"] = tuple(given.tools)
        if given.tool_choice == "none":
            said["tools"] = ()
        into = given.audio.input if given.audio is not None else None
        out = given.audio.output if given.audio is not None else None
        if into is not None:
            if into.format is not None:
                said["caller"] = into.format.coding
            if "turn_detection" in into.model_fields_set:
                said["turns"] = into.turn_detection
        if out is not None:
            if out.format is not None:
                said["agent"] = out.format.coding
            if out.voice is not None:
                said["voice"] = out.voice.id if isinstance(out.voice, _VoiceId) else out.voice
            if out.speed is not None:
                said["speed"] = out.speed
        return self.model_copy(update=said)

    def frozen_against(self, later: Settings) -> str | None:
        """Where ``later`` differs in what holds for a whole call; None: nowhere."""
        places = {
            "instructions": "session.instructions",
            "voice": "session.audio.output.voice",
            "speed": "session.audio.output.speed",
            "turns": "session.audio.input.turn_detection",
            "tools": "session.tools",
        }
        changed = (name for name in places if getattr(self, name) != getattr(later, name))
        return next((places[name] for name in changed), None)

    def applied(self, policy: Policy) -> Policy:
        """The policy of a call with these settings. Raises ``Refusal``."""
        said: dict[str, object] = {}
        if self.instructions:
            brief = "\n\n".join(part for part in (policy.persona.brief, self.instructions) if part)
            said["persona"] = policy.persona.model_copy(update={"brief": brief})
        voice: dict[str, object] = {}
        if self.voice is not None:
            voice = {"name": self.voice, "sample": None}
        if self.speed != 1.0:
            voice["rate"] = min(450, max(80, round(policy.voice.rate * self.speed)))
        if voice:
            said["voice"] = policy.voice.model_copy(update=voice)
        if self.turns != "unsaid":
            said["turn_taking"] = _turn_taking(policy.turn_taking, self.turns)
            idle_ms = self.turns.idle_timeout_ms if isinstance(self.turns, ServerVad) else None
            if idle_ms is not None:
                steps = (one.model_copy(update={"after": idle_ms / 1000}) for one in policy.noinput)
                said["noinput"] = tuple(steps)
        if self.tools:
            said["tools"] = (*policy.tools, *self._tools(policy))
        return policy.model_copy(update=said)

    def _tools(self, policy: Policy) -> list[Tool]:
        known = {tool.id for tool in policy.tools}
        tools = []
        for at, one in enumerate(self.tools):
            place = f"session.tools.{at}"
            if one.name in known:
                raise Refusal(f"there are two tools called {one.name!r}", f"{place}.name")
            known.add(one.name)
            # Nobody here knows what it does: it counts as one that changes something.
            fields = {
                "id": one.name,
                "description": one.description or one.name,
                "parameters": one.parameters or {},
                "python": CLIENTS_OWN,
                "side_effects": True,
                "confirm": None,
            }
            try:
                tools.append(Tool.model_validate(fields))
            except ValidationError as error:
                raise refusal_of(error, place) from None
        return tools


def _turn_taking(policy: TurnTaking, turns: ServerVad | SemanticVad | None) -> TurnTaking:
    endpointing = _endpointing(policy.endpointing, turns)
    bargein: BargeIn = policy.bargein
    if turns is None or not turns.interrupt_response:
        off = {"type": BargeInType.OFF, "overrides": ()}
        bargein = bargein.model_copy(update=off)
    return policy.model_copy(update={"endpointing": endpointing, "bargein": bargein})


_EAGERNESS = {"low": (2.0, 8.0), "medium": (1.0, 4.0), "high": (0.5, 2.0)}
"""By what the policy's patience is multiplied, and the longest silence (s)."""


def _endpointing(policy: Endpointing, turns: ServerVad | SemanticVad | None) -> Endpointing:
    said: dict[str, object] = {"given": turns is None or not turns.create_response}
    match turns:
        case ServerVad(silence_duration_ms=int(silence_ms)):
            longest = silence_ms / 1000
            said |= {"max_silence": longest, "min_silence": min(policy.min_silence, longest)}
        case SemanticVad(eagerness="low" | "medium" | "high" as eagerness):
            factor, longest = _EAGERNESS[eagerness]
            said |= {
                "patience": min(60.0, policy.patience * factor),
                "max_silence": max(longest, policy.min_silence),
            }
        case _:
            pass
    return policy.model_copy(update=said)
