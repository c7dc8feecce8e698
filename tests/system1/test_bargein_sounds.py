"""Speech over the agent, judged by its first sounds as well as by words that may still change."""

from __future__ import annotations

import math

import pytest

from agent.records import Utterance
from system1.percepts import Heard, Level, Likeness, SpeechStarted, SpeechStopped, Word
from tests.stage import Answers, Stage, bot
from tests.system1.test_distance import OWN_DB, heard

LONG = "Most faults are fixed within four hours, and we send you a message when it is done."
AT = 7.0


def overlap(
    partials: list[tuple[float, str]],
    final: str,
    length: float,
    *,
    nats: float | None,
    change_db: float = 5.0,
    confidence: float = 1.0,
) -> Stage:
    """A call with speech over a long answer that sounds from 5.76 s on.

    ``partials``: words that may still change, and when they are read, s from the onset; ``nats``:
    how like a backchannel it sounds throughout, None where the ears do not tell.
    """
    stage = Stage(bot(), Answers(LONG, "I see."))
    heard(stage, 4.1, stage.says(4.0, "when is it fixed"), OWN_DB)
    stage.script.add(SpeechStarted(AT + 0.06, AT))
    for step in range(1, int(length / 0.064)):
        at = round(AT + 0.064 * (step + 1), 3)
        stage.script.add(Level(at, OWN_DB, change_db))
        if nats is not None:
            stage.script.add(Likeness(at, nats))
    for after, text in partials:
        words = tuple(Word(word, AT, AT + after, False) for word in text.split())
        stage.script.add(Heard(AT + after, 1, words, False))
    stage.script.add(SpeechStopped(AT + length + 0.15, AT + length))
    words = tuple(Word(word, AT, AT + length) for word in final.split())
    stage.script.add(Heard(AT + length + 0.25, 1, words, True, confidence))
    return stage.play(20.0)


def answer(stage: Stage) -> Utterance:
    return stage.utterances()[1]


def stopped_by(stage: Stage) -> str:
    return stage.first(lambda one: one.do == "stop").because.rule


def test_what_no_backchannel_begins_with_stops_the_agent_at_its_first_word() -> None:
    stage = overlap([(0.17, "can"), (0.4, "cancel")], "cancel my contract", 1.2, nats=-30.0)
    assert stopped_by(stage) == "bargein.unlike"
    assert answer(stage).end - AT <= 0.3
    assert stage.mind.briefs[-1].said == "cancel my contract"


@pytest.mark.parametrize("final", ["right", "yeah", "okay"])
def test_what_sounds_like_a_backchannel_may_become_one(final: str) -> None:
    stage = overlap([(0.15, "for"), (0.3, "for a"), (0.45, final)], final, 0.5, nats=12.0)
    assert not answer(stage).cut


def test_a_single_word_that_may_still_change_waits_for_more_where_it_sounds_so() -> None:
    kept = overlap([(0.16, "my"), (0.25, "right")], "right", 0.4, nats=6.0)
    assert not answer(kept).cut
    stopped = overlap([(0.16, "my"), (0.4, "my line")], "my line is down", 1.2, nats=6.0)
    assert answer(stopped).end - AT <= 0.45


def test_who_only_agreed_after_all_is_talked_on_to_at_once() -> None:
    read = [(0.15, "around"), (0.25, "around a"), (0.5, "right")]
    stage = overlap(read, "right", 0.5, nats=-5.0)
    stopped, resumed = stage.utterances()[1:3]
    assert stopped.cut
    assert resumed.because.rule == "false_bargein"
    assert resumed.start - stopped.end <= 0.5
    assert LONG.endswith(resumed.heard)
    assert len(stopped.heard.split() + resumed.heard.split()) <= len(LONG.split()) + 1
    assert len(stage.mind.briefs) == 1


def test_so_is_who_said_next_to_nothing() -> None:
    stage = overlap([(0.2, "no"), (0.3, "for a")], "for all", 0.5, nats=-5.0, confidence=0.2)
    assert stage.utterances()[2].because.rule == "false_bargein"
    assert len(stage.mind.briefs) == 1


def test_a_creak_is_no_word_whatever_it_sounds_like() -> None:
    stage = overlap([(0.15, "for")], "for", 0.45, nats=-40.0, change_db=1.3)
    assert not answer(stage).cut


def test_a_slow_word_that_sounds_like_no_hum_is_none() -> None:
    stage = overlap([(0.3, "wait a")], "wait a second", 1.2, nats=-40.0, change_db=2.3)
    assert answer(stage).end - AT <= 0.45


def test_stop_is_for_the_agent_however_it_is_drawled() -> None:
    stage = overlap([(0.3, "uh"), (0.42, "stop")], "stop", 0.45, nats=10.0, change_db=2.4)
    assert stopped_by(stage) == "bargein.calls"


def test_a_short_word_that_sounds_like_a_backchannel_is_taken_for_one() -> None:
    stage = overlap([(0.3, "the app")], "the app", 0.34, nats=10.0)
    assert not answer(stage).cut
    assert stage.first(lambda one: one.do == "resume").because.rule == "bargein.fits"


@pytest.mark.parametrize("nats", [None, math.nan, math.inf])
def test_ears_that_tell_no_sounds_give_words_more_time(nats: float | None) -> None:
    stage = overlap([(0.15, "the"), (0.25, "the line")], "the line is down", 1.2, nats=nats)
    assert 0.45 <= answer(stage).end - AT <= 0.6


CHECKS = [
    {"count": 1, "after": 5, "say": "Are you still there?"},
    {"count": 2, "after": 5, "say": "I can't hear you."},
    {"count": 3, "after": 5, "say": "Goodbye.", "do": "hang_up"},
]


@pytest.mark.parametrize(
    ("at", "says", "counts"),
    [
        pytest.param(20.0, "taxes will rise", False, id="the television"),
        pytest.param(20.0, "yes i am", True, id="a yes"),
        pytest.param(20.0, "i am over here", True, id="somebody is there"),
        pytest.param(20.0, "hello can you hear me", True, id="calls the agent"),
        pytest.param(24.0, "my line is down", True, id="the last question before it hangs up"),
    ],
)
def test_what_counts_from_afar_after_a_check_in(at: float, says: str, counts: bool) -> None:
    stage = Stage(bot(noinput=CHECKS), Answers(LONG, "I see."))
    heard(stage, 4.1, stage.says(4.0, "when is it fixed"), OWN_DB)
    heard(stage, at + 0.1, stage.says(at, says), OWN_DB - 15)
    stage.play(at + 4.0)
    assert (stage.mind.briefs[-1].said == says) is counts
