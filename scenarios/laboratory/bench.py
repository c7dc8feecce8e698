"""One run of the bench: the corpus is heard, the calls are held, everyone is measured."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from scenarios.laboratory.contenders import Entry
from scenarios.laboratory.corpus import few, recipes
from scenarios.laboratory.endpointing_scores import Point, Turn, sweep
from scenarios.laboratory.events import events
from scenarios.laboratory.floor_scores import Happened
from scenarios.laboratory.ours import Kairos, by_words_alone, policy
from scenarios.laboratory.repeatability import Repeatability, repeatability
from scenarios.laboratory.texts import Split
from scenarios.laboratory.timer import STOCK_S, Timer
from scenarios.laboratory.work import CallJob, ClipJob, Done, HeardClip, HeldCall, Job, do_all
from speech.protocols import Audio

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
class Bench:
    """A finished run. ``lost``: calls in which the event did not happen where it should have."""

    settings: Settings
    clips: tuple[HeardClip, ...]
    calls: tuple[HeldCall, ...]
    lost: tuple[str, ...]
    turns: tuple[Turn, ...]
    happened: tuple[Happened, ...]
    standings: tuple[Standing, ...]
    repeatability: Repeatability


def run_bench(
    settings: Settings, peers: Sequence[Peer] = (), on_done: Callable[[Done], None] = lambda _: None
) -> Bench:
    """Run it. Raises ``SpeechError`` where the embedded profile is not installed."""
    work = jobs(settings)
    done = do_all(work, settings.workers or os.cpu_count() or 1, on_done)
    clips = tuple(one for one in done if isinstance(one, HeardClip))
    calls = tuple(one for one in done if isinstance(one, HeldCall))
    turns = tuple(Turn(one.name, one.spans) for one in clips)
    happened = tuple(event for one in calls if (event := _happened(one)) is not None)
    entries = [*house(clips, calls)]
    if peers:
        recordings = {one.name: one.audio for one in clips}
        recordings |= {one.name: one.call.caller for one in calls}
        entries += [peer(recordings) for peer in peers]
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
    )


def jobs(settings: Settings) -> list[Job]:
    """The work of a run, in its order."""
    clips = few(recipes(settings.split), settings.limit)
    calls = few(events(settings.split), settings.limit)
    return [
        *(CallJob(event) for event in calls),
        *(ClipJob(recipe, settings.runs) for recipe in clips),
    ]


def house(clips: Sequence[HeardClip], calls: Sequence[HeldCall]) -> tuple[Entry, ...]:
    """Our own contenders, and the timer."""
    silences = {one.name: one.silences for one in clips}
    stops = {one.name: one.call.stopped_at for one in calls}
    onsets = {one.name: one.call.onsets for one in calls}
    activations = {one.name: one.activations for one in clips}
    activations |= {one.name: one.activations for one in calls}
    patience = policy().turn_taking.endpointing.patience
    wordy = {
        name: tuple(by_words_alone(silence) for silence in many) for name, many in silences.items()
    }
    return (
        Entry(Kairos("kairos", silences, stops, onsets), (patience,), "patience, s"),
        Entry(
            Kairos("kairos_words", wordy, MappingProxyType({}), MappingProxyType({})),
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
