"""The other party may be a machine: ask once, then take leave.

Only where the policy has a ``machine`` section. What counts is in ``system1.suspicion``.
"""

from __future__ import annotations

from policies.timing import Ending
from policies.timing import Machine as MachinePolicy
from system1.acts import Because, Kind
from system1.floor import Phase
from system1.language.telltales import only_assures
from system1.moves import Answered, Challenged, Later, Proposal, Reassured, Speak
from system1.notices import FloorState
from system1.perception import CHALLENGE
from system1.policy_phrases import phrases_of
from system1.scene import EPSILON_S, Scene
from system1.suspicion import Challenge, Suspicion

SHORT_WORDS = 5
"""A yes to the challenge with no more words than this, none of them the policy's, is a yes."""


def machine(scene: Scene) -> Proposal:
    """Leave a machine; challenge what may be one; take up the turn again with a person."""
    policy, seen = scene.policy.machine, scene.suspicion
    if policy is None or scene.floor.phase not in (Phase.OPENING, Phase.SERVING):
        return None
    if scene.agent.current is not None or scene.caller.turn_start is not None:
        return None
    if _is_sure(policy, seen):
        return _take_leave(policy, Because("machine", seen.evidence()))
    taken = scene.taken
    if taken is None or scene.work is not None:
        return _unanswered(scene, policy)
    if seen.challenge is Challenge.MET and seen.held is not None:
        # Who only says yes wants the answer that the challenge was said instead of.
        instead = seen.held.text if _only_yes(scene, taken.text) else None
        return (Reassured(instead, Because("machine.met", seen.evidence())),)
    if policy.challenge is None or not seen.may_challenge or seen.probability() < policy.suspect:
        return None
    return (Challenged(policy.challenge, Because(CHALLENGE, seen.evidence())),)


def _only_yes(scene: Scene, text: str) -> bool:
    """An assurance and no more, as far as it was recognised."""
    if only_assures(scene.language, text):
        return True
    said = scene.language.tokens(text)
    wants = phrases_of(scene.policy, scene.language).fit(said)
    return len(said) <= SHORT_WORDS and scene.language.is_yes(text) and wants is None


def _is_sure(policy: MachinePolicy, seen: Suspicion) -> bool:
    return seen.challenge is Challenge.NOT_MET or seen.probability() >= policy.sure


def _unanswered(scene: Scene, policy: MachinePolicy) -> Proposal:
    """A recording does not answer the challenge at all."""
    seen = scene.suspicion
    if seen.challenge is not Challenge.OPEN or scene.floor.state is not FloorState.FREE_S:
        return None
    due = scene.agent.silent_since + policy.answer_within
    if scene.now < due - EPSILON_S:
        return Later(due)
    silence_s = round(scene.now - scene.agent.silent_since, 4)
    evidence = (("silence_s", silence_s), *seen.unanswered().evidence())
    return _take_leave(policy, Because("machine.unanswered", evidence))


def _take_leave(policy: MachinePolicy, because: Because) -> Proposal:
    """A machine talks on whatever is said to it: this is not to be talked away."""
    kind = Kind.FAREWELL if policy.do is Ending.HANG_UP else Kind.REPLY
    leave = Speak(kind, policy.say, because, interruptible=False, then=policy.do, to=policy.to)
    return (Answered(because), leave)
