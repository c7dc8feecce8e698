"""Written words, a turn that is given by a key, silence that is asked for, less that was heard."""

from __future__ import annotations

from agent.records import CallerTurn, Decision, Utterance
from system1.percepts import HeardLess, Silenced, SpeechStarted, TurnGiven, Typed
from tests.stage import Answers, Stage, bot

LONG = "All is well with your line, and nothing at all needs to be done today or tomorrow by you."


def turns(stage: Stage) -> list[tuple[float, str]]:
    return [(one.at, one.text) for one in stage.call.journal.records if isinstance(one, CallerTurn)]


def spoken(stage: Stage) -> list[Utterance]:
    return [one for one in stage.call.journal.records if isinstance(one, Utterance)]


def rules(stage: Stage, do: str) -> list[str]:
    records = stage.call.journal.records
    return [one.because.rule for one in records if isinstance(one, Decision) and one.do == do]


def test_written_words_are_a_turn_that_is_over_at_once() -> None:
    stage = Stage(bot())
    stage.script.add(Typed(4.0, "Is my line all right?"))
    stage.play(8.0)
    assert turns(stage) == [(4.0, "Is my line all right?")]
    assert stage.mind.briefs[0].said == "Is my line all right?"
    reply = spoken(stage)[1]
    assert 4.2 < reply.start < 5.0
    assert not reply.cut


def test_written_words_interrupt_the_agent_and_are_answered() -> None:
    stage = Stage(bot(), Answers(LONG, "Yes."))
    stage.script.add(Typed(4.0, "Is my line all right?"))
    stage.script.add(Typed(6.0, "And my bill?"))
    stage.play(12.0)
    assert [text for _, text in turns(stage)] == ["Is my line all right?", "And my bill?"]
    assert rules(stage, "stop") == ["given"]
    first, second = spoken(stage)[1:3]
    assert first.cut
    assert first.heard
    assert second.text == "Yes."


def test_what_is_written_twice_before_the_answer_is_one_turn() -> None:
    stage = Stage(bot())
    stage.script.add(Typed(4.0, "Is my line"))
    stage.script.add(Typed(4.1, "broken today?"))
    stage.play(8.0)
    assert [text for _, text in turns(stage)] == ["Is my line", "Is my line broken today?"]
    assert rules(stage, "reopen_turn") == ["goes_on"]


def test_nothing_written_is_no_turn() -> None:
    stage = Stage(bot())
    stage.script.add(Typed(4.0, " ... "))
    stage.play(6.0)
    assert not turns(stage)


def test_a_turn_that_is_given_is_taken_at_once() -> None:
    stage = Stage(bot())
    end = stage.says(4.0, "my line is")
    stage.script.add(TurnGiven(end + 0.25))
    stage.play(8.0)
    assert turns(stage)[0] == (round(end + 0.25, 4), "my line is")
    assert rules(stage, "take_turn") == ["given"]


def test_without_a_key_a_turn_of_one_who_gives_them_goes_on() -> None:
    stage = Stage(bot(turn_taking={"endpointing": {"given": True}}))
    stage.says(4.0, "my line is slow.")
    end = stage.says(9.0, "very slow.")
    stage.script.add(TurnGiven(end + 1.0))
    stage.play(14.0)
    assert turns(stage) == [(round(end + 1.0, 4), "my line is slow. very slow.")]


def test_a_turn_given_in_mid_word_is_taken_when_the_words_are_there() -> None:
    stage = Stage(bot(turn_taking={"endpointing": {"given": True}}))
    end = stage.says(4.0, "my line is slow.")
    stage.script.add(TurnGiven(end - 0.1))
    stage.play(8.0)
    assert [text for _, text in turns(stage)] == ["my line is slow."]


def test_nobody_gives_a_turn_that_was_not_begun() -> None:
    stage = Stage(bot())
    stage.script.add(TurnGiven(3.0))
    end = stage.says(4.0, "my line is")
    stage.play(5.2)
    assert not [at for at, _ in turns(stage) if at < end + 0.2]
    assert rules(stage, "take_turn") in ([], ["end_of_turn"])


def test_silence_that_is_asked_for_is_kept() -> None:
    stage = Stage(bot(), Answers(LONG))
    stage.script.add(Typed(4.0, "Is my line all right?"))
    stage.script.add(Silenced(6.0))
    stage.play(10.0)
    reply = spoken(stage)[1]
    assert reply.cut
    assert reply.end < 6.3
    assert rules(stage, "stop") == ["silenced"]
    assert len(spoken(stage)) == 2


def test_silence_is_of_one_utterance_alone() -> None:
    stage = Stage(bot(), Answers(LONG))
    stage.script.add(Silenced(3.0))
    stage.script.add(Typed(4.0, "Is my line all right?"))
    stage.play(14.0)
    assert not spoken(stage)[1].cut
    assert not rules(stage, "stop")


def test_less_that_was_heard_is_what_is_remembered() -> None:
    stage = Stage(bot(), Answers(LONG, "Yes."))
    stage.script.add(Typed(4.0, "Is my line all right?"))
    stage.script.add(Silenced(6.0))
    stage.script.add(HeardLess(6.5, 2, len("All is well")))
    stage.script.add(HeardLess(6.6, 1, 0))
    stage.script.add(Typed(7.0, "And my bill?"))
    stage.play(9.0)
    heard = [turn.text for turn in stage.mind.briefs[1].turns if turn.who == "agent"]
    assert heard == ["Hello, this is Anna.", "All is well"]
    assert ("agent", "All is well") in stage.call._history


def test_what_is_written_belongs_to_what_is_being_said() -> None:
    stage = Stage(bot())
    stage.script.add(SpeechStarted(4.0, 3.9))
    stage.script.add(Typed(4.5, "Is my line all right?"))
    stage.play(4.6)
    assert not turns(stage)
