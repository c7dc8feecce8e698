from __future__ import annotations

import itertools

import pytest

from speech.errors import SpeechError
from speech.kyutai.stt_batch import Frame, Source
from system1.percepts import EndOfTurn, Heard
from system1.questions import AnswerKind, Question
from tests.speech.kyutai.calls import (
    NO_FLUSH,
    SETTINGS,
    call,
    hear,
    heard_by,
    pauses_after,
    service,
    sounds,
    stretches,
    text,
)

pytestmark = pytest.mark.slow

OUTAGE = call(0.5, "hello my internet is down um", 0.9, "the second house please", 2.0)


def test_words_come_with_their_times() -> None:
    percepts = hear(OUTAGE)
    heard = [word for one in stretches(percepts) for word in one.words]
    assert [word.text for word in heard] == [word for word, _, _ in OUTAGE.words]
    for word, (_, begins, ends) in zip(heard, OUTAGE.words, strict=True):
        assert abs(word.start - begins) <= 0.1, word
        assert abs(word.end - ends) <= 0.25, word
    for before, after in itertools.pairwise(heard):
        assert before.start < before.end <= after.start


def test_stretches_are_told_as_they_grow_and_end() -> None:
    percepts = [one for one in hear(OUTAGE) if isinstance(one, Heard)]
    assert [one.stretch for one in stretches(percepts)] == [0, 1]
    for number, first in ((0, "hello"), (1, "the")):
        told = [one for one in percepts if one.stretch == number]
        assert told[0].words == (), "the speech is told before there are words"
        assert [one.final for one in told] == [False] * (len(told) - 1) + [True]
        assert told[1].words[0].text == first
        for before, after in itertools.pairwise(told):
            assert after.at >= before.at
            assert len(after.words) >= len(before.words)
        assert told[-1].confidence > 0.6


def test_a_word_is_told_from_its_first_piece_on_as_one_that_may_change() -> None:
    first, then = [one for one in hear(OUTAGE) if isinstance(one, Heard) and one.words][:2]
    assert [(word.text, word.stable) for word in first.words] == [("hello", False)]
    assert [(word.text, word.stable) for word in then.words] == [("hello", True)]
    assert 0.0 < then.at - first.at <= 0.1
    assert first.at - OUTAGE.words[0][1] <= 0.65
    assert all(
        word.stable
        for one in hear(OUTAGE)
        if isinstance(one, Heard) and one.final
        for word in one.words
    )


def test_the_flush_brings_the_last_word_before_the_delay_has_passed() -> None:
    def last_at(percepts: list[Heard | EndOfTurn]) -> float:
        return next(
            one.at
            for one in percepts
            if isinstance(one, Heard) and one.words and one.words[-1].text == "please"
        )

    offset = OUTAGE.speech[-1][1]
    early, late = last_at(hear(OUTAGE)), last_at(hear(OUTAGE, NO_FLUSH))
    # Voice activity knows of the end after 0.16 s, the word begins 0.3 s before it.
    assert early - offset <= 0.2
    assert late - early >= 0.08
    final = stretches(hear(OUTAGE))[-1]
    assert final.final
    assert final.at - offset <= 0.2


@pytest.mark.parametrize("pause_s", [0.35, 0.5, 0.62, 0.8, 1.1, 1.6])
def test_who_goes_on_after_a_flush_loses_no_word(pause_s: float) -> None:
    parts = (0.5, "yes my router", pause_s, "is down", pause_s, "stop the house please", 2.0)
    given = call(*parts)
    flushed, natural = hear(given), hear(given, NO_FLUSH)
    assert text(flushed) == text(natural) == "yes my router is down stop the house please"
    said = [word for one in stretches(flushed) for word in one.words]
    for word, (_, begins, _) in zip(said, given.words, strict=True):
        assert abs(word.start - begins) <= 0.13, "the call's clock, not the model's"


def test_the_pause_heads_tell_a_hesitation_from_an_end() -> None:
    for words in ("my internet is down", "the house", "stop the router"):
        um = call(0.6, f"{words} um", 0.9, "yes", 1.0)
        end = call(0.6, f"{words} please", 2.0)
        after_um = pauses_after(hear(um), um.speech[0][1] + 0.16)
        after_end = pauses_after(hear(end), end.speech[0][1] + 0.16)
        assert set(after_um) == {0.5, 1.0, 2.0, 3.0}
        assert after_um[2.0] < 0.5 < 0.8 < after_end[2.0], words


def test_reports_come_each_step_and_after_the_words_they_count_for() -> None:
    percepts = hear(OUTAGE)
    reports = [one.at for one in percepts if isinstance(one, EndOfTurn)]
    offset = OUTAGE.speech[-1][1]
    within = [at for at in reports if offset + 0.3 < at <= offset + 1.3]
    assert 12 <= len(within) <= 13
    last_words = next(
        index
        for index, one in enumerate(percepts)
        if isinstance(one, Heard) and one.words and one.words[-1].text == "please"
    )
    assert isinstance(percepts[last_words + 1], EndOfTurn)
    assert percepts[last_words + 1].at == percepts[last_words].at


def test_nothing_is_reported_before_the_first_word_or_of_digits() -> None:
    percepts = hear(call(0.2, "hello my house", 2.0))
    first = next(one.at for one in percepts if isinstance(one, Heard) and one.words)
    reports = [one.at for one in percepts if isinstance(one, EndOfTurn)]
    assert reports
    assert min(reports) >= first
    digits = hear(call(0.5, "the house is one two", 1.0))
    last = next(one.at for one in digits if isinstance(one, Heard) and "two" in text([one]))
    assert not [one for one in digits if isinstance(one, EndOfTurn) and one.at > last + 0.1]

    transcriber = service().transcriber(SETTINGS)
    transcriber.expect(Question(AnswerKind.SPELLING))
    assert not [one for one in heard_by(transcriber, OUTAGE) if isinstance(one, EndOfTurn)]


def test_speech_without_words_ends_with_none() -> None:
    given = call(1.0, "my house", 1.0)
    # A cough where voice activity says speech: the line is silent.
    silent = type(given)(given.audio * 0.0, (), given.speech)
    percepts = hear(silent)
    assert [(one.words, one.final) for one in percepts if isinstance(one, Heard)] == [
        ((), False),
        ((), True),
    ]


def test_words_that_voice_activity_missed_are_told_nevertheless() -> None:
    given = call(1.0, "stop the router please", 2.0)
    unheard = type(given)(given.audio, given.words, ())
    percepts = hear(unheard)
    assert text(percepts) == "stop the router please"
    assert all(one.final for one in stretches(percepts))


def test_where_voice_activity_goes_on_the_pause_head_flushes() -> None:
    given = call(0.5, "cancel my internet please", 4.0)
    ((begins, ends),) = given.speech
    noisy = type(given)(given.audio, given.words, ((begins, ends + 3.5),))
    at = {}
    for limit in (None, 0.6):
        settings = SETTINGS.model_copy(update={"flush_pause": limit})
        percepts = hear(noisy, settings)
        assert text(percepts) == "cancel my internet please"
        at[limit] = max(one.at for one in percepts if isinstance(one, Heard) and not one.final)
    assert at[0.6] <= at[None]


def test_what_a_flush_has_brought_is_not_flushed_for_again() -> None:
    given = call(0.5, "cancel my internet please", 2.0)
    ((begins, ends),) = given.speech
    noisy = type(given)(given.audio, given.words, ((begins, ends + 1.5),))
    transcriber = service().transcriber(SETTINGS)
    flushes = []
    slot = transcriber._slot
    put = slot.put

    def counted(frame: Frame, *, urgent: bool = False) -> None:
        if frame.source is Source.LAST:
            flushes.append(frame.begins)
        put(frame, urgent=urgent)

    slot.put = counted  # type: ignore[assignment,method-assign]
    heard_by(transcriber, noisy)
    amid = [at for at in flushes if at < ends + 1.0]
    assert len(amid) == 1, amid


def test_a_call_begins_clean_whoever_had_the_slot() -> None:
    alone = hear(OUTAGE)
    hear(call(0.1, "stop no bye thanks wait", 0.3, "human"))
    assert hear(OUTAGE) == alone


def test_a_full_model_refuses_the_call_in_one_line() -> None:
    taken = [service().transcriber(SETTINGS) for _ in range(SETTINGS.slots)]
    with pytest.raises(SpeechError, match=r"all 3 slots of kyutai_stt .* are in use"):
        service().transcriber(SETTINGS)
    for one in taken:
        one.close()
    service().transcriber(SETTINGS).close()


def test_two_calls_at_once_hear_what_each_hears_alone() -> None:
    other = call(0.2, "no wait", 0.5, "human please", 2.5, seed=5)
    one, two = service().transcriber(SETTINGS), service().transcriber(SETTINGS)
    heard_one: list[Heard | EndOfTurn] = []
    heard_two: list[Heard | EndOfTurn] = []
    theirs = sounds(other)
    for sound in sounds(OUTAGE):
        heard_one += one.step(sound)
        later = next(theirs, None)
        if later is not None:
            heard_two += two.step(later)
    one.close()
    two.close()
    assert heard_one == hear(OUTAGE)
    assert heard_two == hear(other)[: len(heard_two)]
    assert len(heard_two) > 10
