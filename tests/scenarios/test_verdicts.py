"""A negative control for each verdict on a step: what must fail does, with its moment."""

from __future__ import annotations

import pytest

from system1.acts import Kind
from tests.scenarios.stage import Said, play, script

ANSWER = "What is your postcode?"
OVER = {"caller": {"say": "wait", "during": "agent", "at": 1.0}}


def test_late() -> None:
    steps = [{"caller": "hi"}, {"agent": {"says": "postcode", "within": 2.5}}, {"caller": "b"}]
    played = play(script(steps), [Said(4.6, 6.0, ANSWER)])
    check = played.check("agent speaks with")
    assert not check.passed
    assert check.step == 2
    assert check.at == 4.6
    assert check.message == "came after 3.1 s, wanted within 2.5 s"
    assert played.onsets == [0.5, 6.5]  # the call goes on


def test_just_in_time() -> None:
    steps = [{"caller": "hi"}, {"agent": {"says": "postcode", "within": 2.5}}]
    assert play(script(steps), [Said(4.0, 6.0, ANSWER)]).failed == []


@pytest.mark.parametrize(("within", "gives_up"), [(2.5, 14.0), (None, 31.5)])
def test_never(within: float | None, gives_up: float) -> None:
    step = {"says": "postcode"} if within is None else {"says": "postcode", "within": within}
    steps = [{"caller": "hi"}, {"agent": step}, {"caller": "b"}, {"agent": {"keeps": True}}]
    played = play(script(steps), [Said(2.0, 3.0, "Pardon?")])
    check = played.checks[0]
    assert not check.passed
    assert check.at == pytest.approx(gives_up)
    assert 'meanwhile: "Pardon?"' in check.message
    assert played.records[-1].at == pytest.approx(gives_up)  # the caller hangs up
    rest = played.checks[1:]
    assert [one.passed for one in rest] == [False, False]
    assert {one.message for one in rest} == {"not reached: step 2 had failed"}
    assert [one.step for one in rest] == [3, 4]


def test_of_another_kind() -> None:
    steps = [{"agent": {"kind": "greeting"}}]
    assert play(script(steps), [Said(0.2, 1.0, kind=Kind.REPLY)]).failed


def test_planned_but_not_played() -> None:
    steps = [{"caller": "hi"}, {"agent": {"says": "postcode"}}]
    played = play(script(steps), [Said(2.0, 2.6, ANSWER, heard="What is")])
    check = played.check("agent speaks with")
    assert not check.passed
    assert check.at == 2.6
    assert check.message == 'only "What is" was played of "What is your postcode?"'


def test_planned_and_cut_by_the_scenario_itself() -> None:
    steps = [{"caller": "hi"}, {"agent": {"says": "postcode"}}, OVER]
    assert play(script(steps), [Said(2.0, 3.3, ANSWER, heard="What is")]).failed == []


def test_keeps() -> None:
    steps = [{"agent": {"says": "postcode"}}, OVER, {"agent": {"keeps": True}}]
    assert play(script(steps), [Said(0.2, 2.0, ANSWER)]).failed == []
    played = play(script(steps), [Said(0.2, 1.5, ANSWER, heard="What is")])
    check = played.check("agent keeps talking")
    assert not check.passed
    assert check.at == 1.5
    assert check.message == 'stopped after "What is" of "What is your postcode?"'


def test_keeps_what_nobody_said() -> None:
    played = play(script([{"agent": {"keeps": True}}]), [])
    assert played.check("agent keeps talking").message == "the agent had not said anything"


def test_stops() -> None:
    steps = [{"agent": {"says": "postcode"}}, OVER, {"agent": {"stops": 0.5}}]
    good = play(script(steps), [Said(0.2, 1.6, ANSWER, heard="What is")])
    assert good.failed == []
    assert good.check("agent stops").message == "stopped 0.4 s after the caller's onset"
    late = play(script(steps), [Said(0.2, 2.2, ANSWER, heard="What is your")]).check("agent stops")
    assert not late.passed
    assert late.at == 2.2
    assert late.message == "stopped 1 s after the caller's onset, wanted within 0.5 s"
    own_end = play(script(steps), [Said(0.2, 3.2, ANSWER)]).check("agent stops")
    assert "came to its own end 2 s after" in own_end.message


def test_stops_what_had_already_ended() -> None:
    steps = [{"agent": {"says": "postcode"}}, OVER, {"agent": {"stops": 0.5}}]
    played = play(script(steps), [Said(0.2, 0.9, ANSWER)])
    assert played.check("agent stops").message == "it had already ended"
    assert played.failed == []


def test_never_stops() -> None:
    steps = [{"agent": {"says": "postcode"}}, OVER, {"agent": {"stops": 0.5}}, {"caller": "x"}]
    played = play(script(steps), [Said(0.2, 60.0, ANSWER)])
    check = played.check("agent stops")
    assert not check.passed
    assert check.at == pytest.approx(11.7)
    assert "still talking 10.5 s" in check.message
    assert not played.check('caller says "x"').passed


def test_the_agent_ends_the_call_before_a_step() -> None:
    steps = [{"caller": "bye"}, {"agent": {"says": "goodbye"}}, {"caller": "one more thing"}]
    played = play(script(steps), [Said(2.0, 3.0, "Goodbye.")], ends=(3.2, "agent_hung_up"))
    check = played.check('caller says "one more thing"')
    assert not check.passed
    assert check.at == pytest.approx(3.2)
    assert check.message == "not reached: the call was over (agent_hung_up)"
