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
    kind = Kind.CHECK_IN if rung.do is None else Kind.FAREWELL
    return (Speak(kind, text, because, then=rung.do, to=rung.to, ladder="noinput"),)


def open_question(scene: Scene) -> Collect | None:
    """The slot whose question stands open; None while its value is only being confirmed."""
    question, state = scene.memory.question, scene.memory.task
    if question is None or state is None or state.confirming or question.slot != state.asking:
        return None
    return next(
        (
            collect
            for task in scene.policy.tasks
            if task.id == state.task
            for collect in task.collect
            if collect.slot == question.slot
        ),
        None,
    )


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
