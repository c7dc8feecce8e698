"""What a session's settings come to in a policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.realtime.settings import CLIENTS_OWN, Settings
from agent.realtime.trouble import Refusal
from policies.bargein import BargeInType
from policies.loading import load_policy
from policies.policy import Policy

BASE = load_policy("broadband")


def turns(**fields: Any) -> dict[str, Any]:
    return {"audio": {"input": {"turn_detection": fields or None}}}


def applied(session: dict[str, Any]) -> Policy:
    return Settings().updated(session).applied(BASE)


@pytest.mark.parametrize(
    ("session", "reads", "value"),
    [
        ({"instructions": "Be kind."}, lambda p: p.persona.brief.endswith("\n\nBe kind."), True),
        (
            {"instructions": "Be kind."},
            lambda p: p.persona.brief.startswith(BASE.persona.brief),
            True,
        ),
        ({"audio": {"output": {"voice": "en-gb"}}}, lambda p: p.voice.name, "en-gb"),
        ({"audio": {"output": {"voice": {"id": "en-gb"}}}}, lambda p: p.voice.name, "en-gb"),
        ({"audio": {"output": {"speed": 1.5}}}, lambda p: p.voice.rate, 255),
        ({"audio": {"output": {"speed": 0.25}}}, lambda p: p.voice.rate, 80),
        (
            turns(type="server_vad", silence_duration_ms=500),
            lambda p: (
                p.turn_taking.endpointing.min_silence,
                p.turn_taking.endpointing.max_silence,
            ),
            (0.2, 0.5),
        ),
        (
            turns(type="server_vad", silence_duration_ms=100),
            lambda p: p.turn_taking.endpointing.min_silence,
            0.1,
        ),
        (
            turns(type="server_vad", idle_timeout_ms=6000),
            lambda p: {one.after for one in p.noinput},
            {6.0},
        ),
        (turns(type="server_vad"), lambda p: p.noinput == BASE.noinput, True),
        (
            turns(type="server_vad", threshold=0.9, prefix_padding_ms=300),
            lambda p: p.turn_taking == BASE.turn_taking,
            True,
        ),
        (
            turns(type="semantic_vad", eagerness="low"),
            lambda p: (p.turn_taking.endpointing.patience, p.turn_taking.endpointing.max_silence),
            (6.0, 8.0),
        ),
        (
            turns(type="semantic_vad", eagerness="high"),
            lambda p: (p.turn_taking.endpointing.patience, p.turn_taking.endpointing.max_silence),
            (1.5, 2.0),
        ),
        (turns(type="semantic_vad"), lambda p: p.turn_taking == BASE.turn_taking, True),
        (turns(), lambda p: p.turn_taking.endpointing.given, True),
        (turns(), lambda p: p.turn_taking.bargein.type, BargeInType.OFF),
        (
            turns(type="server_vad", create_response=False),
            lambda p: (p.turn_taking.endpointing.given, p.turn_taking.bargein.type),
            (True, BargeInType.SPEECH),
        ),
        (
            turns(type="semantic_vad", interrupt_response=False),
            lambda p: (p.turn_taking.endpointing.given, p.turn_taking.bargein.type),
            (False, BargeInType.OFF),
        ),
        (
            {"tools": [{"type": "function", "name": "look_up", "parameters": {"type": "object"}}]},
            lambda p: [
                (one.id, one.python, one.side_effects, one.confirm)
                for one in p.tools[len(BASE.tools) :]
            ],
            [("look_up", CLIENTS_OWN, True, None)],
        ),
        ({"tracing": "auto", "truncation": "auto", "include": []}, lambda p: p == BASE, True),
    ],
)
def test_what_a_setting_comes_to(
    session: dict[str, Any], reads: Callable[[Policy], object], value: object
) -> None:
    assert reads(applied(session)) == value


def test_the_weights_of_the_evidence_stay_those_of_the_policy() -> None:
    policy = applied(turns(type="server_vad", silence_duration_ms=500))
    weights = policy.turn_taking.endpointing.weights
    assert weights is BASE.turn_taking.endpointing.weights


def test_an_update_changes_what_it_says_and_leaves_the_rest() -> None:
    first = Settings().updated({"instructions": "Be kind.", **turns(type="server_vad")})
    second = first.updated({"audio": {"output": {"format": {"type": "audio/pcmu"}}}})
    assert second.instructions == "Be kind."
    assert second.turns == first.turns
    assert (second.caller, second.agent) == ("pcm16", "ulaw")
    assert first.frozen_against(second) is None
    assert first.frozen_against(first.updated(turns())) == "session.audio.input.turn_detection"
    assert first.frozen_against(first.updated({"instructions": "x"})) == "session.instructions"


@pytest.mark.parametrize(
    ("session", "place"),
    [
        ({"type": "transcription"}, "session.type"),
        ({"instructions": 7}, "session.instructions"),
        ({"instructions": "x" * 40_000}, "session.instructions"),
        ({"output_modalities": []}, "session.output_modalities"),
        ({"output_modalities": ["smell"]}, "session.output_modalities.0"),
        ({"audio": {"input": {"format": {"type": "opus"}}}}, "session.audio.input.format.type"),
        (
            {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}},
            "session.audio.input.format.rate",
        ),
        (turns(type="psychic"), "session.audio.input.turn_detection"),
        (
            turns(type="server_vad", threshold=2.0),
            "session.audio.input.turn_detection.server_vad.threshold",
        ),
        (
            turns(type="server_vad", idle_timeout_ms=-1),
            "session.audio.input.turn_detection.server_vad.idle_timeout_ms",
        ),
        ({"tool_choice": "required"}, "session.tool_choice"),
        ({"prompt": {"id": "p"}}, "session.prompt"),
        ({"tools": [{"type": "mcp", "server_label": "x"}]}, "session.tools.0.type"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(session: dict[str, Any], place: str) -> None:
    with pytest.raises(Refusal) as caught:
        Settings().updated(session)
    assert caught.value.param == place
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("tool", "says"),
    [
        ({"name": "hang_up"}, "directs the call"),
        ({"name": "no spaces"}, "pattern"),
        ({"name": "f", "parameters": {"oneOf": []}}, "not checked"),
    ],
)
def test_a_function_that_cannot_be_a_tool(tool: dict[str, Any], says: str) -> None:
    settings = Settings().updated({"tools": [{"type": "function", **tool}]})
    with pytest.raises(Refusal, match=says) as caught:
        settings.applied(BASE)
    assert caught.value.param is not None
    assert caught.value.param.startswith("session.tools.0")


def test_two_functions_of_one_name() -> None:
    tool: dict[str, Any] = {"type": "function", "name": "twice"}
    settings = Settings().updated({"tools": [tool, tool]})
    with pytest.raises(Refusal, match="two tools"):
        settings.applied(BASE)
