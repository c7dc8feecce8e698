"""Stories of speech over the agent."""

from collections.abc import Mapping

import pytest

from system1.acts import Kind
from system1.percepts import Heard, SpeechStarted, SpeechStopped, Word
from system1.questions import AnswerKind, Question
from system1.thoughts import Asked, Done, Sentence
from tests.stage import Answers, Stage, bot

LONG = "Most faults are fixed within four hours, and we send you a message when it is done."


def answering(*lines: tuple[float, str], policy: Mapping[str, object] | None = None) -> Stage:
    """A call in which the agent's long answer begins at 5.76 s."""
    stage = Stage(bot(**(policy or {})), Answers(LONG, "I see."))
    stage.says(4.0, "when is it fixed")
    for at, text in lines:
        stage.says(at, text)
    return stage


def test_a_real_interruption_stops_the_agent() -> None:
    stage = answering((7.0, "no wait that is wrong")).play(20.0)
    answer = stage.utterances()[1]
    assert answer.cut
    assert answer.end - 7.0 <= 0.5
    assert LONG.startswith(answer.heard)
    assert stage.first(lambda one: one.do == "stop").because.rule == "bargein.words"
    assert {"SYSTEM>BOTH_S", "BOTH_S>USER"} <= set(stage.floors())
    heard = [turn.text for turn in stage.mind.briefs[1].turns if turn.who == "agent"]
    assert heard[-1] == answer.heard.strip()


@pytest.mark.parametrize("word", ["uh-huh", "mm-hm", "right", "okay", "yeah"])
def test_a_backchannel_keeps_the_agent_talking(word: str) -> None:
    stage = answering((7.0, word)).play(20.0)
    answer = stage.utterances()[1]
    assert not answer.cut
    assert answer.heard == LONG
    assert [one.do for one in stage.decisions() if one.to == 2] == ["say", "duck", "resume"]
    assert len(stage.mind.briefs) == 1


def reads(stage: Stage, at: float, *readings: tuple[float, str], until: float) -> Stage:
    """Speech from ``at`` to ``until`` (s) over the agent, read now so and then so."""
    stage.script.add(SpeechStarted(at + 0.04, at))
    for after, text in readings:
        words = tuple(Word(one, at, at + after, False) for one in text.split())
        stage.script.add(Heard(at + after, 7, words, False, 1.0))
    stage.script.add(SpeechStopped(until + 0.2, until))
    stage.script.add(Heard(until + 0.24, 7, words, True, 1.0))
    return stage


def test_what_hardly_anybody_interrupts_with_may_become_a_backchannel() -> None:
    read = ((0.14, "for"), (0.27, "for i"), (0.36, "right"))
    stage = reads(answering(), 7.0, *read, until=7.45).play(20.0)
    assert not stage.utterances()[1].cut
    assert stage.first(lambda one: one.do == "resume").because.rule == "backchannel"


def test_if_it_does_not_it_interrupts_after_all() -> None:
    read = ((0.14, "for"), (0.27, "for i"), (0.45, "for i said no"))
    stage = reads(answering(), 7.0, *read, until=7.9).play(20.0)
    stopped = stage.first(lambda one: one.do == "stop")
    assert stopped.because.rule == "bargein.words"
    assert stopped.at - 7.0 == pytest.approx(0.5, abs=0.02)


def test_a_cough_keeps_the_agent_talking() -> None:
    stage = answering()
    stage.makes_noise(7.0, 0.4)
    stage.play(20.0)
    assert not stage.utterances()[1].cut
    assert stage.first(lambda one: one.do == "resume").because.rule == "noise"


def test_a_long_backchannel_is_none() -> None:
    stage = answering((7.0, "okay okay okay okay")).play(20.0)
    assert stage.utterances()[1].cut
    assert stage.first(lambda one: one.do == "stop").because.rule == "bargein.long"


def test_after_a_false_alarm_the_agent_goes_on_from_the_word_where_it_stopped() -> None:
    stage = answering()
    stage.makes_noise(7.0, 0.9)
    stage.play(30.0)
    stopped, resumed = stage.utterances()[1:3]
    assert stopped.cut
    assert resumed.because.rule == "false_bargein"
    assert stopped.heard.split() + resumed.heard.split() == LONG.split()
    assert resumed.kind is stopped.kind
    assert resumed.start - 7.9 == pytest.approx(1.22, abs=0.01)
    assert len(stage.mind.briefs) == 1


def test_hotword_mode_stops_for_the_hotword_alone() -> None:
    hotword = {"turn_taking": {"bargein": {"type": "hotword", "hotwords": ["stop"]}}}
    talked = answering((7.0, "that is not what i meant"), policy=hotword).play(20.0)
    assert not talked.utterances()[1].cut
    stopped = answering((7.0, "please stop now"), policy=hotword).play(20.0)
    assert stopped.utterances()[1].cut


def test_a_disclosure_is_said_to_its_end_and_the_words_are_kept() -> None:
    policy = bot(
        disclosures=[{"id": "rec", "say": "This call may be recorded for training purposes."}]
    )
    stage = Stage(policy)
    stage.says(2.0, "my line is down")
    stage.play(20.0)
    disclosure = stage.utterances()[1]
    assert disclosure.kind is Kind.DISCLOSURE
    assert not disclosure.cut
    assert stage.mind.briefs[0].said == "my line is down"


def test_a_greeting_cut_short_does_not_cost_the_disclosure() -> None:
    policy = bot(
        greeting="Hello, this is Anna from Northwind Broadband, how can I help you today?",
        disclosures=[{"id": "rec", "say": "This call may be recorded."}],
    )
    stage = Stage(policy)
    stage.says(1.0, "my line is down again")
    stage.play(20.0)
    assert [one.kind for one in stage.utterances()][:3] == [
        Kind.GREETING,
        Kind.DISCLOSURE,
        Kind.REPLY,
    ]
    assert stage.utterances()[0].cut


def test_a_yes_at_the_end_of_a_question_is_an_answer() -> None:
    question = Question(AnswerKind.YES_NO, "postcode")
    asks = (Asked(question), Sentence("I have four two one nine. Is that right?"), Done())
    stage = Stage(bot(), Answers(asks, "Thank you."))
    stage.says(4.0, "it is four two one nine")
    stage.says(7.9, "yeah")
    stage.play(20.0)
    assert [brief.said for brief in stage.mind.briefs] == ["it is four two one nine", "yeah"]


def test_a_farewell_interrupted_does_not_hang_up() -> None:
    policy = bot(
        rules=[
            {
                "id": "bye",
                "when": {"says": ["goodbye"]},
                "say": "Thank you very much for calling Northwind Broadband today. Goodbye.",
                "do": "hang_up",
            }
        ]
    )
    stage = Stage(policy)
    stage.says(4.0, "goodbye")
    stage.says(6.0, "wait one more question")
    stage.play(12.0)
    assert stage.call.ended is None
    assert stage.mind.briefs[0].said == "wait one more question"
