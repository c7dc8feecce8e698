"""The embedded mind with a tool: asks leave, uses it, sets out, reports; the same every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from policies.policy import Policy
from system1.brief import Brief, Turn
from system1.errands import Errand, Outcome, Proposal
from system1.questions import AnswerKind, Question, Slot, TaskState
from system1.thoughts import (
    Advice,
    Asked,
    Done,
    NotUnderstood,
    Progress,
    Propose,
    Sentence,
    SetOut,
    ThoughtContent,
    Unready,
)
from system2.desk import Json, ToolSpec
from system2.grounded import Grounded
from system2.talker import Talker
from system2.tools.answers import compact
from system2.tools.declared import declared
from tests.system2.chat.fakes import DOWN, Recited
from tests.system2.talking import WEDNESDAY

NUMBER = {
    "type": "object",
    "properties": {"number": {"type": "string"}, "amount": {"type": "number"}},
    "required": ["number"],
}
PARCEL = {"slot": "parcel", "ask": "Which number?", "type": {"digits": 4}}
POLICY = Policy.model_validate(
    {
        "policy": "parcels",
        "persona": {"name": "Anna"},
        "greeting": "Hello.",
        "tools": [
            {"id": "track", "description": "Tracks.", "python": "a:b", "parameters": NUMBER},
            {"id": "refund", "description": "Pays.", "python": "a:b", "parameters": NUMBER}
            | {"side_effects": True, "confirm": "Shall I refund {number}, {amount} pounds?"},
            {"id": "book", "description": "Books.", "python": "a:b", "parameters": NUMBER}
            | {"side_effects": True, "confirm": None},
        ],
        "tasks": [
            {
                "id": "track-parcel",
                "when": {"says": ["track my parcel"]},
                "collect": [PARCEL],
                "then": {
                    "use": {"tool": "track", "with": {"number": "{parcel}"}},
                    "say": "Number {parcel} is in {tool.at.city}, and comes {tool.day}.",
                },
            },
            {
                "id": "refund",
                "when": {"says": ["a refund"]},
                "collect": [PARCEL],
                "then": {
                    "use": {"tool": "refund", "with": {"number": "{parcel}", "amount": 4.5}},
                    "say": "Refunded.",
                    "failed": "I could not refund it.",
                    "do": "hang_up",
                },
            },
            {
                "id": "book",
                "when": {"says": ["a courier"]},
                "collect": [PARCEL],
                "then": {
                    "use": {"tool": "book", "with": {"number": "N{parcel}"}},
                    "say": "Booked: {tool}.",
                },
            },
        ],
        "knowledge": [
            {"id": "hours", "asks": ["when are you open"], "answer": "From eight to six."}
        ],
    }
)
ANSWER = '{"at":{"city":"Leeds"},"day":"2026-03-03"}'
TOLD = "Number 4, 7, 1, 1 is in Leeds, and comes Tuesday the third of March."


@dataclass
class Tools:
    """A desk whose tools answer what the test says: text, None for a failure, or go on."""

    answer: str | None = ANSWER
    long: bool = False
    announce: str | None = None
    used: list[tuple[str, Mapping[str, Json]]] = field(default_factory=list)

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        return declared(POLICY)

    async def use(self, tool: str, arguments: Mapping[str, Json]) -> Outcome | Errand:
        self.used.append((tool, arguments))
        errand = Errand(len(self.used), tool, compact(dict(arguments)), self.announce)
        if self.long:
            return errand
        return Outcome(errand, self.answer is not None, self.answer or "down")

    async def caller_audio(self) -> bytes | None:
        return None


async def think(desk: Tools, said: str, **brief: Any) -> list[ThoughtContent]:
    turns = brief.pop("turns", (Turn("caller", said, 0.0, 1.0),))
    mind = Grounded(POLICY, today=WEDNESDAY)
    told = Brief(said, turns, **brief)
    thoughts = [one async for one in mind.think(told, desk)]
    again = Tools(desk.answer, desk.long, desk.announce)
    assert [one async for one in mind.think(told, again)] == thoughts
    if not any(isinstance(one, NotUnderstood) for one in thoughts):
        # What the policy's own tasks do with their tools, a mind with a model does alike, alone.
        model = Recited([[DOWN]])
        talker = Talker(POLICY, [model], today=WEDNESDAY)
        alone = Tools(desk.answer, desk.long, desk.announce)
        assert [one async for one in talker.think(told, alone)] == thoughts
        assert model.requests == []
    assert isinstance(thoughts[-1], Done)
    return thoughts


def spoken(thoughts: list[ThoughtContent]) -> str:
    return " ".join(one.text for one in thoughts if isinstance(one, Sentence))


def only(thoughts: list[ThoughtContent], kind: type[Any]) -> Any:
    found = [one for one in thoughts if isinstance(one, kind)]
    assert len(found) == 1
    return found[0]


def whole(task: str) -> TaskState:
    return TaskState(task, (Slot("parcel", "4711", True),))


def proposed(amount: float = 4.5) -> Proposal:
    return Proposal("refund", compact({"number": "4711", "amount": amount}), "Shall I refund?")


async def test_a_short_look_up_is_told_at_once() -> None:
    desk = Tools()
    thoughts = await think(desk, "track my parcel four seven one one")
    assert spoken(thoughts) == TOLD
    assert desk.used == [("track", {"number": "4711"})]
    assert only(thoughts, Progress).task == whole("track-parcel")
    assert only(thoughts, Sentence).cites == ("track-parcel", "track")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "[]",
        "no json",
        '{"day":"today"}',
        '{"at":{"city":null},"day":"today"}',
        '{"at":{"city":{"x":1}},"day":"today"}',
        '{"at":{"city":true},"day":"today"}',
        '{"at":{"city":"..."},"day":"today"}',
        '{"at":{"city":"' + "x" * 400 + '"},"day":"today"}',
    ],
)
async def test_what_cannot_be_told_counts_as_failed(answer: str | None) -> None:
    thoughts = await think(Tools(answer), "track my parcel four seven one one")
    assert spoken(thoughts).startswith("I'm sorry, that did not work just now.")
    assert only(thoughts, Asked).question == Question(AnswerKind.YES_NO)


async def test_an_answer_is_no_template() -> None:
    answer = '{"at":{"city":"{parcel} {tool.day}\\nLeeds"},"day":3}'
    thoughts = await think(Tools(answer), "track my parcel four seven one one")
    assert spoken(thoughts) == "Number 4, 7, 1, 1 is in parcel tool.day Leeds, and comes 3."


async def test_what_needs_leave_is_asked_for() -> None:
    desk = Tools()
    thoughts = await think(desk, "a refund please for four seven one one", speculative=True)
    ask = "Shall I refund 4, 7, 1, 1, 4.5 pounds?"
    assert spoken(thoughts) == ask
    proposal = only(thoughts, Propose).proposal
    assert proposal == Proposal("refund", '{"amount":4.5,"number":"4711"}', ask)
    assert only(thoughts, Asked).question == Question(AnswerKind.YES_NO)
    assert desk.used == []
    assert not any(isinstance(one, Advice) for one in thoughts)


async def test_with_leave_it_is_done() -> None:
    desk = Tools()
    thoughts = await think(desk, "yes please", proposed=proposed(), task=whole("refund"))
    assert spoken(thoughts) == "Refunded."
    assert desk.used == [("refund", {"number": "4711", "amount": 4.5})]
    assert only(thoughts, Advice).do == "hang_up"
    failed = await think(Tools(None), "yes", proposed=proposed(), task=whole("refund"))
    assert spoken(failed) == "I could not refund it."
    assert not any(isinstance(one, Advice) for one in failed), "it hangs up only when it is done"


@pytest.mark.parametrize("said", ["no thank you", "no", "forget it"])
async def test_without_leave_it_is_not(said: str) -> None:
    desk = Tools()
    thoughts = await think(desk, said, proposed=proposed(), task=whole("refund"))
    assert desk.used == []
    assert spoken(thoughts).startswith("All right, I")
    assert not any(isinstance(one, Propose) for one in thoughts)


async def test_nothing_is_done_before_the_caller_has_finished() -> None:
    desk = Tools()
    for thoughts in (
        await think(desk, "yes", proposed=proposed(), speculative=True),
        await think(desk, "a courier for four seven one one", speculative=True),
    ):
        assert thoughts == [Unready(), Done()]
    assert desk.used == []
    booked = await think(Tools('"B 7"'), "a courier for four seven one one")
    assert spoken(booked) == "Booked: B 7."


@pytest.mark.parametrize(
    ("said", "before"),
    [("when are you open", "From eight to six. "), ("what was that", "")],
)
async def test_a_question_in_between_leaves_it_open(said: str, before: str) -> None:
    thoughts = await think(Tools(), said, proposed=proposed(), task=whole("refund"))
    assert spoken(thoughts) == f"{before}Shall I refund?"
    assert only(thoughts, Propose).proposal == proposed()


async def test_a_correction_is_asked_anew() -> None:
    desk = Tools()
    state = whole("refund")
    said = "no the number is four seven one two"
    turns = (Turn("caller", said, 0.0, 1.0),)
    thoughts = await think(desk, said, proposed=proposed(), task=state, turns=turns)
    assert only(thoughts, Propose).proposal.arguments == '{"amount":4.5,"number":"4712"}'
    assert desk.used == []


async def test_what_makes_no_sense_is_left_to_the_nomatch_ladder() -> None:
    desk = Tools()
    thoughts = await think(desk, "purple elephants dancing", proposed=proposed())
    assert spoken(thoughts) == ""
    assert desk.used == []


# Long ones


@pytest.mark.parametrize(
    ("announce", "said"),
    [
        ("Let me ask.", "Let me ask."),
        (None, "This takes a moment. I'll tell you as soon as I know."),
    ],
)
async def test_a_long_one_is_announced(announce: str | None, said: str) -> None:
    desk = Tools(long=True, announce=announce)
    thoughts = await think(desk, "track my parcel four seven one one")
    assert spoken(thoughts) == said
    errand = only(thoughts, SetOut).errand
    assert errand == Errand(1, "track", '{"number":"4711"}', announce)
    known = await think(
        Tools(long=True, announce=announce),
        "track my parcel four seven one one",
        errands=(errand,),
    )
    assert spoken(known) == said
    assert not any(isinstance(one, SetOut) for one in known), "System 1 has it already"


def news(ok: bool = True, tool: str = "track", text: str = ANSWER) -> Outcome:
    return Outcome(Errand(1, tool, '{"number":"4711"}'), ok, text)


async def test_news_is_told_of_its_own_accord() -> None:
    thoughts = await think(Tools(), "", turns=(), news=(news(),))
    assert spoken(thoughts) == TOLD
    failed = await think(Tools(), "", turns=(), news=(news(False, text="late"),))
    assert spoken(failed).startswith("I'm sorry, that did not work")
    nothing = await think(Tools(), "", turns=(), news=(news(tool="unknown"),))
    assert spoken(nothing) == ""


async def test_then_what_was_open_is_asked_again() -> None:
    asking = TaskState("refund", (Slot("parcel"),), "parcel")
    thoughts = await think(Tools(), "", turns=(), news=(news(),), task=asking)
    assert spoken(thoughts) == f"{TOLD} Which number?"
    assert only(thoughts, Asked).question == Question(AnswerKind.DIGITS, "parcel", 4)
    waiting = await think(Tools(), "", turns=(), news=(news(),), proposed=proposed())
    assert spoken(waiting) == f"{TOLD} Shall I refund?"
    assert only(waiting, Propose).proposal == proposed()


async def test_what_the_caller_said_is_answered_first() -> None:
    thoughts = await think(Tools(), "when are you open", news=(news(),))
    assert spoken(thoughts) == f"From eight to six. {TOLD}"
    asked = await think(Tools(), "i want a refund", news=(news(),))
    assert spoken(asked) == f"{TOLD} Which number?"
    leaving = await think(Tools(), "goodbye", news=(news(),))
    assert spoken(leaving) == f"{TOLD} Thank you for calling. Goodbye."
