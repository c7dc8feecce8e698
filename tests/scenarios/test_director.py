"""When the caller's lines start, and which utterance an agent's step takes."""

from __future__ import annotations

import pytest

from scenarios.director import HangUp
from system1.acts import Kind
from tests.scenarios.stage import Played, Said, play, script

GREETING = Said(0.2, 2.0, "Hello, how can I help?", Kind.GREETING)


def left(played: Played) -> float:
    """When the caller hung up."""
    assert isinstance(played.acts[-1], HangUp)
    return played.acts[-1].at


def test_a_line_waits_for_half_a_second_of_silence() -> None:
    played = play(script([{"agent": {"kind": "greeting"}}, {"caller": "hi"}]), [GREETING])
    assert played.onsets == [2.5]
    assert played.failed == []


def test_the_gap_is_the_lines_or_the_callers() -> None:
    steps = [
        {"agent": {"kind": "greeting"}},
        {"caller": {"say": "hi", "after": 2}},
        {"caller": "x"},
    ]
    played = play(script(steps, caller={"gap": 1.5}), [GREETING])
    assert played.onsets == [4.0, 6.5]


def test_a_first_line_needs_no_greeting() -> None:
    assert play(script([{"caller": "hi"}]), []).onsets == [0.5]


def test_a_caller_waits_when_the_agent_speaks_meanwhile() -> None:
    said = [GREETING, Said(2.3, 3.0, "This call may be recorded.", Kind.DISCLOSURE)]
    played = play(script([{"agent": {"kind": "greeting"}}, {"caller": "hi"}]), said)
    assert played.onsets == [3.5]


def test_a_backchannel_is_taken_only_by_a_step_that_asks_for_one() -> None:
    said = [GREETING, Said(4.0, 4.4, "mm-hm", Kind.BACKCHANNEL), Said(6.0, 7.0)]
    answer = {"agent": {"within": 2.0}}
    steps = [{"agent": {"kind": "greeting"}}, {"caller": "a story"}]
    assert play(script([*steps, answer]), said).failed != [], "the reply is late"
    murmur = {"agent": {"kind": "backchannel", "says": "mm-hm"}}
    assert play(script([*steps, murmur]), said).failed == []


def test_over_the_utterance_under_way() -> None:
    steps = [
        {"agent": {"kind": "greeting"}},
        {"caller": {"say": "a", "during": "agent", "at": 0.6}},
    ]
    assert play(script(steps), [GREETING]).onsets == [0.8]


def test_over_an_utterance_even_if_it_has_ended_meanwhile() -> None:
    steps = [{"agent": {"kind": "greeting"}}, {"caller": {"say": "a", "during": "agent", "at": 4}}]
    assert play(script(steps), [GREETING, Said(3.0, 9.0)]).onsets == [4.2]


def test_over_the_next_utterance_when_none_is_under_way() -> None:
    steps = [
        {"agent": {"kind": "greeting"}},
        {"agent": {"keeps": True}},
        {"caller": {"say": "a", "during": "agent", "at": 1}},
    ]
    assert play(script(steps), [GREETING, Said(5.0, 9.0)]).onsets == [6.0]


def test_nobody_to_talk_over() -> None:
    steps = [
        {"agent": {"kind": "greeting"}},
        {"agent": {"keeps": True}},
        {"caller": {"say": "a", "during": "agent"}},
    ]
    played = play(script(steps), [GREETING])
    check = played.check('caller says "a"')
    assert not check.passed
    assert check.at == pytest.approx(32.0)
    assert "talked over" in check.message


def test_words_may_come_later_in_the_plan_than_the_onset() -> None:
    steps = [{"agent": {"says": "second /?/".replace(" /?/", "")}}, {"caller": "yes"}]
    played = play(script(steps), [Said(0.2, 1.0, "First."), Said(1.5, 2.0, "The SECOND  one.")])
    assert played.failed == []
    assert played.onsets == [2.5]


def test_a_regular_expression() -> None:
    steps = [{"agent": {"says": "/post ?code/"}}]
    assert play(script(steps), [Said(0.2, 1.0, "Your Postcode?")]).failed == []


def test_other_utterances_may_come_before() -> None:
    filler = Said(4.0, 4.5, "One moment.", Kind.FILLER)
    steps = [
        {"agent": {"kind": "greeting"}},
        {"caller": "hi"},
        {"agent": {"kind": "reply", "within": 2}},
    ]
    played = play(script(steps), [GREETING, filler, Said(5.4, 6.0)])
    assert played.failed == []
    # from the caller's last sample at 3.5 s, not from the filler's end
    assert "after 1.9 s" in played.check("agent gives a reply").message


def test_an_utterance_serves_one_step_only() -> None:
    steps = [{"agent": {"kind": "reply"}}, {"agent": {"kind": "reply"}}]
    played = play(script(steps), [Said(0.2, 1.0)])
    assert [one.passed for one in played.checks] == [True, False]


def test_what_was_said_before_the_callers_line_answers_nothing() -> None:
    steps = [{"agent": {"kind": "greeting"}}, {"caller": "hi"}, {"agent": {"says": "hello"}}]
    assert play(script(steps), [GREETING]).failed == ['agent speaks with "hello"']


def test_an_answer_into_the_callers_line_counts() -> None:
    steps = [{"caller": "hi"}, {"agent": {"kind": "soothe", "within": 0}}]
    assert play(script(steps), [Said(0.8, 1.0, "Easy.", Kind.SOOTHE)]).failed == []


def test_silence_keeps_the_next_line_back_but_not_the_agents_steps() -> None:
    steps = [
        {"caller": "hi"},
        {"caller": {"silent": 8}},
        {"agent": {"kind": "check_in", "within": 7.5}},
        {"caller": "still here"},
    ]
    said = [Said(2.0, 3.0), Said(10.0, 10.5, "Are you there?", Kind.CHECK_IN)]
    played = play(script(steps), said)
    assert played.failed == []  # 7 s after the answer's end
    assert played.onsets == [0.5, 11.0]
    quiet = play(script(steps), [Said(2.0, 3.0), Said(8.0, 8.2, "You there?", Kind.CHECK_IN)])
    assert quiet.onsets == [0.5, 9.5]  # the silence began at the line's end, 1.5 s


def test_silence_after_an_utterance_begins_at_its_end() -> None:
    steps = [{"agent": {"kind": "greeting"}}, {"caller": {"silent": 4}}, {"caller": "hi"}]
    assert play(script(steps), [GREETING]).onsets == [6.0]


def test_a_line_over_the_agent_waits_for_the_callers_own_line() -> None:
    over = {"caller": {"say": "a", "during": "agent", "at": 0.5}}
    played = play(script([{"agent": {"kind": "greeting"}}, over, over]), [GREETING], length=3.0)
    assert played.onsets == [0.7, 3.7]


def test_hanging_up_over_the_agent() -> None:
    steps = [
        {"agent": {"says": "help"}},
        {"caller": {"hangs_up": True, "during": "agent", "at": 0.5}},
    ]
    cut = Said(0.2, 0.7, "Hello, how can I help?", heard="Hello,")
    played = play(script(steps), [cut])
    assert left(played) == pytest.approx(0.7)
    assert played.failed == []


def test_the_caller_leaves_when_the_script_is_over() -> None:
    played = play(script([{"agent": {"kind": "greeting"}}]), [GREETING])
    assert left(played) == pytest.approx(2.5)


def test_who_expects_the_agent_to_end_the_call_gives_it_time() -> None:
    scenario = script([{"caller": "bye"}], expect={"outcome": "agent_hung_up"})
    played = play(scenario, [], ends=(20.0, "agent_hung_up"))
    assert played.failed == []
    assert left(play(scenario, [])) == pytest.approx(31.5)


def test_the_limit_of_the_scenario() -> None:
    steps = [{"agent": {"kind": "check_in"}}, {"caller": "hi"}]
    played = play(script(steps, limit=5), [])
    assert played.checks[0].at == pytest.approx(5.0)
    assert "limit" in played.checks[0].message
    assert not played.checks[1].passed
