"""The caller says by hand who is to speak: gives a turn, or wants to hear no more."""

from __future__ import annotations

from system1.acts import Because
from system1.moves import Proposal, Yield
from system1.scene import Scene


def silenced(scene: Scene) -> Proposal:
    """Stop at once, and do not go on with it."""
    spoken = scene.agent.current
    if not scene.agent.silenced or spoken is None or spoken.ending:
        return None
    return (Yield(Because("silenced", (("over", spoken.kind.value),)), for_good=True),)


def written_over(scene: Scene) -> Proposal:
    """A turn that was given while the agent speaks interrupts it, whatever it is about."""
    spoken = scene.agent.current
    if not scene.caller.given or spoken is None or spoken.ending or not spoken.interruptible:
        return None
    if not scene.text():
        return None
    because = Because("given", (("words", scene.text()), ("over", spoken.kind.value)))
    return (Yield(because, for_good=True),)
