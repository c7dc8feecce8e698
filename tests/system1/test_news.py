"""What comes in while nobody asks: told of the agent's own accord, at the right moment."""

from __future__ import annotations

from agent.records import ThinkDone
from system1.acts import Kind
from system1.errands import Errand, Outcome
from system1.percepts import Returned
from system1.thoughts import Asked, Done, Failed, Sentence, SetOut
from tests.stage import Answers, Stage, bot

ERRAND = Errand(1, "track", '{"number": "12"}', "I am looking it up.")
SETS_OUT = (Asked(None), SetOut(ERRAND), Sentence("I am looking it up."), Done())
TOLD = (Asked(None), Sentence("It arrives tomorrow."), Done())
FILLERS = [
    {"after": 0.8, "say": ["One moment."]},
    {"after": 4, "say": ["Still looking.", "Bear with me."]},
]


def waiting(back: float | None, *answers: object) -> Stage:
    """A caller who asked at 4 s for something that is back at ``back`` (s)."""
    stage = Stage(bot(fillers=FILLERS), Answers(SETS_OUT, *(answers or (TOLD,))))  # type: ignore[arg-type]
    stage.says(4.0, "where is my parcel")
    if back is not None:
        stage.script.add(Returned(back, Outcome(ERRAND, True, '{"day": "tomorrow"}')))
    return stage


def said(stage: Stage, kind: Kind = Kind.REPLY) -> list[str]:
    return [one.text for one in stage.utterances() if one.kind is kind]


def test_what_was_looked_up_is_told_unasked() -> None:
    stage = waiting(14.0).play(20.0)
    assert said(stage) == ["I am looking it up.", "It arrives tomorrow."]
    told = stage.utterances()[-1]
    assert 14.0 < told.start < 14.6
    report = stage.mind.briefs[1]
    assert (report.said, report.errands) == ("", ())
    assert [one.text for one in report.news] == ['{"day": "tomorrow"}']
    assert stage.first(lambda one: one.do == "think" and one.at > 13).because.rule == "report"


def test_it_is_told_once() -> None:
    stage = waiting(14.0).play(60.0)
    assert said(stage).count("It arrives tomorrow.") == 1
    assert len(stage.mind.briefs) == 2


def test_nobody_is_asked_whether_they_are_still_there_while_they_wait() -> None:
    stage = waiting(30.0).play(34.0)
    assert said(stage, Kind.CHECK_IN) == []
    lines = said(stage, Kind.FILLER)
    assert lines[:2] == ["Still looking.", "Bear with me."]
    assert said(stage)[-1] == "It arrives tomorrow."


def test_after_it_was_told_the_silence_counts_again() -> None:
    stage = waiting(8.0).play(30.0)
    assert stage.utterances()[-1].kind is Kind.CHECK_IN


def test_it_waits_for_a_caller_who_is_speaking_and_goes_with_the_answer() -> None:
    both = (Asked(None), Sentence("Yes. And it arrives tomorrow."), Done())
    stage = waiting(12.5, both)
    stage.says(12.0, "and can you tell me are you open on sunday")
    stage.play(30.0)
    assert said(stage) == ["I am looking it up.", "Yes. And it arrives tomorrow."]
    assert stage.mind.briefs[1].said.startswith("and can you")
    assert len(stage.mind.briefs[1].news) == 1


def test_a_caller_who_begins_while_it_is_thought_of_comes_first() -> None:
    stage = Stage(bot(fillers=[]), Answers(SETS_OUT, TOLD), think=2.5)
    stage.says(4.0, "where is my parcel")
    stage.script.add(Returned(12.0, Outcome(ERRAND, True, "tomorrow")))
    stage.says(12.2, "are you open on sunday")
    stage.play(40.0)
    outcomes = [one.outcome for one in stage.records if isinstance(one, ThinkDone)]
    assert outcomes == ["answered", "abandoned", "answered"]
    assert said(stage) == ["I am looking it up.", "It arrives tomorrow."]
    assert len(stage.mind.briefs[2].news) == 1, "what was not told is still news"


def test_a_mind_that_is_down_is_not_asked_for_ever() -> None:
    stage = waiting(14.0, (Failed("down"),)).play(40.0)
    assert len(stage.mind.briefs) == 2
    assert stage.utterances()[-1].kind is Kind.CHECK_IN


def test_what_was_begun_ahead_for_nothing_is_no_news() -> None:
    ahead = {"speculation": {"above": 1e-6}, "endpointing": {"min_silence": 0.8}}
    aside = (Asked(None), Sentence("Until six."), Done())
    stage = Stage(bot(turn_taking=ahead, fillers=[]), Answers(SETS_OUT, aside))
    end = stage.says(4.0, "where is my parcel")
    stage.says(end + 0.7, "no i mean when do you close")
    stage.script.add(Returned(12.0, Outcome(ERRAND, True, "tomorrow")))
    stage.play(15.0)
    assert [brief.speculative for brief in stage.mind.briefs] == [True, True]
    assert said(stage) == ["Until six."]
