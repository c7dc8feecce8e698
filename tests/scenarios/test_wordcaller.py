"""The caller at text fidelity: percepts in the order and at the times of the ears."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.wordcaller import OFFSET_S, ONSET_S, WordCaller, word_lines
from system1.percepts import (
    Heard,
    Level,
    Percept,
    Prosody,
    SoundEvent,
    SpeechStarted,
    SpeechStopped,
)
from tests.scenarios.stage import script

HERE = Path()


def percepts(*lines: object, onset: float = 10.0, **more: object) -> list[Percept]:
    steps = script([{"caller": line} for line in lines], **more)
    caller = WordCaller(word_lines(steps, HERE))
    return [one for step in range(len(lines)) for one in caller.begin(step, onset + 100 * step)]


def finals(found: list[Percept]) -> list[str]:
    return [
        " ".join(word.text for word in one.words)
        for one in found
        if isinstance(one, Heard) and one.final
    ]


def test_a_line() -> None:
    found = percepts("My Internet, is DOWN.")
    assert [one.at for one in found] == sorted(one.at for one in found)
    started, stopped = found[0], found[-2]
    assert isinstance(started, SpeechStarted)
    assert started.onset == 10.0
    assert started.at == pytest.approx(10.0 + ONSET_S)
    assert isinstance(stopped, SpeechStopped)
    assert stopped.at == pytest.approx(stopped.offset + OFFSET_S)
    assert finals(found) == ["my internet is down"]
    partial = [one for one in found if isinstance(one, Heard)][1]
    assert [word.text for word in partial.words] == ["my", "internet"]
    assert [word.stable for word in partial.words] == [True, False]
    assert partial.at > partial.words[-1].end


def test_a_pause_makes_two_stretches() -> None:
    found = percepts({"say": "it is", "pause": 1.2, "then": "the second house"})
    assert finals(found) == ["it is", "the second house"]
    assert {one.stretch for one in found if isinstance(one, Heard)} == {0, 1}
    stops = [one.offset for one in found if isinstance(one, SpeechStopped)]
    starts = [one.onset for one in found if isinstance(one, SpeechStarted)]
    assert starts[1] - stops[0] == pytest.approx(1.2)


def test_a_short_pause_does_not() -> None:
    assert finals(percepts({"say": "it is", "pause": 0.15, "then": "mine"})) == ["it is mine"]


def test_stretches_are_numbered_through_the_call() -> None:
    found = percepts("yes", "no")
    assert [one.stretch for one in found if isinstance(one, Heard) and one.final] == [0, 1]


def test_chinese_is_heard_character_by_character() -> None:
    found = percepts("我要改签，订单A12。")
    assert finals(found) == ["我 要 改 签 订 单 a12"]


def test_the_rate() -> None:
    slow, fast = (percepts("one two three", caller={"rate": rate})[-1].at for rate in (100, 200))
    assert slow - 10.25 == pytest.approx(2 * (fast - 10.25))


def test_a_mumble_has_no_words() -> None:
    found = percepts({"say": "what is it", "mumbled": True})
    others = [type(one) for one in found if not isinstance(one, Level)]
    assert others == [SpeechStarted, SpeechStopped, Heard]
    assert found[-1] == Heard(found[-1].at, 0, (), True, 0.0)


def test_an_agitated_line() -> None:
    line = {"say": "this is too much", "rate": 200, "pitch": 70, "volume": 200}
    found = [one for one in percepts(line) if isinstance(one, Prosody)]
    assert [one.at for one in found] == pytest.approx([10.33, 10.58, 10.83])
    assert len({(one.pitch_st, one.level_db, one.rate_ratio) for one in found}) == 1
    prosody = found[0]
    assert prosody.pitch_st == pytest.approx(3.8)
    assert prosody.level_db == pytest.approx(6.0, abs=0.1)
    assert prosody.rate_ratio == pytest.approx(1.25)


def test_sounds() -> None:
    assert finals(percepts({"sound": "cough"})) == [""]
    assert percepts({"sound": "noise"}) == []
    (beep,) = percepts({"sound": "beep"})
    assert isinstance(beep, SoundEvent)
    assert beep.sound == "beep"
    music = percepts({"sound": "music", "seconds": 5})
    assert [one.sound for one in music if isinstance(one, SoundEvent)] == ["music", "music_stopped"]
    assert music[1].at - music[0].at == pytest.approx(5.0)


def test_keys() -> None:
    caller = WordCaller(word_lines(script([{"caller": {"dtmf": "1#"}}]), HERE))
    assert caller.begin(0, 5.0) == []
    assert caller.keys(0, 5.0) == [(5.0, "1"), (5.2, "#")]
    assert caller.lines[0].length == pytest.approx(0.4)
