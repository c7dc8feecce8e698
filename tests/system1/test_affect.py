"""The caller's mood from tables of reports, and what the agent makes of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from system1.acts import Kind
from system1.affect import Episode, Temper
from system1.language import language_of
from system1.manner import Manner
from system1.moods import Emotion, Mood
from system1.percepts import Prosody
from system1.questions import AnswerKind, Question
from system1.thoughts import Asked, Done, Sentence
from tests.stage import Answers, Stage, bot
from tests.system1.voices import (
    ANGRY,
    CALM,
    FAST,
    HIGH,
    LINE,
    LOUD,
    NUMBERS,
    Voice,
    calling,
    listened,
    soothes,
    speak,
)


@pytest.mark.parametrize(
    ("voices", "complains", "moods"),
    [
        ([(CALM, 12)], False, []),
        ([(CALM, 12)], True, []),
        ([(ANGRY, 3)], False, []),
        ([(ANGRY, 4)], False, [Mood.AGITATED]),
        ([(CALM, 4), (ANGRY, 1), (CALM, 4)], False, []),
        ([(ANGRY, 6), (CALM, 6)], False, [Mood.AGITATED]),
        ([(HIGH, 8)], False, []),
        ([(HIGH, 8)], True, [Mood.AGITATED]),
        ([(LOUD, 8)], False, []),
        ([(LOUD, 8)], True, [Mood.AGITATED]),
        ([(FAST, 8)], False, [Mood.FAST_SPEECH]),
        ([(FAST, 3)], False, []),
        # a slow beginner who comes up to the usual rate is not fast
        ([((0.0, 0.0, 1.6, 5.0), 8)], False, []),
        # who has been very fast from the first word on is
        ([((0.0, 0.0, 1.0, 7.6), 8)], False, [Mood.FAST_SPEECH]),
        ([((3.5, 5.0, 1.5, 7.0), 8)], False, [Mood.AGITATED, Mood.FAST_SPEECH]),
    ],
)
def test_what_a_turn_shows(
    voices: Sequence[tuple[Voice, int]], complains: bool, moods: list[Mood]
) -> None:
    temper, signs = listened(*voices).turn_taken(Manner(complains=complains), NUMBERS)
    assert [sign.mood for sign in signs] == moods
    assert [one.mood for one in temper.episodes] == moods


def test_the_evidence_is_the_most_telling_moment() -> None:
    _, (sign,) = listened((CALM, 4), (ANGRY, 6), (CALM, 4)).turn_taken(Manner(), NUMBERS)
    assert sign.evidence == (("pitch_st", 3.5), ("level_db", 5.0))
    _, (sign,) = listened((LOUD, 6)).turn_taken(Manner(complains=True), NUMBERS)
    assert sign.evidence == (("level_db", 5.5), ("complaint", 1))


WIDE = (0.0, 0.0, 1.0, 4.5, 1.5)
WIDE_AND_LOUD = (0.5, 4.0, 1.0, 4.5, 1.5)
HIGH_AND_QUICK = (2.5, 0.0, 1.3, 5.0, 1.0)


@pytest.mark.parametrize(
    ("voices", "complains", "evidence"),
    [
        ([(WIDE_AND_LOUD, 8)], False, {"range_ratio": 1.5, "level_db": 4.0}),
        ([(HIGH_AND_QUICK, 8)], False, {"pitch_st": 2.5, "rate_ratio": 1.3}),
        # other signs than pitch with loudness have to last for two spans
        ([(WIDE_AND_LOUD, 7)], False, None),
        ([(WIDE_AND_LOUD, 4), (CALM, 3), (WIDE_AND_LOUD, 4)], False, None),
        ([(WIDE_AND_LOUD, 4), (HIGH_AND_QUICK, 4)], False, {"pitch_st": 2.5, "rate_ratio": 1.3}),
        ([(WIDE, 12)], False, None),
        ([(WIDE, 4)], True, {"range_ratio": 1.5, "complaint": 1}),
    ],
)
def test_two_signs_of_four(
    voices: Sequence[tuple[Voice, int]], complains: bool, evidence: dict[str, float] | None
) -> None:
    _, signs = listened(*voices).turn_taken(Manner(complains=complains), NUMBERS)
    assert [dict(sign.evidence) for sign in signs] == ([] if evidence is None else [evidence])


def test_two_signs_at_half_their_strength_keep_an_episode() -> None:
    angry = listened((WIDE_AND_LOUD, 8))
    assert listened(((0.0, 1.6, 1.0, 4.5, 1.2), 40), temper=angry).agitated
    assert not listened(((0.0, 1.0, 1.0, 4.5, 1.5), 20), temper=angry).agitated


@pytest.mark.parametrize(
    ("language", "rate_sps", "fast"),
    [("en", 7.4, False), ("en", 7.6, True), ("zh-CN", 6.4, False), ("zh-CN", 6.6, True)],
)
def test_who_shouts_from_the_first_word_has_no_baseline_but_a_limit(
    language: str, rate_sps: float, fast: bool
) -> None:
    numbers = bot(language=language).affect
    temper = Temper()
    for quarter in range(1, 9):
        temper = temper.heard(Prosody(0.25 * quarter, 0.0, 0.0, 1.0, rate_sps), numbers)
    assert (temper.mood is Mood.FAST_SPEECH) is fast


def test_a_limit_that_is_given_holds_in_any_language() -> None:
    assert bot(language="zh-CN", affect={"very_fast": 9.0}).affect.very_fast == 9.0
    assert bot(language="fr").affect.very_fast == 7.5


@pytest.mark.parametrize(
    ("voice", "rate"), [(CALM, None), (ANGRY, 0.9), (FAST, 0.9)], ids=["calm", "angry", "fast"]
)
def test_the_agent_speaks_slower_to_who_is_upset(voice: Voice, rate: float | None) -> None:
    stage = calling((4.0, voice, LINE)).play(14.0)
    assert stage.decisions("say")[0].rate is None
    assert {one.rate for one in stage.decisions("say")[1:]} == {rate}
    reply = stage.utterances()[-1]
    assert reply.kind is Kind.REPLY
    usual = calling((4.0, CALM, LINE)).play(14.0).utterances()[-1]
    assert reply.end - reply.start == pytest.approx((usual.end - usual.start) / (rate or 1.0))


def test_a_policy_may_keep_the_agents_pace() -> None:
    stage = calling((4.0, ANGRY, LINE), affect={"slower": 1.0}).play(14.0)
    assert {one.rate for one in stage.decisions("say")} == {None}


def test_an_episode_lasts_until_the_voice_has_been_calm_for_a_while() -> None:
    angry = listened((ANGRY, 6))
    assert angry.agitated
    half = (1.5, 2.0, 1.0, 4.5)
    assert listened((half, 40), temper=angry).agitated, "less than before, and not yet calm"
    assert listened((CALM, 11), temper=angry).agitated
    assert not listened((CALM, 18), temper=angry).agitated
    again = listened((CALM, 11), (ANGRY, 4), (CALM, 11), temper=angry)
    assert again.agitated, "it flared up again"


def test_silence_is_no_calm_speech() -> None:
    angry = listened((ANGRY, 6))
    later = angry.heard(Prosody(500.0, *CALM), NUMBERS)
    assert later.agitated
    (episode,) = later.episodes
    assert episode.calm_s <= 0.25


def test_a_turn_begins_anew() -> None:
    angry, _ = listened((ANGRY, 6)).turn_taken(Manner(), NUMBERS)
    after, signs = listened((CALM, 2), temper=angry).turn_taken(Manner(), NUMBERS)
    assert signs == ()
    assert after.agitated


def test_a_turn_that_goes_on_keeps_what_it_showed() -> None:
    before = listened((ANGRY, 6))
    after, _ = before.turn_taken(Manner(), NUMBERS)
    _, signs = after.reopened(before, NUMBERS).turn_taken(Manner(), NUMBERS)
    assert [sign.mood for sign in signs] == [Mood.AGITATED]


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", range(4))
def test_what_is_no_number_says_nothing(odd: float, place: int) -> None:
    voice = [*ANGRY]
    voice[place] = odd
    angry = listened((ANGRY, 3))
    assert angry.heard(Prosody(1.0, *voice), NUMBERS) == angry
    assert listened((ANGRY, 1), temper=angry).agitated


def test_a_time_that_stands_still_or_jumps_back_says_nothing() -> None:
    temper = listened((ANGRY, 2))
    for at in (0.5, 0.1, -5.0):
        assert temper.heard(Prosody(at, *ANGRY), NUMBERS) == temper


def test_soothing_is_noted_for_the_episode_under_way() -> None:
    soothed = listened((ANGRY, 6)).soothed()
    assert soothed.episodes == (Episode(Mood.AGITATED, soothed=True),)
    anew = listened((CALM, 18), (ANGRY, 6), temper=soothed)
    assert anew.episodes == (Episode(Mood.AGITATED),)


@pytest.mark.parametrize(
    ("language", "text", "complains"),
    [
        ("en", "this is ridiculous", True),
        ("en", "that's the third time I've called", True),
        ("en", "i'm fed up with you", True),
        ("en", "my internet connection is down", False),
        ("en", "the third house on the left", False),
        ("zh", "这也太过分了吧", True),
        ("zh", "我要投诉你们", True),
        ("zh", "我想查一下快递到哪里了", False),
    ],
)
def test_words_of_complaint(language: str, text: str, complains: bool) -> None:
    assert language_of(language).complains(text) is complains


# Calls


def test_an_agitated_caller_is_soothed_while_system_2_thinks() -> None:
    stage = calling((4.0, ANGRY, LINE)).play(14.0)
    spoken = stage.utterances()
    assert [one.kind for one in spoken] == [Kind.GREETING, Kind.SOOTHE, Kind.REPLY]
    word, answer = spoken[1:]
    assert word.because.rule == "soothe.agitated"
    assert word.because.evidence == (("pitch_st", 3.5), ("level_db", 5.0))
    assert stage.decisions("think")[0].at == stage.decisions("take_turn")[0].at
    assert word.start - stage.decisions("take_turn")[0].at < 0.1
    assert 0.0 < answer.start - word.end < 0.1
    assert stage.floors()[-5:] == [
        "USER>FREE_U",
        "FREE_U>SYSTEM",
        "SYSTEM>FREE_U",
        "FREE_U>SYSTEM",
        "SYSTEM>FREE_S",
    ]


def test_a_calm_caller_is_not_soothed() -> None:
    stage = calling((4.0, CALM, LINE), (14.0, CALM, LINE)).play(24.0)
    assert soothes(stage) == []


def test_a_fast_talker_is_soothed_once_in_an_episode() -> None:
    stage = calling((4.0, FAST, LINE), (14.0, FAST, LINE)).play(24.0)
    assert soothes(stage) == [("soothe.fast_speech", "No rush.")]
    assert [one.kind for one in stage.utterances()][-1] is Kind.REPLY


def test_a_new_episode_is_soothed_in_other_words() -> None:
    long = f"{LINE} and i wonder whether you know by now"
    stage = calling((4.0, ANGRY, LINE), (14.0, CALM, long), (28.0, CALM, long), (42.0, ANGRY, LINE))
    assert soothes(stage.play(56.0)) == [
        ("soothe.agitated", "I am sorry about this."),
        ("soothe.agitated", "Let us sort it out."),
    ]


def test_words_of_complaint_decide_where_only_the_pitch_is_raised() -> None:
    calm = calling((4.0, HIGH, LINE)).play(14.0)
    assert soothes(calm) == []
    upset = calling((4.0, HIGH, "this is ridiculous is my line down again")).play(14.0)
    assert soothes(upset) == [("soothe.agitated", "I am sorry about this.")]


def test_without_lines_there_is_no_soothing() -> None:
    stage = calling((4.0, ANGRY, LINE), soothe={}).play(14.0)
    assert [one.kind for one in stage.utterances()] == [Kind.GREETING, Kind.FILLER, Kind.REPLY]


UPSET = {"id": "upset", "when": {"agitated": 2}, "say": "A colleague.", "do": "transfer", "to": "a"}


def test_agitated_in_two_turns_is_handed_over_without_another_soothing() -> None:
    stage = calling(
        (4.0, ANGRY, LINE),
        (14.0, CALM, "yes"),
        (20.0, ANGRY, LINE),
        rules=[UPSET],
        transfer={"a": "sip:a@example.invalid"},
    ).play(40.0)
    assert len(soothes(stage)) == 1
    last = stage.utterances()[-1]
    assert last.because.rule == "rule.upset"
    assert ("agitated", 2) in last.because.evidence
    assert last.start > 20.0
    assert stage.call.ended == "transferred"


def test_a_turn_that_goes_on_counts_once() -> None:
    stage = Stage(bot(rules=[UPSET], transfer={"a": "sip:a@example.invalid"}, fillers=[]), think=2)
    speak(stage, 4.0, ANGRY, "my line is down")
    speak(stage, 5.8, ANGRY, "since this morning")
    stage.play(16.0)
    assert stage.first(lambda one: one.do == "abandon").because.rule == "goes_on"
    assert stage.call.ended is None


def test_a_yes_to_what_was_read_back_is_thanked_for_and_not_soothed() -> None:
    question = Question(AnswerKind.YES_NO, "postcode")
    asks = (Asked(question), Sentence("I have four two one nine. Is that right?"), Done())
    stage = calling(
        (4.0, CALM, "it is four two one nine"),
        (14.0, ANGRY, "yes that is right yes it is"),
        mind=Answers(asks, "Thank you."),
    ).play(24.0)
    assert soothes(stage) == []
    assert stage.utterances()[-1].text == "Thank you."


def test_the_caller_may_interrupt_the_soothing() -> None:
    stage = calling((4.0, ANGRY, LINE), think=3.0)
    stage.says(7.7, "no wait it is the router")
    stage.play(20.0)
    word = next(one for one in stage.utterances() if one.kind is Kind.SOOTHE)
    assert word.cut
    assert len(soothes(stage)) == 1, "it is not taken up again"
    assert stage.mind.briefs[-1].said == f"{LINE} no wait it is the router"
    assert stage.utterances()[-1].kind is Kind.REPLY


def test_a_caller_who_goes_on_at_once_is_soothed_at_the_turns_real_end() -> None:
    # the line below begins after the turn was taken, and before the soothing is to be heard
    stage = calling((4.0, ANGRY, "my line is down"), (5.375, ANGRY, "and nobody tells me a thing"))
    stage.play(20.0)
    said = [one for one in stage.decisions("say") if one.kind is Kind.SOOTHE]
    assert [one.text for one in said] == ["I am sorry about this."] * 2
    (heard,) = (one for one in stage.utterances() if one.kind is Kind.SOOTHE)
    assert heard.start > 7.0
    assert not heard.cut


ANGRY_VOICE, HIGH_VOICE = Emotion.ANGRY, (HIGH, 8)


def test_one_answer_of_a_listener_is_backed_by_a_raised_voice() -> None:
    alone = Temper().told(ANGRY_VOICE, 0.9, 0.7, 2)
    assert alone.mood is None
    backed = listened(HIGH_VOICE).told(ANGRY_VOICE, 0.9, 0.7, 2)
    assert backed.mood is Mood.AGITATED
    unsure = listened(HIGH_VOICE).told(ANGRY_VOICE, 0.69, 0.7, 2)
    assert unsure.mood is None
    assert listened(HIGH_VOICE).told(Emotion.CONFUSED, 0.9, 0.7, 2).mood is None


def test_a_mood_that_was_told_is_shown_once_by_the_next_turn() -> None:
    told = Temper().told(Emotion.CONFUSED, 0.8, 0.7, 2).told(Emotion.CONFUSED, 0.9, 0.7, 2)
    assert told.mood is Mood.CONFUSED
    after, signs = told.turn_taken(Manner(words=6), NUMBERS)
    assert [(one.mood, one.evidence) for one in signs] == [
        (Mood.CONFUSED, (("listener", 0.9),)),
    ]
    _, again = after.turn_taken(Manner(words=6), NUMBERS)
    assert again == ()


def test_a_calm_answer_between_them_breaks_what_agrees() -> None:
    temper = Temper()
    for emotion in (Emotion.FRUSTRATED, Emotion.CALM, Emotion.ANGRY):
        temper = temper.told(emotion, 0.9, 0.7, 2)
    assert temper.mood is None
    assert temper.told(Emotion.FRUSTRATED, 0.9, 0.7, 2).mood is Mood.AGITATED


def test_what_was_told_lasts_when_the_sounds_under_way_are_dismissed() -> None:
    told = Temper().told(ANGRY_VOICE, 0.9, 0.7, 1)
    assert told.dismissed().mood is Mood.AGITATED


def test_calm_speech_ends_what_was_told() -> None:
    told = Temper().told(ANGRY_VOICE, 0.9, 0.7, 1)
    assert listened((CALM, 20), temper=told).mood is None


@pytest.mark.parametrize("confidence", [math.nan, -1.0])
def test_no_number_is_no_confidence(confidence: float) -> None:
    assert Temper().told(ANGRY_VOICE, confidence, 0.0, 1) == Temper()
