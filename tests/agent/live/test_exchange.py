"""Between a sound card's callback and a conversation: what is missing, too much, late or gone."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

from agent.live.exchange import LEAD_S, LONGEST_BLOCK, Exchange
from speech.protocols import SAMPLE_RATE, Audio

BLOCK = SAMPLE_RATE // 100
LEAD = round(LEAD_S * SAMPLE_RATE)


def ones(count: int, value: float = 1.0) -> Audio:
    return np.full(count, value, np.float32)


def turn(exchange: Exchange, heard: Audio, channels: int = 1) -> Audio:
    """One of the card's; what it plays."""
    wanted = np.full((heard.size, channels), 9.0, np.float32)
    exchange.turn(np.repeat(heard[:, None], channels, axis=1), wanted, False)
    assert (wanted == wanted[:, :1]).all()
    return wanted[:, 0]


async def test_what_is_said_is_played_the_lead_later() -> None:
    exchange = Exchange(SAMPLE_RATE)
    played: list[Audio] = []
    for number in range(20):
        played.append(turn(exchange, ones(BLOCK, number + 1)))
        frame = await exchange.heard()
        assert frame is not None
        assert frame.tolist() == [number + 1] * BLOCK
        exchange.say(frame)
    sound = np.concatenate(played)
    assert not sound[:LEAD].any()
    assert sound[LEAD:].tolist() == np.repeat(np.arange(1, 21), BLOCK)[: sound.size - LEAD].tolist()
    assert exchange.flow.gaps == 0


async def test_a_late_conversation_gets_small_pieces_and_runs_further_ahead() -> None:
    exchange = Exchange(SAMPLE_RATE)
    blocks = LEAD // BLOCK + 2
    for _ in range(blocks):
        turn(exchange, ones(BLOCK))
    assert exchange.flow.gaps == 2
    assert exchange.flow.silent_s == pytest.approx(2 * BLOCK / SAMPLE_RATE)
    pieces = 0
    while exchange.unsaid_s < blocks * BLOCK / SAMPLE_RATE:
        frame = await exchange.heard()
        assert frame is not None
        assert frame.size <= 2 * BLOCK
        exchange.say(frame)
        pieces += 1
    assert pieces == blocks / 2


async def test_silence_that_runs_too_far_ahead_is_shortened_and_speech_is_not() -> None:
    exchange = Exchange(SAMPLE_RATE)
    exchange.say(ones(10 * BLOCK))
    for value in (0.0, 1.0):
        for _ in range(250):
            turn(exchange, ones(BLOCK))
            exchange.say(ones(BLOCK, value))
        if value == 0.0:
            # All that was ahead through the whole of a second, but for the lead.
            assert exchange.unsaid_s == pytest.approx(LEAD_S + BLOCK / SAMPLE_RATE)
            assert exchange.flow.shortened_s == pytest.approx(9 * BLOCK / SAMPLE_RATE)
    assert exchange.flow.shortened_s == pytest.approx(9 * BLOCK / SAMPLE_RATE)
    assert exchange.flow.gaps == 0


async def test_what_an_uneven_card_needs_ahead_is_left() -> None:
    exchange = Exchange(SAMPLE_RATE)
    gaps = []
    # The card wants a quarter of a second at once.
    for _ in range(30):
        for _ in range(25):
            turn(exchange, ones(BLOCK))
        for _ in range(25):
            exchange.say(np.zeros(BLOCK, np.float32))
        gaps.append(exchange.flow.gaps)
    assert gaps[0] > 0
    assert gaps[-1] == gaps[0]


async def test_what_nobody_hears_for_too_long_is_lost_and_counted() -> None:
    exchange = Exchange(SAMPLE_RATE)
    for _ in range(130):
        turn(exchange, ones(BLOCK))
    frame = await exchange.heard()
    assert frame is not None
    assert exchange.flow.deaf_s == pytest.approx(0.3)


async def test_another_rate_and_two_channels() -> None:
    exchange = Exchange(48_000)
    heard = 0
    for _ in range(30):
        played = turn(exchange, ones(480), channels=2)
        frame = await exchange.heard()
        assert frame is not None
        heard += frame.size
        exchange.say(frame)
    assert heard == 30 * BLOCK
    assert played.tolist() == pytest.approx([1.0] * 480, abs=1e-3)


async def test_a_block_that_is_longer_than_any_is_silent_at_its_end() -> None:
    exchange = Exchange(SAMPLE_RATE)
    exchange.say(ones(SAMPLE_RATE))
    played = turn(exchange, ones(LONGEST_BLOCK + 10))
    assert not played[LONGEST_BLOCK:].any()


async def test_a_card_in_another_thread_wakes_the_conversation() -> None:
    exchange = Exchange(SAMPLE_RATE)
    waiting = asyncio.create_task(exchange.heard())
    card = threading.Thread(target=turn, args=(exchange, ones(BLOCK)))
    card.start()
    frame = await waiting
    card.join()
    assert frame is not None
    assert frame.size == BLOCK


async def test_a_card_that_says_nothing_or_is_gone_brings_nothing_more() -> None:
    silent = Exchange(SAMPLE_RATE, stalled_s=0.0, first_s=0.0)
    assert await silent.heard() is None
    exchange = Exchange(SAMPLE_RATE)
    turn(exchange, ones(BLOCK))
    exchange.lose()
    assert await exchange.heard() is not None
    assert await exchange.heard() is None
    assert exchange.begun
    exchange.begin_anew()
    assert not exchange.begun
    turn(exchange, ones(BLOCK))
    assert await exchange.heard() is not None
    assert exchange.flow.restarts == 1


class Line:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.heard: list[Audio] = []
        self.played: list[Audio] = []

    def near(self, block: Audio, far: Audio) -> Audio:
        assert block.size == far.size == BLOCK
        self.heard.append(block)
        self.played.append(far)
        return -block


@pytest.mark.parametrize("rate", [24_000, 44_100, 48_000])
async def test_the_line_is_told_what_was_played_in_the_same_time(rate: int) -> None:
    line = Line()
    exchange = Exchange(rate, line)
    frames: list[Audio] = []
    echo = np.zeros((rate // 100, 1), np.float32)
    for number in range(40):
        exchange.say(np.sin(np.arange(BLOCK) / 9 + number).astype(np.float32))
        played = np.zeros_like(echo)
        # The microphone hears what was played a block before.
        exchange.turn(echo, played, False)
        echo = played
        frame = await exchange.heard()
        assert frame is not None
        frames.append(frame)
    heard, played = np.concatenate(line.heard), np.concatenate(line.played)
    assert np.array_equal(np.concatenate(frames), -heard)
    assert np.allclose(heard[BLOCK:], played[:-BLOCK], atol=1e-6)
    assert np.abs(heard).max() > 0.9


def test_a_card_that_outlives_its_call_does_no_harm() -> None:
    async def call() -> Exchange:
        return Exchange(SAMPLE_RATE)

    exchange = asyncio.run(call())
    assert not turn(exchange, ones(BLOCK)).any()
    exchange.lose()
