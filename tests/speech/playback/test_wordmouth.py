"""A mouth without sound: its words come at plausible times, in order, and stop when told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from speech.playback.wordmouth import ONSET_S, WordMouth
from system1.acts import Kind
from system1.percepts import (
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    WordPlayed,
)


class Clock:
    """The time that the mouth is told."""

    def __init__(self) -> None:
        self.now = 0.0


def drain(mouth: WordMouth, clock: Clock, to: float) -> list[Percept]:
    """Everything due by ``to``."""
    found: list[Percept] = []
    while (due := mouth.next_due()) is not None and due <= to:
        percept = mouth.take(due)
        assert percept is not None
        clock.now = max(clock.now, percept.at)
        found.append(percept)
    clock.now = to
    return found


def mouth_at_rest() -> tuple[WordMouth, Clock]:
    clock = Clock()
    return WordMouth(lambda: clock.now), clock


@given(st.text(alphabet="ab 您好，。?", min_size=1, max_size=40).filter(str.strip))
def test_every_word_is_played_once_in_order(text: str) -> None:
    mouth, clock = mouth_at_rest()
    mouth.say(1, Kind.REPLY, text, more=False)
    percepts = drain(mouth, clock, 100.0)
    assert isinstance(percepts[0], PlaybackStarted)
    assert isinstance(percepts[-1], PlaybackFinished)
    chars = [one.chars for one in percepts if isinstance(one, WordPlayed)]
    assert chars == sorted(set(chars))
    assert chars[-1] == len(text.rstrip())
    times = [one.at for one in percepts]
    assert times == sorted(times)


def test_a_stop_keeps_what_was_heard() -> None:
    mouth, clock = mouth_at_rest()
    mouth.say(1, Kind.REPLY, "one two three four five", more=False)
    heard = [one for one in drain(mouth, clock, 0.6) if isinstance(one, WordPlayed)]
    mouth.stop(1, 0.04)
    (cut,) = drain(mouth, clock, 10.0)
    assert isinstance(cut, PlaybackCut)
    assert cut.at == 0.64
    assert cut.chars == heard[-1].chars


def test_what_has_not_begun_is_dropped_with_nothing_heard() -> None:
    mouth, clock = mouth_at_rest()
    mouth.say(1, Kind.REPLY, "one two", more=False)
    mouth.stop(1, 0.04)
    assert drain(mouth, clock, 10.0) == [PlaybackCut(0.0, 1, 0)]


def test_text_that_streams_in_is_one_utterance() -> None:
    mouth, clock = mouth_at_rest()
    mouth.say(1, Kind.REPLY, "One.", more=True)
    assert not any(isinstance(one, PlaybackFinished) for one in drain(mouth, clock, 5.0))
    mouth.say_more(1, " Two.", more=True)
    mouth.say_more(1, "", more=False)
    percepts = drain(mouth, clock, 10.0)
    assert [type(one) for one in percepts] == [WordPlayed, PlaybackFinished]
    assert percepts[0].at > 5.0


def test_lines_wait_for_one_another() -> None:
    mouth, clock = mouth_at_rest()
    mouth.say(1, Kind.GREETING, "Hello.", more=False)
    mouth.say(2, Kind.REPLY, "Yes.", more=False)
    percepts = drain(mouth, clock, 10.0)
    first_end = next(one.at for one in percepts if isinstance(one, PlaybackFinished))
    second = [one for one in percepts if isinstance(one, PlaybackStarted)][1]
    assert second.utterance == 2
    assert second.at >= first_end
    assert percepts[0].at == ONSET_S


def test_keys_take_their_time_between_utterances() -> None:
    mouth, clock = mouth_at_rest()
    mouth.say(1, Kind.REPLY, "one", more=False)
    mouth.press("12w")
    mouth.say(2, Kind.REPLY, "two", more=False)
    found: list[Percept] = []
    while (due := mouth.next_due()) is not None:
        percept = mouth.take(due)
        clock.now = max(clock.now, due)
        found += [percept] if percept is not None else []
    assert [getattr(one, "utterance", None) for one in found] == [1, 1, 1, 2, 2, 2]
    assert found[3].at - found[2].at >= 0.8
    assert found[3].at - found[2].at <= 0.8 + 2 * ONSET_S + 1e-9
    mouth.press("5")
    mouth.close()
