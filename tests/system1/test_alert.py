"""Sounds over the agent that are not known to be speech."""

from __future__ import annotations

import pytest

from system1.percepts import SoundEvent, SoundRose
from tests.stage import Stage
from tests.system1.test_bargein import LONG, answering


def moves(stage: Stage) -> list[tuple[float, str, str]]:
    """What is done to the answer's level, by which rule."""
    return [
        (round(one.at, 2), one.do, one.because.rule)
        for one in stage.decisions()
        if one.do in ("duck", "resume")
    ]


def sounding(*times: float, **policy: object) -> Stage:
    stage = answering(policy=policy)
    for at in times:
        stage.script.add(SoundRose(at, at - 0.03, -30.0))
    return stage


def test_the_agent_ducks_at_a_sound_and_comes_back_when_no_speech_follows() -> None:
    stage = sounding(7.0).play(20.0)
    assert moves(stage) == [
        (7.0, "duck", "bargein.sound"),
        (7.16, "resume", "bargein.no_speech"),
    ]
    assert stage.utterances()[1].heard == LONG


def test_speech_that_follows_is_judged_as_ever() -> None:
    stage = sounding(7.02)
    stage.says(7.0, "uh-huh")
    stage.play(20.0)
    assert [one[1:] for one in moves(stage)] == [
        ("duck", "bargein.sound"),
        ("resume", "backchannel"),
    ]
    stopped = sounding(7.02)
    stopped.says(7.0, "no wait that is wrong")
    assert stopped.play(20.0).utterances()[1].cut


def test_sounds_that_come_again_and_again_are_noise_until_there_is_speech() -> None:
    stage = sounding(6.2, 6.5, 6.8, 7.1, 7.4)
    assert [one[0] for one in moves(stage.play(20.0)) if one[1] == "duck"] == [6.2, 6.5, 6.8]
    stage = sounding(6.2, 6.5, 6.8, 7.1, 8.5)
    stage.says(7.3, "uh-huh")
    ducks = [one for one in moves(stage.play(20.0)) if one[1] == "duck"]
    assert [one[0] for one in ducks if one[2] == "bargein.sound"] == [6.2, 6.5, 6.8, 8.5]


def test_two_sounds_in_a_row_keep_it_low_until_the_second_is_over() -> None:
    stage = sounding(7.0, 7.1).play(20.0)
    assert [one[:2] for one in moves(stage)] == [(7.0, "duck"), (7.26, "resume")]


@pytest.mark.parametrize(
    "turn_taking",
    [
        {"bargein": {"sound_wait": 0}},
        {"bargein": {"sounds": 0}},
        {"bargein": {"type": "off"}},
        {"bargein": {"type": "hotword", "hotwords": ["stop"]}},
        {"bargein": {"overrides": [{"kind": ["reply"], "type": "off"}]}},
    ],
)
def test_where_speech_does_not_interrupt_or_it_is_not_wanted_nothing_is_lowered(
    turn_taking: dict[str, object],
) -> None:
    assert moves(sounding(7.0, turn_taking=turn_taking).play(20.0)) == []


def test_music_is_no_reason() -> None:
    stage = answering()
    stage.script.add(SoundEvent(6.0, "music"))
    stage.script.add(SoundRose(7.0, 6.97))
    assert moves(stage.play(20.0)) == []


def test_a_sound_into_silence_does_nothing() -> None:
    stage = sounding(2.0, 3.0, 14.0).play(20.0)
    assert moves(stage) == []
    assert [one.kind for one in stage.utterances()] == [
        one.kind for one in sounding().play(20.0).utterances()
    ]
