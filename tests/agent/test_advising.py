"""The adviser at the edge: what is charged, what is late, and that live nothing waits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agent.advice_figures import AdviceFigures, advice_figures
from agent.advising import Advising
from agent.journal import from_json, to_json
from agent.records import CallerTurn, Decision, PerceptSeen, Record
from agent.replay import replay
from agent.wordwise import WordConversation
from policies.advising import Matter
from policies.loading import load_policy
from system1.acts import Because, Consult
from system1.consultation import ADVISER, Moment
from system1.percepts import Completion, Judged, SpeechStarted, Unadvised
from tests.advisers import TERMS, Mute, Rules, advising
from tests.stage import bot, speech

ASK = Consult(1, Matter.DONE, Moment("my number is", "free", "Hello.", "en", 5.4), Because("x"))
OVER = Consult(
    2, Matter.OVERLAP, Moment("the blue", "free", "Most faults", "en", 7.0), Because("x")
)


async def test_virtual_time_charges_the_declared_latency() -> None:
    edge = advising(Rules(lambda consult: 0.9), takes_s=0.1)
    edge.start(ASK, 5.6)
    await edge.settle()
    assert edge.next_due() == pytest.approx(5.7)
    assert edge.take(5.69) is None
    assert edge.take(5.7) == Completion(5.7, ADVISER, 0.9, 5.4)
    assert edge.next_due() is None


async def test_both_matters_may_be_open_at_once() -> None:
    edge = advising(Rules(lambda consult: 0.25))
    edge.start(ASK, 5.6)
    edge.start(OVER, 5.6)
    await edge.settle()
    said = (("interrupts", 0.25), ("listens", 0.75), ("aside", 0.0))
    assert [edge.take(6.0), edge.take(6.0), edge.take(6.0)] == [
        Completion(6.0, ADVISER, 0.25, 5.4),
        Judged(6.0, 2, Matter.OVERLAP, said),
        None,
    ]


async def test_a_newer_question_replaces_the_one_under_way() -> None:
    edge = advising(Rules(lambda consult: len(consult.moment.caller) / 100))
    edge.start(ASK, 5.6)
    await edge.settle()
    edge.start(replace(ASK, consult=3, moment=replace(ASK.moment, caller="no")), 5.62)
    await edge.settle()
    assert edge.take(6.0) == Completion(6.0, ADVISER, 0.02, 5.4)
    assert edge.take(6.0) is None


@pytest.mark.parametrize(
    "said",
    [{}, {"done": 0.5}, {"done": 1.5, "goes_on": 0}, {"done": float("nan"), "goes_on": 0.5}],
)
async def test_no_probabilities_are_no_answer(said: Mapping[str, float]) -> None:
    class Odd(Rules):
        async def ask(self, consult: Consult) -> Mapping[str, float]:
            return said

    edge = advising(Odd(lambda consult: 0.0))
    edge.start(ASK, 5.6)
    await edge.settle()
    assert edge.take(6.0) == Unadvised(6.0, 1, "failed")


async def test_live_nothing_waits_and_an_answer_comes_when_it_comes() -> None:
    edge = Advising(Rules(lambda consult: 0.9), "live", 5.0)
    edge.start(ASK, 5.6)
    await edge.settle()
    assert edge.next_due() is None, "settling waits for nobody"
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert edge.next_due() == 0.0
    assert edge.take(5.61) == Completion(5.61, ADVISER, 0.9, 5.4)
    await edge.close()


async def test_live_an_answer_that_was_fetched_too_late_is_late() -> None:
    edge = Advising(Rules(lambda consult: 0.9), "live", 0.15)
    edge.start(ASK, 5.6)
    await asyncio.wait(edge._background)
    assert edge.take(5.9) == Unadvised(5.9, 1, "late")
    await edge.close()


async def test_closing_drops_what_is_under_way() -> None:
    mute = Mute()
    edge = Advising(mute, "live", 5.0)
    edge.start(ASK, 5.6)
    await asyncio.sleep(0)
    assert mute.asked == [ASK]
    await edge.close()
    assert mute.closed
    assert edge.next_due() is None


@pytest.mark.parametrize(
    "percept",
    [
        Completion(5.7, ADVISER, 0.9, 5.4),
        Judged(7.2, 2, Matter.OVERLAP, (("interrupts", 0.9), ("listens", 0.1))),
        Unadvised(7.2, 2, "failed"),
    ],
)
def test_percepts_come_back_from_the_journal(percept: Completion | Judged | Unadvised) -> None:
    record = PerceptSeen(percept.at, percept)
    assert from_json(to_json(record)) == record


POLICY = """\
policy: advised
persona: {name: A}
greeting: Hello there.
adviser: {url: "http://127.0.0.1:9", model: m}
"""


async def test_a_recorded_call_replays_without_its_adviser(tmp_path: Path) -> None:
    policy = tmp_path / "advised.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    chosen = load_policy(str(policy))
    adviser = Rules(lambda consult: 0.95)
    opened = WordConversation.open(chosen, out=tmp_path / "call", adviser=adviser, advice=0.05)
    async with opened as call:
        percepts, _ = speech(4.0, "i would like to know about the", 0)
        call.expect_percepts(percepts)
        await call.advance(15.0)
    assert len(adviser.asked) == 1
    assert adviser.closed
    assert replay(tmp_path / "call" / "events.jsonl", policy) == []
    assert advice_figures(call.journal) == AdviceFigures(1, 1, 0, 0, 1)


async def test_an_adviser_without_a_section_in_the_policy_is_never_asked() -> None:
    adviser = Rules(lambda consult: 0.95)
    async with WordConversation.open(bot(), adviser=adviser) as call:
        percepts, _ = speech(4.0, "i would like to know about the", 0)
        call.expect_percepts(percepts)
        await call.advance(9.0)
    assert adviser.asked == []
    assert advice_figures(call.journal) is None


async def test_a_server_that_is_not_there_is_asked_in_vain(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with WordConversation.open(bot(adviser=TERMS | {"url": "http://127.0.0.1:9"})) as call:
        percepts, _ = speech(4.0, "i would like to know about the", 0)
        call.expect_percepts(percepts)
        await call.advance(9.0)
    assert advice_figures(call.journal) == AdviceFigures(1, 0, 0, 1, 0)
    assert "adviser.no_answer" in capsys.readouterr().err


def decided(at: float, do: str, number: int, rule: str, **evidence: float) -> Decision:
    return Decision(at, do, number, Because(rule, tuple(evidence.items())))


def seen(percept: Completion | Judged | Unadvised | SpeechStarted) -> PerceptSeen:
    return PerceptSeen(percept.at, percept)


ASKED = decided(5.6, "consult", 1, "adviser.done")
ASKED_OVER = decided(7.3, "consult", 2, "adviser.overlap")
ANSWER = seen(Completion(5.7, ADVISER, 0.9, 5.4))
JUDGED = seen(Judged(7.4, 2, Matter.OVERLAP, (("interrupts", 0.9),)))


@pytest.mark.parametrize(
    ("records", "figures"),
    [
        ([ASKED, ANSWER], (1, 1, 0, 0, 0)),
        ([ASKED, ANSWER, decided(5.7, "heed", 1, "adviser.sooner")], (1, 1, 0, 0, 1)),
        ([ASKED, seen(SpeechStarted(5.65, 5.6)), ANSWER], (1, 0, 1, 0, 0)),
        ([ASKED, CallerTurn(5.65, 5.0, 5.4, "x"), ANSWER], (1, 0, 1, 0, 0)),
        ([ASKED, seen(Unadvised(5.75, 1, "late"))], (1, 0, 1, 0, 0)),
        ([ASKED, seen(Unadvised(5.75, 1, "failed"))], (1, 0, 0, 1, 0)),
        ([ASKED], (1, 0, 1, 0, 0)),
        ([ASKED_OVER, JUDGED], (1, 1, 0, 0, 0)),
        (
            [ASKED_OVER, replace(ASKED_OVER, to=3), JUDGED],
            (2, 0, 2, 0, 0),
        ),
        (
            [ASKED_OVER, JUDGED, decided(7.4, "stop", 2, "b", speech_s=0.4, unadvised_s=0.7)],
            (1, 1, 0, 0, 1),
        ),
        (
            [ASKED_OVER, JUDGED, decided(7.8, "stop", 2, "b", speech_s=0.8, unadvised_s=0.7)],
            (1, 1, 0, 0, 0),
        ),
        (
            [ASKED_OVER, JUDGED, decided(8.0, "disregard", 0, "b", speech_s=0.8, unadvised_s=0.7)],
            (1, 1, 0, 0, 1),
        ),
    ],
)
def test_the_figures(records: list[Record], figures: tuple[int, int, int, int, int]) -> None:
    assert advice_figures(records) == AdviceFigures(*figures)
