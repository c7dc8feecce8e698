"""A negative control for each key of ``expect``: it fails, at the right moment, with a message."""

from __future__ import annotations

import pytest

from agent.records import PerceptSeen, Record, ThinkDone
from agent.result import Check
from system1.acts import Kind
from system1.percepts import Thought
from system1.questions import Slot, TaskState
from system1.thoughts import Progress
from tests.scenarios.stage import Played, Said, play, script

HI = {"caller": "hi"}
ANSWER = {"agent": {"kind": "reply"}}


def expected(
    expect: dict[str, object],
    said: list[Said],
    *,
    steps: tuple[object, ...] = (HI, ANSWER),
    others: tuple[Record, ...] = (),
) -> Check:
    """The only check that ``expect`` makes, in a call whose caller talks from 0.5 s to 1.5 s."""
    played: Played = play(script(steps, expect=expect), said, others=others)
    (check,) = (one for one in played.checks if one.step is None)
    return check


def test_outcome() -> None:
    good = expected({"outcome": "caller_hung_up"}, [Said(2.0, 3.0)])
    assert good.passed
    bad = expected({"outcome": "transferred"}, [Said(2.0, 3.0)])
    assert not bad.passed
    assert bad.at == pytest.approx(33.0)
    assert bad.message == "caller_hung_up, by the caller; wanted transferred"


@pytest.mark.parametrize("key", ["gap_p50", "gap_max"])
def test_gaps(key: str) -> None:
    said = [Said(2.3, 3.0)]
    assert expected({key: 0.8}, said).passed
    bad = expected({key: 0.7}, said)
    assert not bad.passed
    assert bad.at == 2.3
    assert bad.message == "it is 0.80 s; the longest, of 0.80 s, ends here"


def test_the_longest_gap_is_not_the_median() -> None:
    said = [Said(2.0, 3.0), Said(5.3, 6.0), Said(8.0, 9.0)]
    steps = (HI, ANSWER, HI, ANSWER, HI, ANSWER)
    assert expected({"gap_p50": 0.6}, said, steps=steps).passed
    bad = expected({"gap_max": 0.7}, said, steps=steps)
    assert (bad.passed, bad.at) == (False, 5.3)


def test_no_gap_at_all() -> None:
    bad = expected({"gap_p50": 1.0}, [], steps=(HI,))
    assert not bad.passed
    assert "answered nothing" in bad.message


def test_false_cuts() -> None:
    cut = Said(1.0, 2.0, "Sorry?")
    assert expected({"false_cuts": 1}, [cut]).passed
    bad = expected({"false_cuts": 0}, [cut])
    assert not bad.passed
    assert bad.at == 1.0
    assert bad.message == 'there were 1; here with "Sorry?"'


def test_backchannels_and_lines_over_the_agent_are_no_false_cuts() -> None:
    backchannel = Said(1.0, 1.2, "mm-hm", Kind.BACKCHANNEL)
    assert expected({"false_cuts": 0}, [backchannel]).passed
    over = {"caller": {"say": "uh-huh", "during": "agent", "at": 0.5}}
    said = [Said(0.2, 1.0), Said(1.2, 2.0)]
    assert expected({"false_cuts": 0}, said, steps=({"agent": {"within": 1}}, over)).passed


def think(started: float, outcome: str = "answered", number: int = 0) -> ThinkDone:
    return ThinkDone(started + 0.3, number, False, 10, started, None, None, 0, 0, outcome)


def test_thinks() -> None:
    others = (think(1.7), think(4.0))
    said = [Said(2.0, 9.0)]
    assert expected({"thinks": {"max": 2}}, said, others=others).passed
    assert expected({"thinks": 2}, said, others=others).passed
    many = expected({"thinks": {"max": 1}}, said, others=others)
    assert (many.passed, many.at) == (False, 4.0)
    assert many.message == "there were 2; this was one too many"
    few = expected({"thinks": {"min": 3}}, said, others=others)
    assert not few.passed
    assert few.at == pytest.approx(9.5)
    assert few.name == "thinks: at least 3"


@pytest.mark.parametrize(
    ("key", "kind"),
    [("check_ins", Kind.CHECK_IN), ("fillers", Kind.FILLER), ("backchannels", Kind.BACKCHANNEL)],
)
def test_counts_of_utterances(key: str, kind: Kind) -> None:
    said = [Said(2.0, 3.0, kind=kind), Said(4.0, 5.0, kind=kind), Said(6.0, 7.0)]
    steps = (HI, {"caller": {"silent": 6}})
    assert expected({key: 2}, said, steps=steps).passed
    many = expected({key: 1}, said, steps=steps)
    assert (many.passed, many.at) == (False, 4.0)
    few = expected({key: {"min": 3, "max": 4}}, said, steps=steps)
    assert (few.passed, few.message) == (False, "there were 2")


def test_never() -> None:
    said = [Said(2.0, 3.0, "I guarantee it."), Said(3.5, 4.0, "I guarantee it.", heard="I")]
    steps = (HI, {"caller": {"silent": 4}})
    assert expected({"never": [{"says": "promise"}]}, said, steps=steps).passed
    assert expected({"never": [{"kind": "filler", "says": "I"}]}, said, steps=steps).passed
    bad = expected({"never": [{"kind": "reply", "says": "guarantee"}]}, said, steps=steps)
    assert (bad.passed, bad.at) == (False, 2.0)
    assert bad.message == 'the agent said "I guarantee it."'
    cut = expected({"never": [{"says": "guarantee"}]}, said[1:], steps=steps)
    assert cut.passed  # planned, not played


def progress(at: float, number: int, value: str | None) -> PerceptSeen:
    task = TaskState("report", (Slot("postcode", value),))
    return PerceptSeen(at, Thought(at, number, Progress(task)))


def test_slots() -> None:
    others = (
        progress(1.8, 0, "AB1 2CD"),
        progress(2.8, 1, "XX9 9XX"),
        PerceptSeen(2.9, Thought(2.9, 0, Progress(None))),
        think(2.5, "abandoned", 1),
    )
    said = [Said(2.0, 9.0)]
    assert expected({"slots": {"postcode": "AB1 2CD"}}, said, others=others).passed
    bad = expected({"slots": {"postcode": "XX9 9XX"}}, said, others=others)
    assert (bad.passed, bad.at) == (False, 1.8)
    assert bad.message == "it is 'AB1 2CD'; wanted 'XX9 9XX'"
    none = expected({"slots": {"day": "Monday"}}, said, others=others)
    assert (none.passed, none.message) == (False, "it has no value; wanted 'Monday'")
