"""What the agent says of its own accord: greeting, disclosures, fillers, and news."""

from __future__ import annotations

import re

from policies.remembering import placeholders
from system1.acts import Because, Kind
from system1.moves import Attend, Later, Proposal, Report, Speak
from system1.reflexes.silence import is_silent
from system1.scene import EPSILON_S, Scene
from system1.waits import least_recent

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
        returning = _returning(scene)
        if returning is not None:
            calls = (("calls", float(scene.memory.calls)),)
            return (Speak(Kind.GREETING, returning, Because("greeting.returning", calls)),)
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


def _returning(scene: Scene) -> str | None:
    """The words for a caller who has called before; None where something in them is not known."""
    memory, greeting = scene.memory, scene.policy.memory.greeting
    known = dict(memory.known)
    if greeting is None or not memory.calls or not known.keys() >= {*placeholders(greeting)}:
        return None
    return re.sub(r"\{([^{}]*)\}", lambda name: " ".join(known[name[1]].split()), greeting)


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
    due = max(due, scene.now)
    worth_s = scene.policy.turn_taking.filler_worth
    due = work.started + scene.waits.filler_after(due - work.started, worth_s)
    if scene.now < due - EPSILON_S:
        return Later(due)
    text = least_recent(line.say, scene.agent.fillers)
    evidence: tuple[tuple[str, float], ...] = (("waited_s", round(scene.now - taken.end, 4)),)
    if (expected := scene.waits.expected_s) is not None:
        evidence += (("expected_s", round(expected, 4)),)
    return (Speak(Kind.FILLER, text, Because("filler", evidence)),)


def report(scene: Scene) -> Proposal:
    """What the caller waits for has come in: tell it, though nobody has just asked."""
    news = scene.memory.news
    if not news or scene.caller.speaking or not is_silent(scene):
        return None
    tools = ", ".join(outcome.errand.tool for outcome in news)
    return (Report(Because("report", (("tools", tools),))),)


def progress(scene: Scene) -> Proposal:
    """The caller waits for something that takes long: say now and then that it is under way."""
    fillers, every = scene.policy.fillers, scene.policy.initiative.progress
    if not scene.memory.errands or not fillers or not is_silent(scene):
        return None
    due = scene.agent.silent_since + every
    if scene.now < due - EPSILON_S:
        return Later(due)
    text = least_recent(fillers[-1].say, scene.agent.fillers)
    evidence = (("silence_s", round(scene.now - scene.agent.silent_since, 4)),)
    return (Speak(Kind.FILLER, text, Because("progress", evidence)),)


def attend(scene: Scene) -> Proposal:
    """Tell the ears what the agent has asked."""
    question = scene.memory.question
    if question == scene.listening:
        return None
    return (Attend(question, Because("asked")),)
