"""An answer that was begun too soon: how it is taken back, kept, and when it still fits.

The agent takes a pause for the end of the turn, begins, and the caller goes on: ``FREE_U``, GRAB,
``BOTH_U``. Then the agent stops (RELEASE), the turn is open again, and everything that the answer
had changed is as it was before. The answer itself is kept: if the turn, once it is over, asks the
same as before, it is said; else it is thought of anew. What was heard of it stays in memory.
"""

from __future__ import annotations

from policies.bargein import BargeInType
from system1.acts import Abandon, Because
from system1.language.additions import courteous
from system1.language.words import position
from system1.moves import Speak
from system1.notices import Output
from system1.questions import AnswerKind
from system1.scene import EPSILON_S, Answer, Scene, Standing, Work

UNDERSTOOD = 0.6
"""An utterance is understood once this share of it was heard. Speech over it after that is a
reaction to it: a yes answers it, and nothing is its turn going on."""

CUT_IN = "cut_in"
"""The rule by which the agent stops for a turn that goes on."""

COUNTED = frozenset({AnswerKind.DIGITS, AnswerKind.SPELLING})
"""What is said twice here counts twice, and "oh" is a number."""


def standing(scene: Scene) -> Standing:
    """What an answer is about to change."""
    memory = scene.memory
    return Standing(
        memory.question,
        memory.task,
        memory.slots,
        memory.proposed,
        memory.plan,
        memory.asked,
        memory.news,
        scene.nomatch,
        scene.holding,
        scene.fired,
    )


def answer_of(scene: Scene, move: Speak, utterance: int) -> Answer | None:
    """What the utterance about to begin answers; None if it is no answer to a turn."""
    taken, work, settled = scene.taken, scene.work, scene.answer
    if move.think is not None and taken is not None and work is not None:
        return Answer(taken, work, standing(scene), work.spoken, utterance)
    if move.ladder == "nomatch" and taken is not None:
        return Answer(taken, work, standing(scene), utterance=utterance)
    if settled is not None and settled.utterance is None:
        # The line of the policy's by which the turn has just been settled.
        settled.utterance = utterance
        return settled
    return None


def take_back(scene: Scene, answer: Answer, *, heard: bool) -> None:
    """The turn is unanswered again; ``heard``: the answer had become audible."""
    before, work = answer.before, answer.work
    memory = scene.memory
    memory.question, memory.task, memory.slots = before.question, before.task, before.slots
    memory.proposed, memory.news = before.proposed, before.news
    memory.plan, memory.asked = before.plan, before.asked
    scene.nomatch, scene.holding = before.nomatch, before.holding
    scene.fired = before.fired
    scene.taken, scene.work, scene.answer = answer.taken, work, None
    scene.taken.overheard |= heard
    if heard and not scene.text(answer.taken.end):
        scene.repaired = answer.taken.start
    if work is not None:
        work.utterance = None
        work.spoken = answer.first


def work_of(scene: Scene, think: int) -> Work | None:
    """The work of a think, under way or kept."""
    works = (scene.work, scene.kept.work if scene.kept is not None else None)
    return next((work for work in works if work is not None and work.think == think), None)


def skip_heard(scene: Scene, think: int, heard: str) -> None:
    """Sentences that were heard whole are not said again; the one that was cut off is."""
    work = work_of(scene, think)
    if work is None or work.utterance is not None:
        return
    said = [sentence.text for sentence in work.sentences[work.spoken :]]
    whole = [n for n in range(1, len(said)) if heard.startswith(scene.joined(*said[:n]))]
    work.spoken += max(whole, default=0)


def worth_keeping(scene: Scene, work: Work, text: str) -> bool:
    """An answer that is there costs nothing; one that is still thought of must fit so far."""
    if work.failure is not None:
        return False
    return bool(work.done and work.sentences) or still_fits(scene, work.said, text)


def still_fits(scene: Scene, before: str, after: str) -> bool:
    """Whether a turn that has become ``after`` asks no more than ``before``.

    It does not if, hesitations aside, the words are the same, or what was added to them is a
    courtesy ("please"), a backchannel, or said already. Where digits or letters are awaited, only
    a courtesy adds nothing; and a yes or no must remain what it was.
    """
    language = scene.language
    was, now = language.without_hesitations(before), language.without_hesitations(after)
    if now == was:
        return bool(was) or language.folded(before) == language.folded(after)
    if not was or now[: len(was)] != was:
        return False
    added = now[len(was) :]
    counted = scene.kind in COUNTED or any(word in language.digits for word in added)
    if scene.kind is AnswerKind.YES_NO:
        verdict = language.answer(was)
        if language.answer(now) != verdict or language.answer(added) not in (None, verdict):
            return False
    if courteous(language, added):
        return True
    if counted:
        return False
    return language.is_backchannel(added) or position(was, added) >= 0


def resumes(scene: Scene, onset: float) -> int | None:
    """The utterance over which speech from ``onset`` (s) may be the answered turn going on."""
    spoken, answer, numbers = scene.agent.current, scene.answer, scene.policy.turn_taking
    if spoken is None or spoken.started is None or spoken.ending or not spoken.interruptible:
        return None
    if answer is None or answer.utterance != spoken.id or answer.taken.forced:
        return None
    if numbers.bargein.type is not BargeInType.SPEECH:
        return None
    if onset > spoken.started + numbers.cut_in.within + EPSILON_S:
        return None
    return spoken.id if spoken.chars < UNDERSTOOD * len(spoken.text) else None


def drop_kept(scene: Scene, because: Because) -> list[Output]:
    """The kept answer is no longer wanted."""
    kept = scene.kept
    if kept is None:
        return []
    scene.kept = None
    if kept.ahead:
        scene.foresight.dropped += 1
        scene.memory.give_up(kept.work.errands)
    # What was thought ahead has no fate before it is taken up or dropped.
    return [Abandon(kept.work.think, because)] if kept.ahead or not kept.work.done else []
