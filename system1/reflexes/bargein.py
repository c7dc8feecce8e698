"""Speech over the agent: an interruption, a backchannel, or a noise?

``SYSTEM -> BOTH_S``, then RELEASE or KEEP. The agent ducks as soon as it hears something and
decides from the words, how long they last, and what it was saying itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from policies.timing import BargeInType
from system1.acts import Because
from system1.advice import interrupts_after
from system1.holding import asks_to_wait
from system1.moves import Disregard, Later, Lower, Proposal, Speak, Withdraw, Yield
from system1.questions import AnswerKind
from system1.scene import EPSILON_S, Scene, Spoken

ANSWERABLE = 0.6
"""A question is understood once this share of it was heard; a yes after that is an answer."""


def too_soon(scene: Scene) -> Proposal:
    """The caller began to speak before the agent's utterance became audible: take it back."""
    spoken = scene.agent.current
    if spoken is None or spoken.started is not None or spoken.ending or not spoken.interruptible:
        return None
    if not scene.caller.speaking or scene.caller.turn_start is None:
        return None
    return (Withdraw(Because("too_soon", (("onset", scene.caller.onset),))),)


def barge_in(scene: Scene) -> Proposal:
    """Decide about speech that began over the agent's."""
    spoken = scene.agent.current
    since = scene.caller.over_since
    if since is None:
        return None
    if spoken is None:
        return _agent_was_through(scene)
    numbers = scene.policy.turn_taking.bargein
    if spoken.ending or not spoken.interruptible or numbers.type is BargeInType.OFF:
        return None
    caller = scene.caller
    words = scene.text(since - numbers.min_speech)
    lasted = round((scene.now if caller.speaking else caller.offset) - since, 4)
    evidence: tuple[tuple[str, float | int | str], ...] = (
        ("words", words),
        ("speech_s", lasted),
        ("over", spoken.kind.value),
    )
    if numbers.type is BargeInType.HOTWORD:
        if any(scene.language.contains(words, hotword) for hotword in numbers.hotwords):
            return (Yield(Because("bargein.hotword", evidence)),)
        return None if caller.speaking else _keep(scene, Because("bargein.no_hotword", evidence))
    judged = _judge(scene, spoken, words, since, lasted)
    if judged is None:
        return None
    after, advised = interrupts_after(scene, judged.interrupts_after)
    judged, evidence = replace(judged, interrupts_after=after), (*evidence, *advised)
    if not caller.speaking and not _heard_out(scene):
        return Later(caller.offset + scene.policy.turn_taking.endpointing.words_settle)
    if lasted >= judged.interrupts_after - EPSILON_S:
        return (Yield(Because(judged.interrupts, evidence)),)
    if not caller.speaking:
        return (Disregard(Because(judged.keeps, evidence)),)
    if not spoken.ducked:
        return (Lower(Because("bargein.undecided", evidence)),)
    return Later(since + judged.interrupts_after)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """Speech over the agent that lasts ``interrupts_after`` (s) interrupts; shorter it does not.

    ``interrupts`` and ``keeps`` are the rules behind either.
    """

    interrupts_after: float
    interrupts: str
    keeps: str


def _judge(
    scene: Scene, spoken: Spoken, words: str, since: float, lasted: float
) -> _Judgement | None:
    """What speech over the agent is, as far as it goes; None if it is no affair of this reflex.

    Words that only an interruption begins with decide at once. Others are waited for: a partial
    "for" may yet become a "right", so they must have settled, with more coming, or last longer
    than any backchannel does. What was short and hardly recognised is taken for a backchannel.
    """
    caller, numbers = scene.caller, scene.policy.turn_taking.bargein
    if not words:
        return _Judgement(numbers.max_wordless, "bargein.wordless", "noise")
    if is_backchannel(scene, words):
        if _answers(scene, spoken, words):
            return None
        return _Judgement(numbers.max_backchannel, "bargein.long", "backchannel")
    if caller.confidence() >= numbers.clear and asks_to_wait(scene, words):
        return _Judgement(0.0, "bargein.hold", "bargein.hold")
    if scene.language.is_interrupting(words):
        return _Judgement(numbers.min_speech, "bargein.words", "bargein.too_short")
    if not caller.speaking:
        unclear = caller.confidence() < numbers.clear and lasted <= numbers.max_backchannel
        after = math.inf if unclear else numbers.min_speech
        keeps = "bargein.unclear" if unclear else "bargein.too_short"
        return _Judgement(after, "bargein.words", keeps)
    after = numbers.decide_by if _settling(scene, since) else numbers.max_wordless
    return _Judgement(max(after, numbers.min_speech), "bargein.words", "bargein.too_short")


def _settling(scene: Scene, since: float) -> bool:
    """Two words or more, of which the first will not change any more."""
    heard = scene.caller.words(since - scene.policy.turn_taking.bargein.min_speech)
    said = [word for word in heard if not scene.language.is_hesitation(word.text)]
    return len(said) > 1 and said[0].stable and not is_backchannel(scene, said[0].text)


def _heard_out(scene: Scene) -> bool:
    """The recogniser has settled on what was said, or had its time to."""
    due = scene.caller.offset + scene.policy.turn_taking.endpointing.words_settle
    return scene.caller.settled() or scene.now >= due - EPSILON_S


def _agent_was_through(scene: Scene) -> Proposal:
    """The agent finished before this was decided: nothing is left to interrupt.

    What was only a backchannel still wants no answer; anything else is the caller's turn.
    """
    caller = scene.caller
    since = caller.over_since
    if caller.speaking or since is None:
        return None
    words = scene.text(since - scene.policy.turn_taking.bargein.min_speech)
    if words and not says_something(scene, words):
        return _keep(scene, Because("backchannel", (("words", words),)))
    return None


def _keep(scene: Scene, because: Because) -> Proposal:
    """KEEP, once the recogniser had its chance to find words after all."""
    if not _heard_out(scene):
        return Later(scene.caller.offset + scene.policy.turn_taking.endpointing.words_settle)
    return (Disregard(because),)


def is_backchannel(scene: Scene, words: str) -> bool:
    """Nothing but the language's or the policy's backchannels."""
    return scene.language.is_backchannel(words, scene.policy.backchannels.caller)


def says_something(scene: Scene, words: str) -> bool:
    """Words that want an answer: more than backchannels, or a yes or no to what was asked."""
    if not words:
        return False
    question = scene.memory.question
    answered = question is not None and question.kind is AnswerKind.YES_NO
    if answered and scene.language.answer(words) is not None:
        return True
    return not is_backchannel(scene, words)


def _answers(scene: Scene, spoken: Spoken, words: str) -> bool:
    """A yes to a yes/no question that has been asked far enough is an answer, no backchannel."""
    question = spoken.question
    if question is None or question.kind is not AnswerKind.YES_NO:
        return False
    asked = spoken.chars >= ANSWERABLE * len(spoken.text)
    return asked and scene.language.answer(words) is not None


def false_alarm(scene: Scene) -> Proposal:
    """The agent stopped, and then nothing was said: go on from the word where it stopped."""
    yielded = scene.agent.yielded
    caller = scene.caller
    if yielded is None or scene.agent.current is not None or caller.speaking:
        return None
    words = scene.text()
    if says_something(scene, words):
        return None
    due = caller.offset + scene.policy.turn_taking.bargein.resume_after
    if scene.now < due - EPSILON_S:
        return Later(due)
    silence_s = round(scene.now - caller.offset, 4)
    because = Because("false_bargein", (("words", words), ("silence_s", silence_s)))
    rest = yielded.text[yielded.chars :].strip()
    if not rest:
        return (Disregard(because),)
    return (
        Disregard(because),
        Speak(
            yielded.kind,
            rest,
            because,
            interruptible=yielded.interruptible,
            then=yielded.then,
            to=yielded.to,
        ),
    )
