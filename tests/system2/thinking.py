"""Thinking aloud: one think of the mind over chat models, and what it said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policies.policy import Policy
from system1.brief import Brief, Turn
from system1.thoughts import Clarify, Sentence, ThoughtContent
from system2.chat.model import ChatError, ChatEvent, ToolCall
from system2.desk import BARE_DESK, Desk
from system2.mind import Sent
from system2.talker import Talker
from tests.system2.chat.fakes import Recited
from tests.system2.talking import BROADBAND, WEDNESDAY

ODD = "my neighbour says the mast on the hill is broken"
"""Nothing in the policy fits this."""


def call(tool: str, arguments: str = "{}") -> ToolCall:
    return ToolCall("c1", tool, arguments)


def policy(base: Policy = BROADBAND, **changes: Any) -> Policy:
    return Policy.model_validate(base.model_dump(exclude_unset=True, by_alias=True) | changes)


def said(thoughts: Sequence[ThoughtContent]) -> list[str]:
    return [one.text for one in thoughts if isinstance(one, Sentence | Clarify)]


def after(line: str, words: str, **more: Any) -> Brief:
    """What the caller says to a line of the agent's."""
    turns = (Turn("agent", line, 0.0, 1.0), Turn("caller", words, 1.0, 2.0))
    return Brief(words, turns, **more)


async def think(
    brief: Brief | str,
    *models: Recited,
    of: Policy = BROADBAND,
    desk: Desk = BARE_DESK,
) -> list[ThoughtContent]:
    talker = Talker(of, models, today=WEDNESDAY)
    brief = Brief(brief, (Turn("caller", brief, 0.0, 1.0),)) if isinstance(brief, str) else brief
    told = [thought async for thought in talker.think(brief, desk)]
    return [one for one in told if not isinstance(one, Sent)]


def saying(*answer: ChatEvent | ChatError | str) -> Recited:
    return Recited([answer])
