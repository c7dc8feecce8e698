"""Holding a call on a sound card: how it ends, and what the line needs of the policy."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from agent.live import talk as talking
from agent.live.talk import on_this_line, talk, without_preparation
from policies.line import Echo, Line
from policies.loading import load_policy
from policies.policy import Policy
from speech.microphone import open_microphone
from speech.protocols import SAMPLE_RATE, Audio

FRAME = SAMPLE_RATE // 100


class Call:
    """Says what it hears until it is over."""

    def __init__(self, frames: int = 1000) -> None:
        self._left = frames
        self.hung_up = False
        self.ended: str | None = None

    async def step(self, frame: Audio) -> Audio:
        self._left -= 1
        if self.hung_up or not self._left:
            self.ended = "caller_hung_up" if self.hung_up else "agent_hung_up"
        return frame

    def caller_hangs_up(self) -> None:
        self.hung_up = True


class Sound:
    """A microphone of ones that is gone after some frames."""

    def __init__(self, frames: int = 1000, hang_up: asyncio.Event | None = None) -> None:
        self._left = frames
        self._hang_up = hang_up
        self.played = 0
        self.drained = False

    async def heard(self) -> Audio | None:
        self._left -= 1
        if self._left == 500 and self._hang_up is not None:
            self._hang_up.set()
        return np.ones(FRAME, np.float32) if self._left >= 0 else None

    def say(self, audio: Audio) -> None:
        self.played += audio.size

    async def said(self) -> None:
        self.drained = True


async def test_the_agent_ends_it_and_is_heard_to_the_end() -> None:
    call, sound, metered = Call(7), Sound(), []
    ending = await talk(call, sound, asyncio.Event(), lambda heard, said: metered.append(said.size))
    assert ending == "ended"
    assert sound.drained
    assert sound.played == 7 * FRAME
    assert metered == [FRAME] * 7


async def test_ctrl_c_is_the_caller_hanging_up() -> None:
    call, hang_up = Call(), asyncio.Event()
    sound = Sound(hang_up=hang_up)
    assert await talk(call, sound, hang_up) == "hung_up"
    assert call.ended == "caller_hung_up"
    assert sound.played == 499 * FRAME


async def test_a_card_that_is_gone_ends_the_call_in_order() -> None:
    call = Call()
    assert await talk(call, Sound(3), asyncio.Event()) == "lost"
    assert call.ended == "caller_hung_up"


def policy(**line: object) -> Policy:
    return load_policy("broadband").model_copy(update={"line": Line.model_validate(line)})


@pytest.mark.parametrize(
    ("line", "wish", "installed", "wanted"),
    [
        ({}, None, True, Echo.CANCEL),
        ({}, None, False, Echo.LEAVE),
        ({}, Echo.LEAVE, True, Echo.LEAVE),
        ({}, Echo.CANCEL, False, Echo.CANCEL),
        ({"echo": "leave"}, None, True, Echo.LEAVE),
        ({"echo": "cancel"}, None, False, Echo.CANCEL),
        ({"echo": "cancel"}, Echo.LEAVE, True, Echo.LEAVE),
    ],
)
def test_what_is_done_about_the_echo(
    line: dict[str, object],
    wish: Echo | None,
    installed: bool,
    wanted: Echo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(talking, "can_cancel", lambda: installed)
    assert on_this_line(policy(**line), wish, 0.0).line.echo is wanted


def test_the_echos_delay_is_the_cards_unless_the_policy_knows_it() -> None:
    assert on_this_line(policy(), None, 0.1234).line.echo_delay == 0.123
    assert on_this_line(policy(), None, 9.0).line.echo_delay == 0.5
    known = policy(echo_delay=0.2, level="automatic")
    here = on_this_line(known, Echo.CANCEL, 0.1).line
    assert (here.echo_delay, here.level) == (0.2, known.line.level)


def test_what_was_prepared_on_its_way_is_not_prepared_again() -> None:
    there = without_preparation(policy(echo="cancel", level="automatic", echo_delay=0.2)).line
    assert open_microphone(there) is None
    assert there.echo_delay == 0.2
