"""Tuning: labels from what is known, a stated cost, and nothing kept that is only chance."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.recorded import RecordedCall
from agent.records import CallOpened
from policies.policy import Policy
from policies.timing import Endpointing
from scenarios.laboratory.labelled import LabelledCall, recorded_call
from scenarios.laboratory.pricing import Prices, Pricing
from scenarios.laboratory.tuning import TooLittle, candidates, split, tune
from system1.endpointing import annoyance
from tests.stage import Stage, bot

OWN = bot()


def held(policy: Policy, pause_s: float, name: str = "x") -> LabelledCall:
    """A call with a pause in a turn, an end, a backchannel and an interruption."""
    stage = Stage(policy)
    end = stage.says(4.0, "i would like to")
    end = stage.says(end + pause_s, "change my address")
    end = stage.says(end + 2.0, "uh-huh")
    stage.hangs_up(25.0)
    stage.play(30.0)
    assert isinstance(stage.records[0], CallOpened)
    return recorded_call(name, RecordedCall(Path(name), tuple(stage.records), policy))


@pytest.fixture(scope="module")
def calls() -> list[LabelledCall]:
    return [held(OWN, 0.5 + 0.1 * n, f"call-{n}") for n in range(9)]


def test_what_the_caller_did_labels_a_recorded_call() -> None:
    call = held(OWN, 0.8)
    assert [one.ends for one in call.silences] == [False, True]
    assert call.silences[0].silence.until == pytest.approx(6.0)
    assert [one.yields for one in call.overlaps] == [False]


def test_a_cut_in_that_happened_is_a_hold_all_the_same() -> None:
    hasty = bot(turn_taking={"endpointing": {"patience": 0.05}})
    call = held(hasty, 0.7)
    assert [one.ends for one in call.silences] == [False, True]
    assert Pricing(Prices()).bill([call], hasty).cut_ins == 1


def test_the_bill_adds_up() -> None:
    bill = Pricing(Prices(cut_in=4.0)).bill([held(OWN, 0.8)], OWN)
    assert (bill.ends, bill.holds, bill.others, bill.interruptions) == (1, 1, 1, 0)
    assert bill.delay_s is not None
    long_wait = OWN.turn_taking.endpointing.long_wait
    wait, cut_in = (annoyance(one, long_wait) for one in (bill.delay_s, 4.0))
    assert bill.cost == pytest.approx(wait + cut_in * bill.cut_ins)


def test_an_early_answer_to_unsettled_words_has_its_price() -> None:
    call = held(OWN, 0.8)
    early = bot(turn_taking={"endpointing": {"words_settle": 0.1}})
    pricing = Pricing(Prices(unsettled=9.0))
    assert pricing.bill([call], early).unsettled == 1
    assert pricing.bill([call], early).cost > pricing.bill([call], OWN).cost


def test_a_third_is_held_out_whatever_the_order(calls: list[LabelledCall]) -> None:
    tuning, held_out = split(calls)
    assert (len(tuning), len(held_out)) == (6, 3)
    assert split(calls[::-1]) == (tuning, held_out)


@pytest.mark.slow
def test_tuning_mends_bad_numbers_and_is_reproducible(calls: list[LabelledCall]) -> None:
    slow = bot(turn_taking={"endpointing": {"min_silence": 1.5}})
    found = tune(slow, calls, Prices())
    assert found.kept
    assert ("endpointing", "min_silence") in [field for field, _, _ in found.changes]
    assert found.tuning[1].cost < found.tuning[0].cost
    assert found.held_out[1].cost < found.held_out[0].cost
    assert found.left == (
        "bargein is left as it is: 0 interruptions and 6 backchannels and noises to tune by, "
        "at least 4 of each are needed",
    )
    again = tune(slow, calls, Prices())
    assert again.changes == found.changes
    assert again.gain == found.gain


@pytest.mark.slow
def test_good_numbers_are_left_alone(calls: list[LabelledCall]) -> None:
    good = tune(bot(turn_taking={"endpointing": {"min_silence": 1.5}}), calls, Prices()).policy
    found = tune(good, calls, Prices())
    assert not found.kept
    assert found.changes == ()


@pytest.mark.slow
def test_patience_is_the_price_of_a_cut_in(calls: list[LabelledCall]) -> None:
    found = tune(OWN, calls, Prices(cut_in=6.0))
    assert (("endpointing", "patience"), 3.0, 6.0) in found.changes


def test_too_few_calls_are_refused(calls: list[LabelledCall]) -> None:
    with pytest.raises(TooLittle, match="5 calls have moments"):
        tune(OWN, calls[:5], Prices())
    empty = [LabelledCall(f"{n}", one.silences[1:], ()) for n, one in enumerate(calls)]
    with pytest.raises(TooLittle, match="0 pauses to tune by"):
        tune(OWN, empty, Prices())


@pytest.mark.slow
def test_what_the_policy_would_refuse_is_not_tried(calls: list[LabelledCall]) -> None:
    short = bot(turn_taking={"endpointing": {"min_silence": 2.0, "max_silence": 2.0}})
    numbers = tune(short, calls, Prices()).policy.turn_taking.endpointing
    assert Endpointing.model_validate(dict(numbers)) == numbers
    assert numbers.min_silence < 2.0


def test_candidates_are_round_and_new() -> None:
    assert candidates(0.7, (0.4, 1.0, 1.001, 1.8)) == [0.28, 1.26]
