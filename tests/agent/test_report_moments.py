"""The report's evidence: what System 1 knew in each moment, from its own scene."""

from __future__ import annotations

from agent.figures import measure
from agent.records import CallEnded, Decision, Record
from agent.report import render_report
from agent.report.moments import contests, evidence_of
from agent.result import Result, sum_up
from agent.wording import wording
from policies.policy import Policy
from tests.agent.parsed_page import Page
from tests.stage import Stage, bot

POLICY = bot()


def call(policy: Policy = POLICY) -> list[Record]:
    stage = Stage(policy)
    end = stage.says(4.0, "i would like to")
    end = stage.says(end + 0.9, "change my address")
    stage.says(end + 2.0, "uh-huh")
    stage.hangs_up(15.0)
    return stage.play(20.0).records


def result(told: list[Record]) -> Result:
    return sum_up(told, measure(told, None, None), fidelity="text", wall_s=0.0)


def shown(told: list[Record], policy: Policy | None = POLICY) -> Page:
    return Page(render_report(told, result(told), None, None, policy=policy))


def test_each_pause_and_each_overlap_has_its_evidence() -> None:
    seen = shown(call())
    kinds = [one.classes[-1] for one in seen.all("moment")]
    assert kinds == ["m-pause", "m-pause", "m-overlap"]
    held, over, overlap = seen.all("moment")
    assert "the caller went on after 0.90 s" in held.text
    assert "unfinished: last word" in held.text
    assert "turn taken after" in over.text
    assert "uh-huh" in overlap.text
    assert "lets it pass" in overlap.text
    assert "max_backchannel" in overlap.text
    assert [one.tag for one in held.inside if one.tag == "svg"] == ["svg"]


def test_a_mark_on_the_time_line_leads_to_each() -> None:
    seen = shown(call())
    marks = seen.all("moment-mark")
    ids = [one.attributes["id"] for one in seen.all("moment")]
    assert [one.attributes["href"] for one in marks] == [f"#{name}" for name in ids]
    assert len(set(ids)) == 3
    assert seen.id("panel").tag == "div"
    assert all(one.attributes["aria-label"] for one in marks)


def test_the_numbers_are_those_of_the_decision() -> None:
    told = call()
    taken = next(one for one in told if isinstance(one, Decision) and one.do == "take_turn")
    given = dict(taken.because.evidence)
    (_, over, _) = evidence_of(told, POLICY, wording("en"))
    facts = dict(over.facts)
    assert facts["π, turn over, at the onset"] == f"{given['pi']:.2f}"
    assert facts["pauses learnt from"] == "1"
    weights = {round(one.value, 2) for one in over.weights}
    assert weights == {value for name, value in given.items() if name.startswith("w.")}


def test_an_act_tells_who_won_over_whom() -> None:
    told = call()
    taken = next(one for one in told if isinstance(one, Decision) and one.do == "take_turn")
    contest = contests(told, POLICY)[taken.at]
    assert contest.winner == "turn_end.end_of_turn"
    assert any(one.startswith("ending.limits +") for one in contest.others)
    assert "turn_end.end_of_turn" in next(iter(shown(told).all("a-take_turn"))).text


def test_without_a_policy_the_page_has_none() -> None:
    seen = shown(call(), None)
    assert seen.all("moment") == seen.all("moment-mark") == seen.all("contest") == []


def test_in_chinese_it_is_told_in_chinese() -> None:
    policy = bot(language="zh-CN", greeting="您好。")
    stage = Stage(policy)
    stage.says(4.0, "我 想 改 地址")
    stage.hangs_up(12.0)
    told = stage.play(15.0).records
    (pause,) = evidence_of(told, policy, wording("zh-CN"))
    assert pause.title == "我想改地址"
    assert "接过话轮" in pause.verdict
    assert {one.label for one in pause.weights} >= {"先验"}


def test_a_call_without_a_caller_has_no_moment() -> None:
    assert evidence_of([CallEnded(0.0, "error", "system", 0.0)], POLICY, wording("en")) == ()
