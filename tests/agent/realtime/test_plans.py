"""The plan that a client is told of, and when."""

from __future__ import annotations

from agent.realtime.plans import Plans
from agent.records import Decision, PerceptSeen
from policies.loading import load_policy
from system1.acts import Because
from system1.percepts import Thought
from system1.plan import Plan
from system1.questions import Slot, TaskState
from system1.thoughts import Planned, Progress, ThoughtContent

POLICY = load_policy("broadband")
OUTAGE = TaskState("report-outage", (Slot("postcode"),), asking="postcode")
ASKED = Plan("report-outage", "What is your postcode?", ("postcode",))
OWN = Plan("call back", None, ())


def thinks(number: int, content: ThoughtContent) -> PerceptSeen:
    return PerceptSeen(1.0, Thought(1.0, number, content))


def test_a_task_that_wants_something_is_the_plan() -> None:
    plans = Plans(POLICY)
    assert plans.record(thinks(1, Progress(OUTAGE)))
    assert plans.now == ASKED
    assert not plans.record(thinks(2, Progress(OUTAGE)))
    assert plans.record(thinks(3, Progress(None)))
    assert plans.now is None


def test_a_thought_that_is_dropped_planned_nothing() -> None:
    plans = Plans(POLICY)
    assert plans.record(thinks(1, Planned(OWN)))
    assert plans.record(thinks(2, Progress(OUTAGE)))
    assert plans.now == ASKED
    assert plans.record(Decision(1.2, "abandon", 2, Because("goes_on")))
    assert plans.now == OWN
