"""One run of the bench: the corpus is heard, the calls are held, everyone is measured."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from agent.spans import Span
from scenarios.laboratory.contenders import Entry
from scenarios.laboratory.corpus import few, recipes
from scenarios.laboratory.endpointing_scores import Point, Turn, sweep
from scenarios.laboratory.events import events
from scenarios.laboratory.fitting import rows_of
from scenarios.laboratory.floor_scores import Happened
from scenarios.laboratory.human import HumanSpeech, human_speech
from scenarios.laboratory.ours import Kairos, by_words_alone, policy
from scenarios.laboratory.reliability import Reliability, reliability
from scenarios.laboratory.repeatability import Repeatability, repeatability
from scenarios.laboratory.texts import Split
from scenarios.laboratory.timer import STOCK_S, Timer
from scenarios.laboratory.work import (
    CallJob,
    ClipJob,
    Done,
    HeardClip,
    HeardHuman,
    HeldCall,
    HumanJob,
    Job,
    do_all,
)
from speech.protocols import Audio
from system1.evidence import judged

Peer = Callable[[Mapping[str, Audio]], Entry]
"""A contender that comes with its own ears: from all recordings by name to an entry.

The recordings are the clips, and the caller's channels of the calls, at ``SAMPLE_RATE``.
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """``limit``: so many clips and so many calls at most. ``runs``: of each clip, at least one.

    ``workers``: processes; None: one for each core.
    """

    split: Split = "held_out"
    limit: int | None = None
    runs: int = 2
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A contender, and what the sweep over its threshold gave."""

    entry: Entry
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Human:
    """The same contenders on recorded people: ends of turn alone. ``absent``: why there are none.

    A sentence that is cut in many places is scored at its own end once, where it is whole.
    """

    turns: tuple[Turn, ...]
    standings: tuple[Standing, ...]
    absent: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """A finished run. ``lost``: calls in which the event did not happen where it should have.

    ``reliability``: of our probabilities at the pauses' onsets; None where one label lacks.
    """

    settings: Settings
    clips: tuple[HeardClip, ...]
    calls: tuple[HeldCall, ...]
    lost: tuple[str, ...]
    turns: tuple[Turn, ...]
    happened: tuple[Happened, ...]
    standings: tuple[Standing, ...]
    repeatability: Repeatability
    reliability: Reliability | None
    human: Human


def run_bench(
    settings: Settings,
    peers: Sequence[Peer] = (),
    on_done: Callable[[Done, int], None] = lambda one, of: None,
) -> Bench:
    """Run it. Raises ``SpeechError`` where the embedded profile is not installed.

    ``on_done``: told each piece of work that is done, and how many there are.
    """
    people = human_speech()
    work = jobs(settings, people)
    workers = settings.workers or os.cpu_count() or 1
    done = do_all(work, workers, lambda one: on_done(one, len(work)))
    clips = tuple(one for one in done if isinstance(one, HeardClip))
    calls = tuple(one for one in done if isinstance(one, HeldCall))
    humans = tuple(one for one in done if isinstance(one, HeardHuman))
    turns = tuple(Turn(one.name, one.spans) for one in clips)
    human_turns = tuple(map(_human_turn, humans))
    happened = tuple(event for one in calls if (event := _happened(one)) is not None)
    recordings = {one.name: one.audio for one in clips}
    recordings |= {one.name: one.call.caller for one in calls}
    recordings |= {one.name: one.clip.audio for one in humans}
    others = [peer(recordings) for peer in peers]
    entries = (*house(clips, calls), *others)
    standings = tuple(Standing(entry, sweep(entry.contender, turns)) for entry in entries)
    reached = {one.name for one in happened}
    return Bench(
        settings,
        clips,
        calls,
        tuple(one.name for one in calls if one.name not in reached),
        turns,
        happened,
        standings,
        repeatability([one.repeated for one in clips]),
        _reliability(clips),
        Human(
            human_turns,
            tuple(
                Standing(entry, sweep(entry.contender, human_turns))
                for entry in (*house(humans, ()), *others)
                if human_turns
            ),
            people.absent,
        ),
    )


def jobs(settings: Settings, people: HumanSpeech) -> list[Job]:
    """The work of a run, in its order."""
    clips = few(recipes(settings.split), settings.limit)
    calls = few(events(settings.split), settings.limit)
    return [
        *(CallJob(event) for event in calls),
        *(ClipJob(recipe, settings.runs) for recipe in clips),
        *(HumanJob(clip) for clip in few(people.clips, settings.limit)),
    ]


def _human_turn(heard: HeardHuman) -> Turn:
    """The pause that was put in is the only one: a reader's own are none of a talker's."""
    clip = heard.clip
    begins = clip.spans[0].start
    if clip.pause is None:
        return Turn(heard.name, (Span(begins, clip.end),))
    before, after = Span(begins, clip.pause.start), Span(clip.pause.end, clip.end)
    return Turn(heard.name, (before, after), ends=False)


def _reliability(clips: Sequence[HeardClip]) -> Reliability | None:
    rows = [row for clip in clips for row in rows_of(clip.silences)]
    labels = [row.over for row in rows]
    if len(set(labels)) < 2:
        return None
    weights = policy().turn_taking.endpointing.weights
    return reliability([judged(row.values, weights).pi for row in rows], labels)


def house(clips: Sequence[HeardClip | HeardHuman], calls: Sequence[HeldCall]) -> tuple[Entry, ...]:
    """Our own contenders, and the timer."""
    silences = {one.name: one.silences for one in clips}
    fused = {one.name: one.fused for one in clips if one.fused is not None}
    stops = {one.name: one.call.stopped_at for one in calls}
    onsets = {one.name: one.call.onsets for one in calls}
    activations = {one.name: one.activations for one in clips}
    activations |= {one.name: one.activations for one in calls}
    patience = policy().turn_taking.endpointing.patience
    wordy = {
        name: tuple(by_words_alone(silence) for silence in many) for name, many in silences.items()
    }
    nothing: Mapping[str, float | None] = MappingProxyType({})
    smart = Entry(
        Kairos("kairos_fused", fused, nothing, MappingProxyType({})),
        (patience,),
        "patience, s",
        "with Smart Turn as one more evidence (profile embedded+smart-turn)",
        holds_calls=False,
    )
    return (
        Entry(Kairos("kairos", silences, stops, onsets), (patience,), "patience, s"),
        *((smart,) if fused else ()),
        Entry(
            Kairos("kairos_words", wordy, nothing, MappingProxyType({})),
            (patience,),
            "patience, s",
            "words and the question alone, no acoustic score",
            holds_calls=False,
        ),
        Entry(Timer(activations), STOCK_S, "silence, s"),
    )


def _happened(held: HeldCall) -> Happened | None:
    call = held.call
    if not call.reached or call.turn is None or call.event is None:
        return None
    return Happened(call.name, call.what.kind, call.what.place, call.turn, call.event)
