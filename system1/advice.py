"""The adviser's part in the moment: what it is asked, which answers count, what they move.

It is asked by an act, ``Consult``, and answers by a percept or not at all; nothing waits for it.
An answer counts only while the moment that it speaks of lasts: for the pause and the words, or
the speech over the agent and its words, that were asked about.
"""

from __future__ import annotations

from dataclasses import replace

from system1.acts import Consult
from system1.consultation import ADVISER, Matter, Moment
from system1.masking import Censor, masked, secrets
from system1.moves import AskAdviser
from system1.notices import Output
from system1.percepts import Completion
from system1.scene import Scene

Evidence = tuple[tuple[str, float | int | str], ...]


def consult(scene: Scene, move: AskAdviser) -> list[Output]:
    """Ask; what was said about fewer words no longer counts."""
    asked = scene.counsel.next_consult
    scene.counsel = scene.counsel.asking(move.about, move.since, move.words)
    if move.about is Matter.DONE:
        scene.caller.completion.pop(ADVISER, None)
    return [Consult(asked, move.about, _moment(scene, move), move.because)]


def counts(scene: Scene, percept: Completion) -> bool:
    """Whether an answer about a pause speaks of the pause under way, and of all its words."""
    asked, caller = scene.counsel.done, scene.caller
    if asked is None or caller.speaking or caller.turn_start is None:
        return False
    return percept.offset == asked.since == caller.offset and scene.text() == asked.words


def outdated(scene: Scene) -> None:
    """New words in a pause: what the adviser said of it before counts no longer."""
    asked = scene.counsel.done
    if asked is not None and ADVISER in scene.caller.completion and scene.text() != asked.words:
        del scene.caller.completion[ADVISER]


def overlap_words(scene: Scene) -> str:
    """The words over the agent, as ``system1.reflexes.bargein`` reads them."""
    since = scene.caller.over_since
    if since is None:
        return ""
    return scene.text(since - scene.policy.turn_taking.bargein.min_speech)


def interrupts_after(scene: Scene, after_s: float) -> tuple[float, Evidence]:
    """How long speech over the agent must last to interrupt, with the adviser's answer weighed in.

    ``after_s``: how long without it. At a probability p of an interruption above one half the
    excess over ``min_speech`` shrinks by ``weight * (2 p - 1)``, to nothing at 1; below one half
    the time grows by ``weight * (1 - 2 p)``, to its double at 0. What interrupts by
    ``min_speech`` anyway, and what never does, is left alone. The evidence is empty without an
    answer.
    """
    chance = _interrupts(scene)
    shortest = scene.policy.turn_taking.bargein.min_speech
    if chance is None or scene.policy.adviser is None or not shortest < after_s < float("inf"):
        return after_s, ()
    lean = scene.policy.adviser.weight * (2.0 * chance - 1.0)
    moved = shortest + (after_s - shortest) * (1.0 - lean) if lean > 0 else after_s * (1.0 - lean)
    return moved, ((ADVISER, round(chance, 4)), ("unadvised_s", after_s))


def unadvised(scene: Scene) -> Scene:
    """The moment as it would be without the adviser's answer about this pause."""
    others = {by: p for by, p in scene.caller.completion.items() if by != ADVISER}
    return replace(scene, caller=replace(scene.caller, completion=others))


def _interrupts(scene: Scene) -> float | None:
    asked = scene.counsel.overlap
    if asked is None or asked.since != scene.caller.over_since:
        return None
    return scene.counsel.interrupts if overlap_words(scene) == asked.words else None


def _moment(scene: Scene, move: AskAdviser) -> Moment:
    spoken = scene.agent.current if move.about is Matter.OVERLAP else None
    if spoken is not None:
        line = spoken.text[: spoken.chars]
    else:
        lines = [turn.text for turn in scene.memory.turns if turn.who == "agent"]
        line = lines[-1] if lines else ""
    return Moment(
        told(scene, move.words),
        scene.kind.value,
        told(scene, line.strip(), caller=False),
        scene.policy.language,
        move.since,
    )


def told(scene: Scene, text: str, *, caller: bool = True) -> str:
    """The text as it may be sent: masked where the policy has a mask."""
    mask = scene.policy.privacy.mask
    if not mask or not text:
        return text
    question, task = scene.memory.question, scene.memory.task
    values = secrets(scene.policy, scene.memory)
    slots = {question.slot if question is not None else None}
    slots.add(task.asking if task is not None else None)
    whole = caller and any(slot in mask for slot in slots)
    turns = [(turn.who, turn.text) for turn in scene.memory.turns]
    own = Censor(scene.policy, values, turns).own(text)
    return masked(text, scene.language, whole=whole, values=values, own=own)
