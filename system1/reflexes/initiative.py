"""What the agent says of its own accord: greeting, disclosures, fillers, check-ins."""

from __future__ import annotations

from policies.timing import SilenceRung
from system1.acts import Because, Kind
from system1.floor import Phase
from system1.moves import Attend, Later, Proposal, Speak
from system1.notices import FloorState
from system1.reflexes.answering import rung_for
from system1.scene import EPSILON_S, Scene

HEAD_START_S = 0.4
"""What System 2 gets before a filler is thought of, however late the turn was taken."""

BETWEEN_S = 1.0
"""Silence between two fillers at least: closer together they are a speech, not a filler."""


def opening(scene: Scene) -> Proposal:
    """The greeting, then what must be disclosed."""
    agent = scene.agent
    if agent.current is not None or scene.caller.speaking:
        return None
    if not agent.greeted:
        return (Speak(Kind.GREETING, scene.policy.greeting, Because("greeting")),)
    if agent.disclosed < len(scene.policy.disclosures):
        disclosure = scene.policy.disclosures[agent.disclosed]
        return (
            Speak(
                Kind.DISCLOSURE,
                disclosure.say,
                Because("disclosure." + disclosure.id),
                interruptible=disclosure.bargein,
            ),
        )
    return None


def filler(scene: Scene) -> Proposal:
    """Win time while System 2 thinks: only after a real end of turn, never over an answer."""
    taken, work = scene.taken, scene.work
    if taken is None or work is None or work.sentences or work.done:
        return None
    if scene.agent.current is not None or scene.caller.turn_start is not None:
        return None
    if work.fillers >= len(scene.policy.fillers):
        return None
    line = scene.policy.fillers[work.fillers]
    # What counts is the silence that the caller has heard, on either side.
    due = max(taken.end, scene.agent.silent_since) + line.after
    due = max(due, work.started + HEAD_START_S)
    if work.fillers:
        due = max(taken.end + line.after, scene.agent.silent_since + BETWEEN_S)
    if scene.now < due - EPSILON_S:
        return Later(due)
    text = line.say[scene.agent.filler_uses % len(line.say)]
    waited = round(scene.now - taken.end, 4)
    return (Speak(Kind.FILLER, text, Because("filler", (("waited_s", waited),))),)


def noinput(scene: Scene) -> Proposal:
    """The silence ladder: the floor is free after the agent's own turn, and nobody takes it."""
    if scene.floor.state is not FloorState.FREE_S or scene.floor.phase is not Phase.SERVING:
        return None
    if scene.agent.current is not None or scene.taken is not None or scene.work is not None:
        return None
    if scene.caller.turn_start is not None:
        return None
    rung = rung_for(scene.policy.noinput, scene.noinput + 1)
    if not isinstance(rung, SilenceRung):
        return None
    due = scene.agent.silent_since + rung.after
    if scene.now < due - EPSILON_S:
        return Later(due)
    because = Because(
        "noinput",
        (
            ("count", scene.noinput + 1),
            ("silence_s", round(scene.now - scene.agent.silent_since, 4)),
        ),
    )
    kind = Kind.CHECK_IN if rung.do is None else Kind.FAREWELL
    return (Speak(kind, rung.say, because, then=rung.do, to=rung.to, ladder="noinput"),)


def attend(scene: Scene) -> Proposal:
    """Tell the ears what the agent has asked."""
    question = scene.memory.question
    if question == scene.listening:
        return None
    return (Attend(question, Because("asked")),)
