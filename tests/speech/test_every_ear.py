"""What all ears must do, whatever hears behind them. The ears are in ``every_ear.py``."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np
import pytest

from speech.protocols import SAMPLE_RATE, Audio, Ears
from system1.percepts import Heard, Percept, SpeechStarted, SpeechStopped
from tests.speech.calls import until
from tests.speech.every_ear import EARS, Bench, EarCase
from tests.speech.kyutai.calls import Call

pytestmark = pytest.mark.slow

BLOCK = 480
TAIL_S = 1.5
"""Quiet after the last word, in which what was said is settled."""
SOON_S = 0.45
"""A pause that is over as soon as ears have noticed it."""


@pytest.fixture(params=sorted(EARS))
def name(request: pytest.FixtureRequest) -> str:
    for package in EARS[request.param].needs:
        pytest.importorskip(package)
    return str(request.param)


@pytest.fixture
def case(name: str) -> EarCase:
    return EARS[name]


@pytest.fixture
def bench(case: EarCase, tmp_path: Path) -> Iterator[Bench]:
    with case.bench(tmp_path) as bench:
        yield bench


@cache
def said(name: str) -> Call:
    """Three lines: the second soon after the first, the third after a longer pause."""
    case = EARS[name]
    first, second, third = case.lines
    return case.says(0.6, first, SOON_S, second, 0.9, third, TAIL_S)


def heard(ears: Ears, audio: Audio, block: int = BLOCK, begin: float = 0.0) -> list[list[Percept]]:
    """What is told at the end of each block."""
    return [
        ears.hear(audio[at : at + block], begin + min(at + block, len(audio)) / SAMPLE_RATE)
        for at in range(0, len(audio), block)
    ]


def flat(told: list[list[Percept]]) -> list[Percept]:
    return [percept for block in told for percept in block]


def one_call(bench: Bench, audio: Audio, block: int = BLOCK) -> list[Percept]:
    with closing(bench.open(False)) as ears:
        return flat(heard(ears, audio, block))


def finals(percepts: Sequence[Percept]) -> list[Heard]:
    return [one for one in percepts if isinstance(one, Heard) and one.final]


def words(percepts: Sequence[Percept]) -> list[str]:
    return [word.text for one in finals(percepts) for word in one.words]


def truth(call: Call) -> list[str]:
    return [word for word, _, _ in call.words]


def test_what_is_said_is_heard_to_the_last_word_and_right_after_a_pause(
    name: str, bench: Bench
) -> None:
    call = said(name)
    percepts = one_call(bench, call.audio)
    assert words(percepts) == truth(call)
    assert [one.stretch for one in finals(percepts)] == [0, 1, 2]


def test_a_call_that_begins_and_ends_with_a_word_loses_none(case: EarCase, bench: Bench) -> None:
    call = case.says(0.1, case.lines[0], 0.7)
    assert words(one_call(bench, call.audio)) == truth(call)


def test_nothing_is_told_before_it_has_sounded(name: str, bench: Bench) -> None:
    call = said(name)
    with closing(bench.open(False)) as ears:
        told = heard(ears, call.audio)
    for index, percepts in enumerate(told):
        for one in percepts:
            assert one.at == pytest.approx((index + 1) * BLOCK / SAMPLE_RATE)
            match one:
                case SpeechStarted():
                    assert one.onset <= one.at
                case SpeechStopped():
                    assert one.offset <= one.at
                case Heard(words=(*heard_words,)):
                    assert all(word.start <= one.at for word in heard_words)
                    if one.final:
                        assert all(word.end <= one.at for word in heard_words)
                case _:
                    pass
    begins = iter(call.words)
    for one in finals(flat(told)):
        for _ in one.words:
            _, _, ended = next(begins)
            assert one.at >= ended
    partials = [one for one in flat(told) if isinstance(one, Heard) and one.words]
    assert partials[0].at > call.words[0][1]


def test_words_have_their_times(name: str, case: EarCase, bench: Bench) -> None:
    call = said(name)
    found = [word for one in finals(one_call(bench, call.audio)) for word in one.words]
    length_s = len(call.audio) / SAMPLE_RATE
    for word, (_, begins, ends) in zip(found, call.words, strict=True):
        assert word.start == pytest.approx(begins, abs=case.near_s[0])
        assert word.end == pytest.approx(ends, abs=case.near_s[1])
        assert 0.0 <= word.start <= word.end <= length_s
    for before, after in pairwise(found):
        assert before.end <= after.start


def test_speech_starts_and_stops_in_turn_and_each_stretch_ends_once(
    name: str, bench: Bench
) -> None:
    call = said(name)
    percepts = one_call(bench, call.audio)
    edges = [one for one in percepts if isinstance(one, SpeechStarted | SpeechStopped)]
    assert [type(one) for one in edges] == [SpeechStarted, SpeechStopped] * 3
    open_stretch, closed = None, -1
    for one in percepts:
        if not isinstance(one, Heard):
            continue
        assert one.stretch == closed + 1
        assert open_stretch in (None, one.stretch)
        open_stretch = one.stretch
        if one.final:
            open_stretch, closed = None, one.stretch
    assert (open_stretch, closed) == (None, 2)


@pytest.mark.parametrize("block", [240, 1000, 7777, 24000])
def test_blocks_of_any_size_say_the_same(name: str, bench: Bench, block: int) -> None:
    call = said(name)

    def told(percepts: list[Percept]) -> list[tuple[object, ...]]:
        return [(one.stretch, one.words, one.final) for one in percepts if isinstance(one, Heard)]

    usual = told(one_call(bench, call.audio))
    assert told(one_call(bench, call.audio, block)) == usual
    assert len(usual) >= 3


def test_what_is_closed_leaves_nothing_to_the_next_call(name: str, bench: Bench) -> None:
    call = said(name)
    alone = one_call(bench, call.audio)
    for amid in (1.0, 2.3, 3.1):
        with closing(bench.open(False)) as ears:
            heard(ears, call.audio[: round(amid * SAMPLE_RATE)])
    assert one_call(bench, call.audio) == alone
    until(lambda: bench.taken() == 0)


def test_a_live_call_ends_with_its_threads(name: str, bench: Bench) -> None:
    call = said(name)
    before = set(threading.enumerate())
    for _ in range(4):
        with closing(bench.open(True)) as ears:
            heard(ears, call.audio[: 2 * SAMPLE_RATE])
    until(lambda: set(threading.enumerate()) <= before and bench.taken() == 0)


def test_a_thousand_frames_leave_nothing_behind(name: str, bench: Bench) -> None:
    call = said(name)
    length_s = len(call.audio) / SAMPLE_RATE
    calls = int(1000 * 0.08 / length_s) + 1
    sizes, wrong = [], 0
    with closing(bench.open(False)) as ears:
        for number in range(calls):
            percepts = flat(heard(ears, call.audio, BLOCK, number * length_s))
            assert [one.stretch for one in finals(percepts)] == [3 * number + n for n in range(3)]
            wrong += words(percepts) != truth(call)
            sizes.append(size(ears))
    half = calls // 2
    objects, numbers = zip(*sizes, strict=True)
    # Three pauses a call may leave a mark each; a hundred frames may not.
    assert objects[-1] - objects[half] <= 40 * (calls - 1 - half), objects
    assert max(numbers[half:]) <= 1.02 * max(numbers[:half]), numbers
    # A recogniser may take a word in fifty for another.
    assert wrong <= 2


def size(root: object) -> tuple[int, int]:
    """How many objects hang on it, and how many numbers are in its arrays."""
    seen: set[int] = set()
    kept: list[object] = [root]
    objects = numbers = 0
    apart = (type, ModuleType, FunctionType, BuiltinFunctionType, threading.Thread)
    while kept:
        one = kept.pop()
        if id(one) in seen or isinstance(one, apart):
            continue
        seen.add(id(one))
        objects += 1
        numbers += one.size if isinstance(one, np.ndarray) else 0
        kept += gc.get_referents(one)
    return objects, numbers


def test_live_nobody_waits_for_the_engine_and_the_words_come(name: str, bench: Bench) -> None:
    call = said(name)
    gate = bench.gate
    if gate is not None:
        gate.opened.clear()
    # The rest is quiet, which comes once the engine is let go: a queue holds ten seconds.
    audio = call.audio[: -round((TAIL_S - 0.5) * SAMPLE_RATE)]
    quiet = np.zeros(240, np.float32)
    now = len(audio) / SAMPLE_RATE
    with closing(bench.open(True)) as ears:
        percepts = flat(heard(ears, audio))
        if gate is not None:
            assert not gate.forced.is_set(), "the call waited for its engine"
            assert not words(percepts), "there was an engine that was not held up"
            gate.opened.set()

        def known() -> bool:
            nonlocal now
            now += 0.01
            percepts.extend(ears.hear(quiet, now))
            return len(words(percepts)) >= len(call.words)

        until(known)
    assert words(percepts) == truth(call)
    assert [one.at for one in percepts] == sorted(one.at for one in percepts)
    until(lambda: bench.taken() == 0)
