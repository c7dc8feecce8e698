"""The silence ladder: nobody speaks after the agent's turn, and it knows why.

A caller who asked for time gets it, and a gentler line; music at the caller's end is sat out; a
question that stands open is asked again in its own words.
"""

from __future__ import annotations

from policies.dialogue import Collect
from policies.model import ASK
from policies.timing import SilenceRung
from system1.acts import Because, Kind
from system1.floor import Phase
from system1.moves import Later, Proposal, Speak
from system1.notices import FloorState
from system1.plan import collected, plan_of
from system1.questions import AnswerKind, Question
from system1.reflexes.answering import rung_for
from system1.scene import EPSILON_S, Scene


def hold(scene: Scene) -> Proposal:
    """The caller asked the agent to wait: a few gentle lines, far apart; no rung is climbed."""
    lines, said = scene.policy.hold, scene.holding
    if said is None or said >= lines.count or not lines.say or not is_silent(scene):
        return None
    due = _quiet_since(scene) + lines.after
    if scene.now < due - EPSILON_S:
        return Later(due)
    because = Because("hold", (("count", said + 1), _silence(scene)))
    text = lines.say[said % len(lines.say)]
    return (Speak(Kind.CHECK_IN, text, because, ladder="hold"),)


def noinput(scene: Scene) -> Proposal:
    """The floor is free after the agent's own turn, and nobody takes it: VoiceXML's noinput.

    Not while the caller waits for the agent: what is looked up will be told.
    """
    if not is_silent(scene) or scene.memory.errands:
        return None
    lines, held = scene.policy.hold, scene.holding
    if held is not None and held < lines.count and lines.say:
        return None
    asked = open_question(scene)
    # The slot's rungs come first: of two with the same count the first wins (VoiceXML 2.0, 5.2.4).
    ladder = (*(asked.noinput if asked else ()), *scene.policy.noinput)
    rung = rung_for(ladder, scene.noinput + 1)
    if not isinstance(rung, SilenceRung):
        return None
    # Without a line to say, patience is still owed once.
    patience = lines.after if held == 0 and scene.noinput == 0 else 0.0
    due = _quiet_since(scene) + max(rung.after, patience)
    if scene.now < due - EPSILON_S:
        return Later(due)
    because = Because("noinput", (("count", scene.noinput + 1), _silence(scene)))
    text = rung.say.replace(ASK, asked.ask) if asked else rung.say
    if rung.do is None and ASK not in rung.say:
        text = scene.joined(text, _reminder(scene) or "")
    kind = Kind.CHECK_IN if rung.do is None else Kind.FAREWELL
    return (Speak(kind, text, because, then=rung.do, to=rung.to, ladder="noinput"),)


def open_question(scene: Scene) -> Collect | None:
    """The slot whose question stands open; None while its value is only being confirmed."""
    question, state = scene.memory.question, scene.memory.task
    if question is None or state is None or state.confirming or question.slot != state.asking:
        return None
    return collected(scene.policy, state, question.slot)


def _reminder(scene: Scene) -> str | None:
    """The open question, for a check-in that comes late enough to need it."""
    question, memory, least = scene.memory.question, scene.memory, scene.policy.initiative.remind
    if question is None or not least or scene.noinput + 1 < least:
        return None
    if question.slot is None or (memory.task is not None and memory.task.confirming):
        return None
    plan = plan_of(scene.policy, memory.plan, memory.task)
    return plan.step if plan is not None else None


def resume(scene: Scene) -> Proposal:
    """A task was left for something else, nothing is asked, and nobody speaks: go back to it."""
    memory = scene.memory
    if memory.question is not None or scene.holding is not None or not is_silent(scene):
        return None
    if memory.errands or scene.noinput:
        return None
    plan = plan_of(scene.policy, memory.plan, memory.task)
    if plan is None or plan.step is None:
        return None
    due = _quiet_since(scene) + scene.policy.initiative.resume
    if scene.now < due - EPSILON_S:
        return Later(due)
    asked = memory.asked
    still = asked if asked and memory.task and asked.slot == memory.task.asking else None
    question = still or Question(AnswerKind.FREE)
    because = Because("resume", (("goal", plan.goal), _silence(scene)))
    return (Speak(Kind.REPLY, plan.step, because, asks=question),)


def is_silent(scene: Scene) -> bool:
    """The agent had its turn, owes nothing, and nobody speaks."""
    if scene.floor.state is not FloorState.FREE_S or scene.floor.phase is not Phase.SERVING:
        return False
    if scene.agent.current is not None or scene.taken is not None or scene.work is not None:
        return False
    return scene.caller.turn_start is None


def _quiet_since(scene: Scene) -> float:
    """From when the silence counts (s): while music is sat out that lies ahead."""
    return max(scene.agent.silent_since, scene.caller.quiet_until)


def _silence(scene: Scene) -> tuple[str, float]:
    return "silence_s", round(scene.now - _quiet_since(scene), 4)
