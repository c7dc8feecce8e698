"""Figures come from who could be heard when."""

from __future__ import annotations

import pytest

from agent.figures import Figures, Span, cut_ins, measure
from agent.records import CallEnded, Decision, Record, ThinkDone
from agent.spans import agent_spans, audible, both, bridged, caller_spans
from system1.acts import Because, Kind
from tests.agent import sample_call as sample


def measured(heard: list[Span], *utterances: object) -> Figures:
    told = [one for one in utterances if one is not None]
    return measure(told, None, None, heard)  # type: ignore[arg-type]


def test_the_sample_call_by_hand() -> None:
    figures = measure(sample.records(), None, None)
    assert figures.gaps_s == (0.8, 0.6)  # 3.0 to the filler at 3.8, 6.4 to 7.0
    assert figures.gap_p50_s == pytest.approx(0.7)
    assert figures.gap_p90_s == pytest.approx(0.78)
    assert figures.answer_p50_s == pytest.approx((1.5 + 0.6) / 2)  # past the filler, to 4.5
    assert (figures.overlaps, figures.overlap_s) == (1, 0.3)
    assert figures.barge_in_stops_s == (0.3,)
    assert (figures.check_ins, figures.fillers) == (1, 1)
    assert figures.thinks == (("answered", 1),)
    assert (figures.tokens_in, figures.tokens_out) == (143, 22)
    assert (figures.caller_talk_s, figures.agent_talk_s) == (2.0, 3.5)
    assert figures.duration_s == 15.0


def test_audio_and_words_agree() -> None:
    told = sample.records()
    from_audio = measure(
        told, sample.channel(sample.CALLER, noise=0.005), sample.channel(sample.AGENT)
    )
    from_words = measure(told, None, None)
    assert from_audio.gaps_s == pytest.approx(from_words.gaps_s, abs=0.02)
    assert from_audio.barge_in_stops_s == pytest.approx(from_words.barge_in_stops_s, abs=0.02)
    assert from_audio.overlap_s == pytest.approx(from_words.overlap_s, abs=0.03)
    assert from_audio.caller_talk_s == pytest.approx(2.0, abs=0.04)


def test_the_audio_decides_not_the_agents_own_events() -> None:
    late = sample.channel((Span(4.5, 5.0),))
    figures = measure([sample.said(0, Kind.REPLY, "Yes.", 4.45, 5.0)], None, late, [Span(2.0, 3.0)])
    assert figures.gaps_s == (1.5,)


def test_a_known_truth_is_taken_over_the_channel() -> None:
    figures = measure([], sample.channel(sample.CALLER), None, [Span(1.0, 2.5)])
    assert figures.caller_talk_s == 1.5


def test_nothing_is_no_figure() -> None:
    assert measure([], None, None) == Figures(duration_s=0.0)


def test_a_pause_within_a_turn_is_no_gap() -> None:
    reply = sample.said(0, Kind.REPLY, "Yes.", 5.0, 6.0)
    assert measured([Span(1.0, 2.0), Span(3.0, 4.0)], reply).gaps_s == (1.0,)


def test_a_caller_who_was_talked_through_awaited_no_answer() -> None:
    """A backchannel over an utterance that is played to its end, then seven seconds of silence."""
    reply = sample.said(0, Kind.REPLY, "I will look.", 1.0, 4.0)
    check_in = sample.said(1, Kind.CHECK_IN, "Still there?", 11.0, 12.0)
    figures = measured([Span(2.0, 2.4)], reply, check_in)
    assert figures.gaps_s == ()
    assert figures.overlap_s == 0.4


@pytest.mark.parametrize("kind", [Kind.BACKCHANNEL, Kind.REPLY])
def test_a_backchannel_is_no_answer(kind: Kind) -> None:
    first = sample.said(0, kind, "mm-hm", 2.3, 2.6)
    second = sample.said(1, Kind.REPLY, "Yes.", 3.0, 4.0)
    gaps = measured([Span(1.0, 2.0)], first, second).gaps_s
    assert gaps == ((1.0,) if kind is Kind.BACKCHANNEL else (0.3,))


def test_who_goes_on_over_a_backchannel_awaits_an_answer_still() -> None:
    murmur = sample.said(0, Kind.BACKCHANNEL, "mm-hm", 2.3, 3.0)
    reply = sample.said(1, Kind.REPLY, "Yes.", 3.5, 4.0)
    assert measured([Span(1.0, 2.0), Span(2.5, 2.8)], murmur, reply).gaps_s == (0.7,)


def test_a_backchannel_cut_by_the_end_of_the_call_was_not_barged_in_on() -> None:
    murmur = sample.said(0, Kind.BACKCHANNEL, "mm-hm", 2.0, 2.4, heard="")
    assert measured([Span(2.1, 3.0)], murmur).barge_in_stops_s == ()


def test_an_answer_right_after_a_filler_is_found_in_one_stretch_of_sound() -> None:
    filler = sample.said(0, Kind.FILLER, "One moment.", 3.0, 4.0)
    answer = sample.said(1, Kind.REPLY, "Yes.", 4.1, 5.0)
    check_in = sample.said(2, Kind.CHECK_IN, "Still there?", 12.0, 13.0)
    channel = sample.channel((Span(3.0, 4.0), Span(4.1, 5.0), Span(12.0, 13.0)))
    figures = measure([filler, answer, check_in], None, channel, [Span(1.0, 2.0)])
    assert (figures.gaps_s, figures.answer_p50_s) == ((1.0,), 2.1)


def test_the_second_half_of_an_utterance_is_no_answer() -> None:
    """The agent pauses between two sentences while the caller says uh-huh into the pause."""
    both_sentences = sample.said(0, Kind.REPLY, "One. Two.", 1.0, 5.0, heard="One. Two")
    channel = sample.channel((Span(1.0, 2.0), Span(3.0, 5.0)))
    assert measure([both_sentences], None, channel, [Span(2.2, 2.6)]).gaps_s == ()


def test_the_barge_in_that_counts_is_the_last_one() -> None:
    """First a backchannel, then the words that stopped the agent, in two pieces."""
    reply = sample.said(0, Kind.REPLY, "A long answer indeed", 1.0, 6.0, heard="A long")
    figures = measured([Span(2.0, 2.3), Span(5.5, 5.7), Span(5.8, 7.0)], reply)
    assert figures.barge_in_stops_s == (0.5,)


def test_an_agent_that_cut_in_was_not_barged_in_on() -> None:
    """The utterance began while the caller was speaking, so no onset of the caller cut it."""
    reply = sample.said(0, Kind.REPLY, "Well", 2.0, 2.4, heard="W")
    assert measured([Span(1.0, 4.0)], reply).barge_in_stops_s == ()


def test_overlaps_between_the_words_of_one_move_are_one() -> None:
    reply = sample.said(0, Kind.REPLY, "Going on", 0.0, 10.0)
    figures = measured([Span(1.0, 1.5), Span(1.7, 2.0), Span(7.0, 7.5)], reply)
    assert (figures.overlaps, figures.overlap_s) == (2, 1.3)


def test_thoughts_are_counted_by_outcome() -> None:
    told: list[Record] = [
        ThinkDone(float(n), n, False, 50, 0.0, None, None, 10, n, outcome)
        for n, outcome in enumerate(("answered", "abandoned", "answered", "failed"))
    ]
    figures = measure([*told, CallEnded(9.0, "time_out", "agent", 8.5)], None, None)
    assert figures.thinks == (("abandoned", 1), ("answered", 2), ("failed", 1))
    assert (figures.tokens_in, figures.tokens_out, figures.duration_s) == (40, 6, 8.5)


@pytest.mark.parametrize("noise", [0.0, 0.003, 0.03])
def test_speech_is_found_over_a_noisy_line(noise: float) -> None:
    found = audible(sample.channel(sample.CALLER, noise), noisy=True)
    assert len(found) == 2
    for span, truth in zip(found, sample.CALLER, strict=True):
        assert span.start == pytest.approx(truth.start, abs=0.02)
        assert span.end == pytest.approx(truth.end, abs=0.02)


def test_noise_alone_is_silence_and_so_is_a_click() -> None:
    channel = sample.channel((), noise=0.03)
    channel[24_000:24_240] = 0.9
    assert audible(channel, noisy=True) == ()
    assert audible(channel[:0], noisy=True) == ()


def test_speech_that_never_stops_ends_with_the_call() -> None:
    told = [*sample.voice(1.0, 2.0)[:1], CallEnded(4.0, "caller_hung_up", "caller", 4.0)]
    assert caller_spans(told, None) == (Span(1.0, 4.0),)


def test_an_utterance_that_never_sounded_is_no_speech() -> None:
    told: list[Record] = [sample.said(0, Kind.REPLY, "Never mind", 3.0, 3.0, heard="")]
    assert agent_spans(told, None) == ()
    assert measure(told, None, None).barge_in_stops_s == ()


def test_spans_meet_and_join() -> None:
    assert both([Span(0.0, 2.0), Span(3.0, 4.0)], [Span(1.0, 3.5)]) == (Span(1, 2), Span(3, 3.5))
    assert bridged([Span(2.0, 3.0), Span(0.0, 1.9)], 0.2) == (Span(0.0, 3.0),)


def test_cut_ins_are_counted_and_those_whose_answer_was_said_after_all() -> None:
    def cut(number: int) -> Decision:
        return Decision(1.0, "stop", number, Because("cut_in"))

    def say(number: int, rule: str, think: int | None = None) -> Decision:
        evidence = (("think", think),) if think is not None else ()
        return Decision(1.0, "say", number, Because(rule, evidence), "text")

    records = [
        *(say(1, "reply", 7), cut(1), say(2, "reply", 7), cut(2), say(3, "filler")),
        *(say(4, "reply", 8), say(5, "rule.bye"), cut(5), say(6, "rule.bye")),
        Decision(1.0, "stop", 6, Because("bargein.words")),
    ]
    assert cut_ins(records) == [True, False, True]
