"""Breaks a loop: what would be said once more has been said too often, and got nobody anywhere.

Putting it in other words is System 2's affair. If the words are the same after all, the call is
handed over as the nomatch ladder's last step says, or ended with a farewell.
"""

from __future__ import annotations

from policies.timing import Ending
from system1.acts import Because, Kind
from system1.moves import Answered, Leave, Proposal, Speak
from system1.reflexes.answering import nomatch, reply
from system1.scene import Scene


def loop(scene: Scene) -> Proposal:
    """In place of a reply, or a rung of a nomatch ladder that leads nowhere, said too often.

    Another try at a slot is no loop: its ``attempts`` are part of the task's state.
    """
    said = _next(scene)
    if said is None or said.then is not None:
        return None
    work = scene.work
    task = work.task if work is not None and work.has_task else scene.memory.task
    limit = scene.policy.turn_taking.max_repeats
    times = scene.repetition.times(said.text, task, limit, whole=not said.more)
    if times < limit:
        return None
    because = Because("loop", (("times", times), ("text", said.text)))
    ends = [rung for rung in scene.policy.nomatch if rung.do is not None]
    if ends:
        last = ends[-1]
        kind = Kind.FAREWELL if last.do is Ending.HANG_UP else Kind.REPLY
        leave = Speak(kind, last.say, because, then=last.do, to=last.to)
        return (Answered(because, said=True), leave)
    if scene.policy.farewell is None:
        return (Leave(Ending.HANG_UP, None, because),)
    farewell = scene.policy.farewell
    speak = Speak(Kind.FAREWELL, farewell, because, interruptible=False, then=Ending.HANG_UP)
    return (Answered(because), speak)


def _next(scene: Scene) -> Speak | None:
    """What the agent is about to answer."""
    proposed = reply(scene)
    if proposed is None and not any(rung.do for rung in scene.policy.nomatch):
        # A ladder with an end climbs to it by itself.
        proposed = nomatch(scene)
    match proposed:
        case (Speak() as speak,):
            return speak
        case _:
            return None
