"""What holds whatever happens: properties of System 1 over random percept streams."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.advising import AdviserError
from agent.call import Call
from agent.journal import Journal
from agent.records import CallEnded, Decision, FloorChange, PerceptSeen, Utterance
from agent.replay import compare, redecide
from agent.schedule import Schedule
from agent.think_time import ThinkTime
from agent.thinking import Thinking
from speech.playback.wordmouth import WordMouth
from system1.acts import Consult, Kind
from system1.consultation import Matter
from system1.errands import Errand, Outcome, Proposal
from system1.mind import System1
from system1.notices import FloorAction, FloorState
from system1.percepts import (
    CallStarted,
    Completion,
    Contour,
    EndOfTurn,
    Heard,
    Judged,
    Level,
    LowPitch,
    Percept,
    PlaybackCut,
    PlaybackFinished,
    PlaybackStarted,
    Prosody,
    Returned,
    SoundEvent,
    SpeechStarted,
    SpeechStopped,
    Thought,
    Tick,
    Unadvised,
    Word,
    WordPlayed,
)
from system1.reflexes.listening import LOW_PITCH
from system1.thoughts import (
    Done,
    Failed,
    Note,
    NotUnderstood,
    Propose,
    Sentence,
    SetOut,
    Unready,
)
from tests.advisers import TERMS, Rules, advising
from tests.stage import Stage, bot

POLICY = bot(
    disclosures=[{"id": "rec", "say": "This call may be recorded."}],
    rules=[
        {"id": "bye", "when": {"says": ["goodbye"]}, "say": "Goodbye.", "do": "hang_up"},
        {"id": "stop", "when": {"turns": 9}, "say": "Enough.", "do": "hang_up"},
    ],
    turn_taking={
        "max_call": 120.0,
        "maxspeechtimeout": 10.0,
        "speculation": {"above": 0.3, "waste": 1.0},
    },
    backchannels={"agent": {"say": ["mm-hm", "I see"], "every": 2.0, "after": 0.5, "cue": "both"}},
    soothe={
        "agitated": ["I am sorry.", "Let us see."],
        "fast_speech": ["No rush."],
        "hesitant": ["No hurry."],
    },
    machine={"say": "I was hoping for a person."},
    adviser=TERMS | {"failures": 2},
)

BACKCHANNELS = [one for one in (POLICY.backchannels.agent,) if one is not None]

WORDS = ["yes", "no", "uh-huh", "my", "line", "is", "down", "the", "um", "goodbye", "four", "wait"]
WORDS += ["hold on", "let me check"]
WORDS += ["press one", "after the tone"]
LINES = st.lists(
    st.tuples(
        st.floats(0.05, 6.0),
        st.lists(st.sampled_from(WORDS), max_size=7),
        st.floats(0.1, 0.6),
    ),
    max_size=9,
)
ANSWERS = ["Yes.", "It is fixed within four hours, and you will get a message from us then."]


def opinion(consult: Consult) -> float:
    """Whatever, but the same for the same words; none at all for some."""
    chance = len(consult.moment.caller) % 7 / 5
    if chance > 1.0:
        raise AdviserError("has none")
    return chance


def call_with(lines: list[tuple[float, list[str], float]], think: float) -> Stage:
    stage = Stage(POLICY, think=think, advising=advising(Rules(opinion)))
    at = 0.0
    for gap, words, word_s in lines:
        at += gap
        begins = at
        at = stage.says(at, " ".join(words), word_s) if words else stage.makes_noise(at, word_s)
        for quarter in range(int((at - begins) / 0.25)):
            # Who speaks slowly here does so in anger; who speaks fast is in a hurry.
            sounds = (3.0, 5.0, 0.9, 4.0) if word_s > 0.3 else (0.0, 0.0, 1.5, 8.0)
            stage.sounds(begins + 0.25 * (quarter + 1), *sounds)
            if quarter % 3 == 2:
                stage.goes_low(begins + 0.25 * (quarter + 1))
        # Voice activity is told apart only where there is a gap to tell.
        at += 0.25
    return stage.play(200.0)


@settings(max_examples=120, deadline=None)
@given(LINES, st.floats(0.0, 5.0))
def test_a_call_keeps_its_invariants(
    lines: list[tuple[float, list[str], float]], think: float
) -> None:
    stage = call_with(lines, think)
    records = stage.records
    assert isinstance(records[-1], CallEnded), "every call ends"
    times = [record.at for record in records]
    assert times == sorted(times), "the journal is in time order"
    floor = FloorState.FREE_S
    said: set[str] = set()
    offered: list[str] = [POLICY.greeting, POLICY.farewell or ""]
    offered += [one.say for one in POLICY.disclosures]
    offered += [one.say for ladder in (POLICY.noinput, POLICY.nomatch) for one in ladder]
    offered += [one.say for one in POLICY.rules]
    assert POLICY.machine is not None
    offered += [POLICY.machine.say, POLICY.machine.challenge or ""]
    offered += [text for one in POLICY.fillers for text in one.say]
    offered += [text for one in BACKCHANNELS for text in one.say]
    offered += [*POLICY.hold.say]
    offered += [*POLICY.soothe.agitated, *POLICY.soothe.fast_speech, *POLICY.soothe.hesitant]
    offered += [str(answer) for answer in stage.mind.answers]
    forced = False
    murmured: tuple[float, str | None] = (-10.0, None)
    for record in records:
        match record:
            case FloorChange():
                assert record.source is floor, "the floor moves from where it is"
                floor = record.target
            case Decision(do="take_turn"):
                # A forced turn whose last word the recogniser revises is still forced.
                rule = record.because.rule
                forced = rule == "maxspeechtimeout" or (forced and rule == "revised")
            case Decision(do="say", kind=Kind.REPLY):
                assert forced or floor in (FloorState.FREE_U, FloorState.FREE_S), (
                    "a reply begins only when the caller does not hold the floor"
                )
            case Decision(do="say", kind=Kind.BACKCHANNEL):
                spoken_on = record.because.rule == LOW_PITCH
                assert floor is FloorState.FREE_U or (spoken_on and floor is FloorState.USER), (
                    "a backchannel is given in the caller's pauses, or where the voice asks for it"
                )
                assert record.text != murmured[1], "never the same twice running"
                assert record.at >= murmured[0] + BACKCHANNELS[0].every
                murmured = (record.at, record.text)
            case _:
                pass
        if isinstance(record, Decision) and record.do in ("say", "say_more"):
            said.add((record.text or "").strip())
    for text in said:
        assert any(text in one for one in offered), f"nobody proposed {text!r}"
    check_stops(stage)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_a_backchannel_leaves_the_floor_where_it_is(
    lines: list[tuple[float, list[str], float]],
) -> None:
    """While it sounds, only the caller moves the floor, and no utterance of it is remembered."""
    stage = call_with(lines, 0.5)
    spans = [(one.start, one.end) for one in stage.utterances() if one.kind is Kind.BACKCHANNEL]
    for record in stage.records:
        if isinstance(record, FloorChange) and record.by == "agent":
            assert record.action is FloorAction.WAIT or not any(
                start <= record.at < end for start, end in spans
            )
    said = [turn.text for brief in stage.mind.briefs for turn in brief.turns if turn.who == "agent"]
    assert not {"mm-hm", "I see"} & set(said)


def check_stops(stage: Stage) -> None:
    """After a confirmed barge-in no agent audio later than the fade."""
    fade = POLICY.turn_taking.bargein.fade
    ends = {one.id: one for one in stage.utterances()}
    for stop in stage.decisions("stop"):
        spoken: Utterance | None = ends.get(stop.to if isinstance(stop.to, int) else -1)
        if spoken is not None:
            assert spoken.end <= stop.at + fade + 1e-3


@settings(max_examples=60, deadline=None)
@given(LINES, st.floats(0.0, 5.0))
def test_replay_of_the_percepts_gives_the_same_decisions(
    lines: list[tuple[float, list[str], float]], think: float
) -> None:
    stage = call_with(lines, think)
    assert compare(stage.decisions(), redecide(stage.records, POLICY)) == []


@settings(max_examples=40, deadline=None)
@given(LINES, st.floats(0.0, 2.0), st.data())
def test_a_snapshot_taken_anywhere_goes_on_identically(
    lines: list[tuple[float, list[str], float]], think: float, data: st.DataObject
) -> None:
    percepts = [
        one.percept for one in call_with(lines, think).records if isinstance(one, PerceptSeen)
    ]
    cut = data.draw(st.integers(0, len(percepts)))
    first = System1(POLICY)
    for percept in percepts[:cut]:
        first.step(percept)
    second = first.snapshot()
    rest = percepts[cut:]
    assert [first.step(one) for one in rest] == [second.step(one) for one in rest]


@settings(max_examples=40, deadline=None)
@given(LINES, st.floats(0.0, 2.0))
def test_a_mind_replaced_by_its_snapshot_at_every_step_is_the_same_mind(
    lines: list[tuple[float, list[str], float]], think: float
) -> None:
    whole, resumed = System1(POLICY), System1(POLICY)
    for record in call_with(lines, think).records:
        if isinstance(record, PerceptSeen):
            resumed = resumed.snapshot()
            assert whole.step(record.percept) == resumed.step(record.percept)


ODD = st.one_of(
    st.floats(-1e3, 1e4),
    st.sampled_from([0.0, math.inf, -math.inf, math.nan]),
)
FINITE = st.floats(0.0, 1e4)
ERRANDS = st.builds(Errand, st.integers(1, 3), st.just("track"), st.just("{}"))
HOSTILE: st.SearchStrategy[Percept] = st.one_of(
    st.builds(CallStarted, FINITE),
    st.builds(SpeechStarted, FINITE, FINITE),
    st.builds(SpeechStopped, FINITE, FINITE),
    st.builds(
        Heard,
        FINITE,
        st.integers(0, 5),
        st.lists(st.builds(Word, st.text(max_size=4), FINITE, FINITE), max_size=4).map(tuple),
        st.booleans(),
        st.floats(0, 1),
    ),
    st.builds(
        Judged,
        FINITE,
        st.integers(0, 5),
        st.sampled_from(Matter),
        st.tuples(st.tuples(st.just("interrupts"), ODD)),
    ),
    st.builds(Unadvised, FINITE, st.integers(0, 5), st.sampled_from(["late", "failed"])),
    st.builds(EndOfTurn, FINITE, st.lists(st.tuples(ODD, ODD), max_size=3).map(tuple)),
    st.builds(Completion, FINITE, st.sampled_from(["smart_turn", "adviser", "?"]), ODD, FINITE),
    st.builds(Contour, FINITE, FINITE, ODD, ODD, ODD, ODD, ODD),
    st.builds(Prosody, FINITE, ODD, ODD, ODD, ODD, ODD),
    st.builds(LowPitch, FINITE, FINITE),
    st.builds(EndOfTurn, FINITE, st.just(((0.5, 0.9),))),
    st.builds(Prosody, FINITE, ODD, ODD, ODD, ODD),
    st.builds(Level, FINITE, ODD, st.none() | ODD, ODD),
    st.builds(SoundEvent, FINITE, st.sampled_from(["music", "music_stopped", "beep", ""])),
    st.builds(PlaybackStarted, FINITE, st.integers(0, 5)),
    st.builds(WordPlayed, FINITE, st.integers(0, 5), st.integers(-3, 999)),
    st.builds(PlaybackFinished, FINITE, st.integers(0, 5)),
    st.builds(PlaybackCut, FINITE, st.integers(0, 5), st.integers(0, 99)),
    st.builds(
        Thought,
        FINITE,
        st.integers(0, 4),
        st.one_of(
            st.builds(Sentence, st.text(max_size=9)),
            st.just(Done()),
            st.just(Failed("down")),
            st.just(NotUnderstood("no")),
            st.just(Note("name", "Ann")),
            st.just(Unready()),
            st.just(Propose(Proposal("book", "{}", "Shall I?"))),
            st.builds(SetOut, ERRANDS),
        ),
    ),
    st.builds(Returned, FINITE, st.builds(Outcome, ERRANDS, st.booleans(), st.text(max_size=9))),
    st.builds(Tick, FINITE),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(HOSTILE, max_size=60))
def test_nothing_that_comes_in_can_break_it(percepts: list[Percept]) -> None:
    first, second = System1(POLICY), System1(POLICY)
    for percept in percepts:
        assert first.step(percept) == second.step(percept)
    limit = POLICY.turn_taking.max_call
    first.step(Tick(max(limit, first.scene.now) + 60.0))
    assert first.ended, "no stream of percepts keeps a call open beyond its limit"


def test_a_turn_of_a_thousand_words_is_cut_off_and_answered() -> None:
    stage = Stage(POLICY)
    stage.says(3.0, " ".join(["word"] * 1000), 0.05)
    stage.play(200.0)
    [forced, *_] = stage.decisions("take_turn")
    assert forced.because.rule == "maxspeechtimeout"
    assert forced.at == pytest.approx(3.0 + POLICY.turn_taking.maxspeechtimeout, abs=0.2)
    assert [one.kind for one in stage.utterances() if one.start > forced.at][:1] == [Kind.REPLY]


def test_percepts_are_values() -> None:
    percept = SpeechStarted(1.0, 0.9)
    assert replace(percept, at=1.0) == percept


def test_the_core_runs_without_a_loop_of_its_own() -> None:
    """System 1 needs neither clock nor loop: a call is a plain function of its percepts."""
    script = Schedule()
    journal = Journal()
    mouth = WordMouth(lambda: call.now)
    call = Call(
        POLICY,
        Thinking(Stage(POLICY).mind, "virtual", ThinkTime(0.0)),
        mouth,
        lambda q: None,
        journal,
    )
    call.perceive(CallStarted(0.0))
    assert script.next_due() is None
    assert [one.do for one in journal.records if isinstance(one, Decision)] == ["say"]
