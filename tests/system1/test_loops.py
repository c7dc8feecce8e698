"""Loops are broken; honest tries are not."""

from __future__ import annotations

from collections.abc import Sequence

from agent.records import CallerTurn
from policies.policy import Policy
from system1.acts import Kind
from system1.questions import AnswerKind, Question, Slot, TaskState
from system1.thoughts import (
    Asked,
    Clarify,
    Done,
    NotUnderstood,
    Progress,
    Sentence,
    ThoughtContent,
)
from tests.stage import Answers, Stage, bot

LADDER = [
    {"count": 1, "say": "Sorry?"},
    {"count": 9, "say": "Let me get a colleague.", "do": "transfer", "to": "desk"},
]


def said(made: Stage) -> list[str]:
    return [one.text for one in made.utterances()[1:]]


def talk(policy: Policy, answers: Sequence[Sequence[ThoughtContent] | str], turns: int) -> Stage:
    made = Stage(policy, Answers(*answers))
    for turn in range(turns):
        made.says(4.0 + 7.0 * turn, f"this is line {turn}")
    return made.play(8.0 + 7.0 * turns)


def test_the_same_reply_is_not_said_a_fourth_time() -> None:
    made = talk(bot(), ["What do you mean?"], 6)
    assert said(made)[:3] == ["What do you mean?"] * 3
    assert made.utterances()[4].because.rule == "loop"
    assert ("times", 3) in made.utterances()[4].because.evidence
    assert made.utterances()[4].kind is Kind.FAREWELL
    assert made.call.ended == "agent_hung_up"


def test_a_loop_is_handed_over_where_the_ladder_leads() -> None:
    policy = bot(nomatch=LADDER, transfer={"desk": "sip:x"}, turn_taking={"max_repeats": 2})
    made = talk(policy, ["What do you mean?"], 5)
    assert said(made) == ["What do you mean?"] * 2 + ["Let me get a colleague."]
    assert made.call.ended == "transferred"


def test_without_a_farewell_the_call_just_ends() -> None:
    made = talk(bot(farewell=None, nomatch=[]), ["What do you mean?"], 6)
    assert said(made) == ["What do you mean?"] * 3
    assert made.call.ended == "agent_hung_up"


def test_lines_that_take_turns_are_a_loop_as_well() -> None:
    made = talk(bot(), ["Which one?", (Clarify("The first?"), Done())] * 6, 9)
    assert said(made)[:6] == ["Which one?", "The first?"] * 3
    assert made.utterances()[7].because.rule == "loop"


def test_a_reply_in_several_sentences_is_recognised_by_its_beginning() -> None:
    made = talk(bot(), [(Sentence("Well."), Sentence("What do you mean?"), Done())], 6)
    assert [one.because.rule for one in made.utterances()[1:]] == ["reply"] * 3 + ["loop"]


def test_a_ladder_that_leads_nowhere_ends_as_well() -> None:
    made = talk(bot(nomatch=LADDER[:1]), [(NotUnderstood("no match"), Done())], 7)
    assert said(made)[:3] == ["Sorry?"] * 3
    assert made.utterances()[4].because.rule == "loop"
    assert made.call.ended == "agent_hung_up"


def test_a_ladder_that_leads_somewhere_climbs_by_itself() -> None:
    policy = bot(nomatch=LADDER, transfer={"desk": "sip:x"})
    made = talk(policy, [(NotUnderstood("no match"), Done())], 9)
    assert said(made) == ["Sorry?"] * 8 + ["Let me get a colleague."]


def test_other_tries_at_a_slot_are_no_loop() -> None:
    def ask(attempts: int) -> Sequence[ThoughtContent]:
        state = TaskState("outage", (Slot("postcode", attempts=attempts),), "postcode")
        question = Question(AnswerKind.SPELLING, "postcode")
        return (Asked(question), Progress(state), Sentence("What is your postcode?"), Done())

    made = talk(bot(), [ask(n) for n in range(6)], 6)
    assert said(made)[:6] == ["What is your postcode?"] * 6
    stuck = talk(bot(), [ask(0)], 6)
    assert [one.because.rule for one in stuck.utterances()[1:]] == ["reply"] * 3 + ["loop"]


def test_different_answers_may_come_back() -> None:
    answers = ["One.", "Two.", "Three.", "Four.", "One.", "Five.", "Six.", "One.", "Seven."]
    made = talk(bot(), answers, 9)
    assert {one.because.rule for one in made.utterances()[1:]} <= {"reply", "noinput"}
    assert len([one for one in made.records if isinstance(one, CallerTurn)]) == 9
