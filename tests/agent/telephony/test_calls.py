"""Whole calls over Twilio's media stream, the telephone's band included."""

from __future__ import annotations

import json

import numpy as np
import pytest

from agent.records import CallerTurn, Decision, PerceptSeen, Utterance
from agent.telephony.leg import LINGERS_S
from agent.telephony.media import FRAME, Message
from system1.percepts import HeardLess, SoundEvent
from tests.agent.telephony.caller import STREAM, Line, on_the_line, speech

pytestmark = pytest.mark.slow


def said(line: Line) -> list[str]:
    return [one.text for one in line.conversation.journal if isinstance(one, Utterance)]


async def test_the_greeting_is_heard_and_the_caller_is_understood() -> None:
    async def held(line: Line) -> None:
        await line.quiet()
        assert "this is Anna" in said(line)[0]
        first = line.twilio.loud()[0]
        greeting = next(one for one in line.conversation.journal if isinstance(one, Utterance))
        # Two frames on the way, and the frame in which it is put together.
        assert 0 <= first - greeting.start * 50 <= 5
        line.twilio.says(speech("my internet is down"))
        await line.until(lambda: any("postcode" in text for text in said(line)))
        turn = next(one for one in line.conversation.journal if isinstance(one, CallerTurn))
        assert "internet is down" in turn.text.lower()
        assert line.lost == 0
        counts = line.leg.stream.counts
        assert counts.unreadable == counts.skipped == counts.unknown == counts.unasked_marks == 0

    assert (await on_the_line(held)).ended == "caller_hung_up"


async def test_nothing_is_sent_while_the_agent_is_silent() -> None:
    async def held(line: Line) -> None:
        await line.quiet(60)
        sent = line.twilio.media
        for _ in range(100):
            await line.tick()
        assert line.twilio.media == sent
        assert sent < line.twilio.frame

    await on_the_line(held)


@pytest.mark.parametrize(("delay", "buffer"), [(1, 0), (10, 0), (2, 30)])
async def test_a_caller_who_breaks_in_hears_the_agent_stop(delay: int, buffer: int) -> None:
    async def held(line: Line) -> None:
        await line.quiet()
        line.twilio.says(speech("my bill is wrong"))
        await line.until(lambda: bool(line.twilio.loud(line.twilio.frame - 5)))
        begins = line.twilio.frame + 25
        await line.until(lambda: line.twilio.frame >= begins)
        line.twilio.says(speech("no wait my internet is not working at all"))
        await line.until(lambda: bool(line.twilio.clears))
        decisions = [one for one in line.conversation.journal if isinstance(one, Decision)]
        stop = next(one for one in decisions if one.do == "stop")
        cleared = line.twilio.clears[0]
        # At once: on the way by the next frame, then the delay of the line.
        assert cleared / 50 - stop.at <= (delay + 2) / 50
        assert cleared - begins <= 25 + 2 * delay
        for _ in range(20):
            await line.tick()
        # The caller's telephone is silent from then on: not even the fade is heard, and of the
        # sound before it what is left in the resampler.
        audible = np.abs(np.concatenate(line.twilio.heard[cleared - 1 :])) > 1e-3
        assert audible.sum() <= 0.004 * 8000
        assert not audible[FRAME:].any()
        cut = next(
            one for one in line.conversation.journal if isinstance(one, Utterance) and one.cut
        )
        assert cut.end > stop.at
        # What is said next is sent again.
        await line.until(lambda: bool(line.twilio.loud(cleared + 20)))

    await on_the_line(held, delay=delay, buffer=buffer)


async def test_marks_tell_what_was_heard_and_how_late() -> None:
    delay = 7

    async def held(line: Line) -> None:
        marks = line.leg.stream.marks
        await line.until(lambda: marks.heard is not None and marks.heard.last)
        assert marks.heard is not None
        assert marks.heard.chars == len(said(line)[0])
        # To Twilio and back, and the frames that are begun on the way.
        assert marks.lag == pytest.approx(2 * delay / 50, abs=0.07)
        assert marks.longest_lag < 2 * delay / 50 + 0.1
        names = line.twilio.played
        assert len(names) == len(set(names)) >= 8

    await on_the_line(held, delay=delay)


async def test_after_a_clear_what_came_back_is_no_proof_of_hearing() -> None:
    async def held(line: Line) -> None:
        await line.quiet()
        line.twilio.says(speech("my bill is wrong"))
        await line.until(lambda: bool(line.twilio.loud(line.twilio.frame - 5)))
        for _ in range(20):
            await line.tick()
        line.twilio.says(speech("no wait my internet is not working at all"))
        await line.until(lambda: bool(line.twilio.clears))
        for _ in range(60):
            await line.tick()
        cut = next(
            one for one in line.conversation.journal if isinstance(one, Utterance) and one.cut
        )
        heard = line.leg.stream.marks.heard
        assert heard is not None
        assert line.twilio.cleared
        # What the caller has heard is less than what was said before the agent stopped.
        assert heard.name in line.twilio.played
        assert heard.utterance == cut.id
        assert heard.chars < len(cut.heard)
        less = [
            one.percept
            for one in line.conversation.journal
            if isinstance(one, PerceptSeen) and isinstance(one.percept, HeardLess)
        ]
        assert [(one.utterance, one.chars) for one in less] == [(cut.id, heard.chars)]
        assert line.leg.stream.counts.unasked_marks == 0

    await on_the_line(held, buffer=20)


async def test_keys_reach_the_call() -> None:
    async def held(line: Line) -> None:
        await line.quiet()
        for digit in "19#":
            line.twilio.presses(digit)
        for _ in range(10):
            await line.tick()
        keys = [
            one.percept.detail
            for one in line.conversation.journal
            if isinstance(one, PerceptSeen) and isinstance(one.percept, SoundEvent)
        ]
        assert keys == ["1", "9", "#"]

    await on_the_line(held)


async def test_lost_sound_is_silence_and_is_counted() -> None:
    async def held(line: Line) -> None:
        line.twilio.dropped = {5, 6, 20}
        for _ in range(40):
            await line.tick()
        assert line.lost == 3 * 480
        assert line.leg.stream.chunks.missing == 3
        assert line.leg.stream.counts.skipped == 3

    await on_the_line(held)


async def test_garbage_does_not_end_a_call_and_a_flood_of_it_does() -> None:
    garbage: list[Message] = [
        "",
        "nonsense",
        "[1, 2]",
        "null",
        "[" * 50_000,
        b"\x00\xff" * 80,
        json.dumps({"event": 5}),
        json.dumps({"event": "media", "streamSid": STREAM, "media": {"payload": "%%%"}}),
        json.dumps({"event": "media", "streamSid": STREAM, "media": "x"}),
        json.dumps({"event": "media", "streamSid": "MZother", "media": {"payload": "//8="}}),
        json.dumps({"event": "dtmf", "streamSid": STREAM, "dtmf": {"digit": "12"}}),
        json.dumps({"event": "media", "streamSid": STREAM, "media": {"payload": "/" * 10_000_000}}),
    ]

    async def held(line: Line) -> None:
        await line.tick(*garbage)
        assert line.leg.stream.counts.unreadable == len(garbage)
        await line.quiet()
        assert said(line)
        await line.tick(*["flood"] * 60)
        await line.tick()
        assert line.conversation.ended == "caller_hung_up"

    await on_the_line(held)


async def test_a_stop_in_mid_utterance_ends_the_call() -> None:
    async def held(line: Line) -> None:
        await line.until(lambda: bool(line.twilio.loud()))
        line.twilio.stops()
        for _ in range(5):
            await line.tick()
        assert line.conversation.ended == "caller_hung_up"
        sent = line.twilio.media
        for _ in range(20):
            await line.tick()
        assert line.twilio.media <= sent + 3
        greeting = next(one for one in line.conversation.journal if isinstance(one, Utterance))
        assert greeting.cut

    await on_the_line(held)


async def test_the_line_is_held_until_the_last_words_are_heard() -> None:
    async def held(line: Line) -> None:
        await line.quiet()
        line.twilio.says(speech("that is all"))
        await line.until(lambda: line.conversation.ended is not None)
        assert line.conversation.ended == "agent_hung_up"
        ended = line.twilio.frame
        await line.until(lambda: line.leg.over)
        heard = line.leg.stream.marks.heard
        assert heard is not None
        assert heard.last
        assert line.twilio.frame - ended < LINGERS_S * 50
        assert max(line.twilio.loud()) <= line.twilio.frame

    await on_the_line(held, delay=10)


async def test_a_provider_that_tells_nothing_does_not_hold_the_line_for_ever() -> None:
    async def held(line: Line) -> None:
        await line.quiet()
        line.twilio.says(speech("that is all"))
        await line.until(lambda: line.conversation.ended is not None)
        ended = line.twilio.frame
        line.twilio.deaf = True
        await line.until(lambda: line.leg.over)
        assert line.twilio.frame - ended == pytest.approx(LINGERS_S * 50, abs=2)

    await on_the_line(held, buffer=30)


async def test_a_lost_connection_is_a_caller_who_hung_up() -> None:
    async def held(line: Line) -> None:
        await line.tick()
        line.leg.closed()
        line.leg.closed()
        await line.tick()
        assert line.conversation.ended == "caller_hung_up"
        assert line.leg.over

    await on_the_line(held)
