"""Speech over the agent: an interruption, a backchannel, or a noise?

``SYSTEM -> BOTH_S``, then RELEASE or KEEP. The agent ducks as soon as it hears something and
decides from the words, how long they last, and what it was saying itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from policies.bargein import BargeInType
from system1.acts import Because, Kind
from system1.advice import interrupts_after
from system1.distance import far, is_undecided, relative_db
from system1.holding import asks_to_wait
from system1.moves import Disregard, Later, Lower, Proposal, Speak, Withdraw, Yield
from system1.questions import AnswerKind
from system1.repair import UNDERSTOOD
from system1.scene import EPSILON_S, Scene, Spoken

Evidence = tuple[tuple[str, float | int | str], ...]


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
    by = kind_of_bargein(scene, spoken.kind)
    if spoken.ending or not spoken.interruptible or by is BargeInType.OFF:
        return None
    caller = scene.caller
    words = scene.text(since - numbers.min_speech)
    lasted = round((scene.now if caller.speaking else caller.offset) - since, 4)
    evidence: Evidence = (
        ("words", words),
        ("speech_s", lasted),
        ("over", spoken.kind.value),
    )
    if by is BargeInType.HOTWORD:
        if any(scene.language.contains(words, hotword) for hotword in numbers.hotwords):
            return (Yield(Because("bargein.hotword", evidence)),)
        return None if caller.speaking else _keep(scene, Because("bargein.no_hotword", evidence))
    distant = far(scene, words)
    if distant is not None:
        because = Because(f"bargein.{distant.rule}", (*evidence, *distant.evidence))
        return (Disregard(because),) if caller.speaking else _keep(scene, because)
    evidence = (*evidence, *_sound(scene))
    judged = _judge(scene, spoken, words, since, lasted)
    if judged is None:
        return None
    after, advised = interrupts_after(scene, judged.interrupts_after)
    judged, evidence = replace(judged, interrupts_after=after), (*evidence, *advised)
    if not caller.speaking and not heard_out(scene):
        return Later(caller.offset + scene.policy.turn_taking.endpointing.words_settle)
    if is_undecided(scene):
        return _wait(spoken, evidence, since + numbers.level_after)
    if lasted >= judged.interrupts_after - EPSILON_S:
        if _at_its_end(scene, spoken):
            return None
        return (Yield(Because(judged.interrupts, evidence)),)
    if not caller.speaking:
        return (Disregard(Because(judged.keeps, evidence)),)
    return _wait(spoken, evidence, since + judged.interrupts_after)


def kind_of_bargein(scene: Scene, kind: Kind) -> BargeInType:
    """What may interrupt an act of this kind."""
    numbers = scene.policy.turn_taking.bargein
    return next((one.type for one in numbers.overrides if kind.value in one.kind), numbers.type)


def is_steady(scene: Scene) -> bool:
    """A hum, an "um", an "er": sound that does not move as words do. Unknown is no."""
    change_db = scene.caller.change_db
    return change_db is not None and change_db < scene.policy.turn_taking.bargein.articulation_db


def _wait(spoken: Spoken, evidence: Evidence, until: float) -> Proposal:
    """Duck while it is undecided, and look again."""
    if not spoken.ducked:
        return (Lower(Because("bargein.undecided", evidence)),)
    return Later(until) if math.isfinite(until) else None


def _sound(scene: Scene) -> Evidence:
    """What is known of the sound itself."""
    relative, change_db = relative_db(scene), scene.caller.change_db
    level = () if relative is None else (("level_db", relative),)
    return (*level, *(() if change_db is None else (("change_db", change_db),)))


def _at_its_end(scene: Scene, spoken: Spoken) -> bool:
    """The agent has a word left to say, and says it rather than break off."""
    if spoken.more:
        return False
    left = scene.language.tokens(spoken.text[spoken.chars :])
    return len(left) <= scene.policy.turn_taking.bargein.finish_words


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
    steady = is_steady(scene) or caller.vocal is not None
    if not words:
        after = math.inf if steady else numbers.max_wordless
        return _Judgement(after, "bargein.wordless", "noise")
    if scene.language.is_hesitation(words):
        return _Judgement(math.inf, "bargein.words", "bargein.hesitation")
    if is_backchannel(scene, words):
        if _answers(scene, spoken, words):
            return None
        # "Uh-huh uh-huh uh-huh" is how a recogniser reads a laugh.
        after = math.inf if caller.vocal is not None else numbers.max_backchannel
        return _Judgement(after, "bargein.long", "backchannel")
    if caller.confidence() >= numbers.clear and asks_to_wait(scene, words):
        return _Judgement(0.0, "bargein.hold", "bargein.hold")
    if scene.language.is_interrupting(words):
        # "Um, my": what is heard into a hum is likely to be heard wrong.
        unsure = steady or scene.language.begins_hesitating(words)
        after = max(numbers.decide_from, _believed_from(scene, since))
        if unsure:
            after = numbers.max_backchannel
        return _Judgement(after, "bargein.words", "bargein.too_short")
    if caller.vocal is not None:
        return _Judgement(math.inf, "bargein.words", f"bargein.{caller.vocal}")
    if steady and lasted <= numbers.max_backchannel:
        return _Judgement(math.inf, "bargein.words", "bargein.tic")
    if not caller.speaking:
        unclear = caller.confidence() < numbers.clear and lasted <= numbers.max_backchannel
        after = math.inf if unclear else numbers.min_speech
        keeps = "bargein.unclear" if unclear else "bargein.too_short"
        return _Judgement(after, "bargein.words", keeps)
    after = numbers.decide_by if _settling(scene, since) else numbers.max_wordless
    return _Judgement(max(after, numbers.min_speech), "bargein.words", "bargein.too_short")


def _believed_from(scene: Scene, since: float) -> float:
    """Into the speech (s), when its words are believed.

    A single small word may still become another: "how" is what "ha" is first heard as.
    """
    caller, numbers = scene.caller, scene.policy.turn_taking.bargein
    heard = caller.words(since - numbers.min_speech)
    if len(heard) != 1 or heard[0].stable or heard[0].text not in scene.language.dangling:
        return 0.0
    return caller.first_since + numbers.first_word - since


def _settling(scene: Scene, since: float) -> bool:
    """Two words or more, of which the first will not change any more."""
    heard = scene.caller.words(since - scene.policy.turn_taking.bargein.min_speech)
    said = [word for word in heard if not scene.language.is_hesitation(word.text)]
    if len(said) < 2 or not said[0].stable or said[0].text in scene.language.strays:
        return False
    if all(len(word.text.strip(".")) == 1 and word.text.isascii() for word in said):
        return False
    return not is_backchannel(scene, said[0].text)


def heard_out(scene: Scene) -> bool:
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
    if not heard_out(scene):
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
    asked = spoken.chars >= UNDERSTOOD * len(spoken.text)
    return asked and scene.language.answer(words) is not None


def false_alarm(scene: Scene) -> Proposal:
    """The agent stopped, and then nothing was said: go on from the word where it stopped."""
    yielded = scene.agent.yielded
    caller = scene.caller
    if yielded is None or scene.agent.current is not None or caller.speaking:
        return None
    words = scene.text()
    if says_something(scene, words) and far(scene, words) is None:
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
