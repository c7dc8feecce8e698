"""Moshi's flow of speech, cut into answers."""

from __future__ import annotations

import numpy as np
import pytest

from speech.duplex.events import EngineError, Event, Sound, Text
from speech.kyutai.moshi_batch import FRAME, Frame
from speech.kyutai.moshi_gate import PADDING, START, Bounds, Gate

PIECES = {10: "▁hello", 11: "▁how", 12: "▁are", 13: "▁you", 14: "?", 15: "▁tele", 16: "phone"}
BOUNDS = Bounds(pause=4, patience=8, longest=20)


def decode(tokens: list[int]) -> str:
    return "".join(PIECES[one] for one in tokens).replace("▁", " ")


class Flow:
    """A gate, and frames that are numbered by their level."""

    def __init__(self) -> None:
        self.gate = Gate(PIECES.__getitem__, decode, BOUNDS)
        self.count = 0

    def says(self, *tokens: int) -> tuple[list[Event], bool]:
        events: list[Event] = []
        over = False
        for token in tokens:
            self.count += 1
            found, over = self.gate.step(Frame(np.full(FRAME, self.count / 100, np.float32), token))
            events += found
        return events, over

    def pads(self, count: int) -> tuple[list[Event], bool]:
        return self.says(*[PADDING] * count)


def words(events: list[Event]) -> list[tuple[str, int | None]]:
    return [(one.text, one.at) for one in events if isinstance(one, Text)]


def sounds(events: list[Event]) -> list[int]:
    return [round(float(one.audio[0]) * 100) for one in events if isinstance(one, Sound)]


def test_what_nobody_asked_for_is_not_heard() -> None:
    flow = Flow()
    assert flow.says(START, 10, PADDING, 11) == ([], False)


def test_an_answer_has_its_words_where_they_begin_and_ends_with_a_pause() -> None:
    flow = Flow()
    flow.pads(6)
    assert flow.gate.open() == []
    events, over = flow.says(PADDING, START, 10, START, 15, 16, PADDING, 11)
    more, done = flow.pads(4)
    assert (over, done) == (False, True)
    # The frame before the first word goes with it.
    assert sounds([*events, *more]) == list(range(8, 19))
    assert words([*events, *more]) == [
        (" hello", FRAME),
        (" telephone", 3 * FRAME),
        (" how", 6 * FRAME),
    ]
    assert flow.says(12, 13) == ([], False), "the next was not asked for"


def test_what_it_began_just_before_goes_with_the_answer() -> None:
    flow = Flow()
    flow.pads(6)
    flow.says(START, 11, 12)
    events = flow.gate.open()
    assert words(events) == [(" how", FRAME)]
    assert sounds(events) == [7, 8, 9]
    more, _ = flow.says(13, 14, PADDING)
    assert words(more) == [(" are", 2 * FRAME), (" you?", 3 * FRAME)]


def test_the_rest_of_an_answer_that_was_broken_off_is_no_part_of_the_next() -> None:
    flow = Flow()
    flow.pads(6)
    flow.gate.open()
    flow.says(10, 11)
    flow.gate.close()
    flow.says(12)
    assert flow.gate.open() == []
    assert flow.says(13, PADDING)[0] == [], "still the old one"
    flow.pads(4)
    events, _ = flow.says(10, PADDING)
    assert words(events) == [(" hello", FRAME)]


def test_silence_is_no_answer() -> None:
    flow = Flow()
    flow.pads(6)
    flow.gate.open()
    flow.pads(7)
    with pytest.raises(EngineError, match="keeps silent"):
        flow.pads(1)


def test_an_answer_without_end_is_broken_off() -> None:
    flow = Flow()
    flow.pads(6)
    flow.gate.open()
    over = [flow.says(10)[1] for _ in range(19)]
    assert over == [False] * 18 + [True]
    assert flow.says(10) == ([], False)
