"""The caller's silences, what System 1 knew in each, and when it would have taken the floor.

Knowledge and decision are kept apart: one pass over the percepts collects what was known from
when on (``overheard`` for a recording without an agent, ``remembered`` for a recorded call);
``floor_taken_at`` then decides with any numbers, as ``system1.reflexes.turn_end`` would have.
That makes sweeps and counterfactuals cheap, and their truth is tested against System 1 itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from policies.evidence import EvidenceWeights
from policies.policy import Policy
from policies.timing import Endpointing
from system1.endpointing import best_silence
from system1.evidence import Evidence, judged, weigh
from system1.mind import System1
from system1.pauses import PauseStatistics, prior_pauses
from system1.perception import perceive
from system1.percepts import Percept, SpeechStarted
from system1.questions import AnswerKind, Question
from system1.scene import EPSILON_S, Scene


@dataclass(frozen=True, slots=True)
class Known:
    """What was known from ``since`` (s) on, until the next one or the silence's end.

    ``offset``: end of the caller's last sound as the ears date it (s). ``settled``: the recogniser
    had finished. ``speech_s``: speech in this turn; ``worded``: there were words in it.
    """

    since: float
    offset: float
    evidence: Evidence
    kind: AnswerKind
    pauses: PauseStatistics
    settled: bool
    worded: bool
    speech_s: float


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence of the caller's that began in a turn. ``onset``, ``until``: s.

    ``until``: when the caller spoke again; None if that was never, or only after the agent had
    spoken. ``known``: in time order, not empty.
    """

    onset: float
    until: float | None
    known: tuple[Known, ...]


def overheard(
    policy: Policy, percepts: Iterable[Percept], question: Question | None = None
) -> list[Silence]:
    """The silences of a recording in which no agent takes part: nobody ever takes the floor.

    ``question``: what was asked before it.
    """
    scene = System1(policy).scene
    scene.memory.question = question
    gathering = _Gathering()
    for percept in percepts:
        gathering.before(percept, scene)
        perceive(scene, percept)
        gathering.after(scene)
    return gathering.finished()


def remembered(policy: Policy, percepts: Iterable[Percept]) -> list[Silence]:
    """The silences of a recorded call, as System 1 with the call's own policy met them."""
    system1 = System1(policy)
    gathering = _Gathering()
    for percept in percepts:
        gathering.before(percept, system1.scene)
        system1.step(percept, gathering.after)
    return gathering.finished()


def floor_taken_at(
    silence: Silence, endpointing: Endpointing, *, shortest_speech_s: float
) -> float | None:
    """When (s) the floor is taken with these numbers; None if the caller goes on before.

    ``shortest_speech_s``: wordless speech shorter than this is noise, which wants no answer.
    """
    ends = [known.since for known in silence.known[1:]]
    for known, end in zip(silence.known, [*ends, silence.until], strict=True):
        if not known.worded and known.speech_s < shortest_speech_s:
            continue
        at = max(known.since, _due(known, endpointing))
        if end is None or at < end - EPSILON_S:
            return at
    return None


def reweighed(silence: Silence, weights: EvidenceWeights) -> Silence:
    """The same silence with the evidence judged by other weights."""
    known = (replace(one, evidence=judged(one.evidence.values, weights)) for one in silence.known)
    return replace(silence, known=tuple(known))


def _due(known: Known, endpointing: Endpointing) -> float:
    prior = prior_pauses(endpointing, known.kind)
    pauses = replace(known.pauses, median_s=prior.median_s, spread=prior.spread)
    due = known.offset + best_silence(round(known.evidence.pi, 6), pauses, endpointing).silence
    if not known.settled:
        due = max(due, known.offset + endpointing.words_settle)
    return due


class _Gathering:
    """Collects silences while percepts go by."""

    def __init__(self) -> None:
        self._silences: list[Silence] = []
        self._known: list[Known] = []

    def before(self, percept: Percept, scene: Scene) -> None:
        if isinstance(percept, SpeechStarted) and not scene.caller.speaking:
            self._close(percept.onset if scene.caller.turn_start is not None else None)

    def after(self, scene: Scene) -> None:
        caller = scene.caller
        if caller.speaking or caller.turn_start is None or scene.agent.audible:
            return
        known = Known(
            scene.now,
            caller.offset,
            weigh(scene),
            scene.kind,
            scene.pauses[scene.kind],
            caller.settled(),
            bool(scene.text()),
            caller.speech_s,
        )
        if not self._known or replace(known, since=self._known[-1].since) != self._known[-1]:
            self._known.append(known)

    def finished(self) -> list[Silence]:
        self._close(None)
        return self._silences

    def _close(self, until: float | None) -> None:
        if self._known:
            self._silences.append(Silence(self._known[0].offset, until, tuple(self._known)))
        self._known = []
