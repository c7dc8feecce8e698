"""Counterfactuals: what another policy would have done where the recorded one acted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agent.counterfactual import Moment, counterfactual, tally
from agent.following import What
from agent.records import Record
from agent.replay import diverges_at
from policies.changes import changed
from policies.policy import Policy
from tests.stage import Stage, bot

LADDER = [{"count": 1, "after": 7, "say": "Still there?"}]


def differing(records: Sequence[Record], own: Policy, *changes: str) -> list[Moment]:
    found = counterfactual(records, own, changed(own, changes))
    return [moment for moment in found.moments if moment.differs]


def asked(policy: Policy, text: str = "my internet connection is down") -> Stage:
    stage = Stage(policy)
    stage.says(4.0, text)
    return stage.play(30.0)


def paused(policy: Policy, pause_s: float) -> Stage:
    stage = Stage(policy)
    end = stage.says(4.0, "the light on the router")
    stage.says(end + pause_s, "is red")
    return stage.play(20.0)


def test_with_the_same_policy_no_moment_differs() -> None:
    for stage in (asked(bot(noinput=LADDER)), paused(bot(), 1.2)):
        policy = stage.call.policy
        assert differing(stage.records, policy) == []
        assert diverges_at(stage.records, policy) is None


@pytest.mark.parametrize("patience", ["0.5", "12"])
def test_the_end_of_a_turn_moves_as_in_a_call_held_so(patience: str) -> None:
    change = f"turn_taking.endpointing.patience={patience}"
    own = bot()
    [moment, *_] = differing(asked(own, "my internet").records, own, change)
    assert moment.what is What.PAUSE
    assert moment.exact
    held = asked(changed(own, [change]), "my internet")
    taken = held.first(lambda one: one.do == "take_turn").at
    assert moment.would.taken == pytest.approx(taken, abs=1e-3)
    said = next(one.at for one in held.decisions("say") if one.at > taken)
    assert moment.would.said == pytest.approx(said, abs=1e-3)


def test_patience_saves_a_cut_in_and_haste_makes_one() -> None:
    hasty = bot(turn_taking={"endpointing": {"patience": 0.05}})
    stage = paused(hasty, 0.9)
    [moment, *_] = differing(stage.records, hasty, "turn_taking.endpointing.patience=30")
    assert moment.resumed == pytest.approx(moment.at + 0.9, abs=1e-3)
    assert moment.cut_in(moment.was)
    assert not moment.cut_in(moment.would)

    patient = bot(turn_taking={"endpointing": {"patience": 30.0}})
    stage = paused(patient, 0.9)
    found = counterfactual(stage.records, patient, hasty)
    assert tally(found.moments, would=False).cut_ins == 0
    assert tally(found.moments, would=True).cut_ins == 1


def over_the_agent(policy: Policy) -> Stage:
    stage = Stage(policy)
    end = stage.says(4.0, "what is on my bill")
    stage.says(end + 2.0, "uh-huh")
    return stage.play(20.0)


def test_an_overlap_is_decided_from_its_own_scene() -> None:
    own = bot()
    records = over_the_agent(own).records
    change = "turn_taking.bargein.max_backchannel=0.1"
    [moment] = [one for one in differing(records, own, change) if one.what is What.OVERLAP]
    assert moment.was.dismissed is not None
    assert moment.was.yielded is None
    assert moment.would.yielded is not None
    assert moment.words == "uh-huh"
    held = over_the_agent(changed(own, [change])).first(lambda one: one.do == "stop")
    assert moment.would.yielded == pytest.approx(held.at, abs=1e-3)


def test_lines_that_would_be_others_are_told() -> None:
    own = bot(noinput=LADDER)
    stage = asked(own)
    found = differing(stage.records, own, "noinput.0.after=5", "noinput.0.say=Hello?")
    assert found
    assert {moment.what for moment in found} == {What.LINE}
    assert found[0].would.line == "Hello?"
    assert (found[0].was.said or 0) - (found[0].would.said or 0) == pytest.approx(2.0)


def test_a_rule_of_the_other_policy_answers_at_once() -> None:
    own = bot()
    rule = 'rules=[{id: down, when: {says: [connection is down]}, say: "I am sorry.", do: hang_up}]'
    [moment, *_] = differing(asked(own).records, own, rule)
    assert moment.would.line == "I am sorry."
    assert moment.would.taken == moment.was.taken


def test_only_what_comes_before_the_first_other_act_is_exact() -> None:
    own = bot(noinput=LADDER)
    records = asked(own).records
    found = counterfactual(records, own, changed(own, ["noinput.0.after=5"]))
    assert found.diverges is not None
    for moment in found.moments:
        assert moment.exact == (moment.at <= found.diverges)
    assert {moment.exact for moment in found.moments} == {True, False}
