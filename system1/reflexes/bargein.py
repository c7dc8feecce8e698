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
from system1.distance import calls, far, is_undecided, relative_db
from system1.holding import asks_to_wait
from system1.language.additions import retracts
from system1.moves import Disregard, Later, Lower, Proposal, Speak, Withdraw, Yield
from system1.perception import FALSE_ALARM
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
    if caller.resumes == spoken.id and after > 0.0 and not retracts(scene.language, words):
        # So soon after the onset it is for ``repair.cut_in`` to say whether the turn goes on.
        after = max(after, scene.policy.turn_taking.cut_in.decide_by + JUST_AFTER_S)
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
    change = () if change_db is None else (("change_db", change_db),)
    likeness = scene.caller.likeness
    return (*level, *change, *(() if likeness is None else (("likeness", likeness),)))


def _at_its_end(scene: Scene, spoken: Spoken) -> bool:
    """The agent has a word left to say, and says it rather than break off."""
    if spoken.more:
        return False
    left = scene.language.tokens(spoken.text[spoken.chars :])
    return len(left) <= scene.policy.turn_taking.bargein.finish_words


JUST_AFTER_S = 0.02
"""What another reflex is to judge first is looked at so much later (s)."""


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

    Words that only an interruption begins with decide at once, and so do any words where the
    sounds are no backchannel's. Others are given a moment, more where the sounds may be a
    backchannel's, or hardly anybody interrupts with such words: a "for" may yet become a "right".
    To be wrong then costs little, as the agent goes on as soon as that is known (``false_alarm``).
    What was short and hardly recognised is taken for a backchannel.
    """
    caller, numbers = scene.caller, scene.policy.turn_taking.bargein
    unlike, fits = _unlike(scene), _fits(scene)
    # What no hum begins like is none, however little it moves.
    steady = (is_steady(scene) and not unlike) or caller.vocal is not None
    if not words or (caller.speaking and scene.language.is_stray(words)):
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
    said = not caller.speaking and caller.settled() and caller.confidence() >= numbers.clear
    if said and calls(scene, words):
        # "Stop." is said for the agent alone, however short it is.
        return _Judgement(0.0, "bargein.calls", "bargein.calls")
    if scene.language.is_interrupting(words):
        # "Um, my": what is heard into a hum is likely to be heard wrong.
        unsure = steady or scene.language.begins_hesitating(words)
        after = max(numbers.decide_from, _believed_from(scene, since))
        if unsure:
            after = numbers.max_backchannel
        elif fits and caller.speaking and _is_single(scene, since):
            after = max(after, numbers.decide_by)
        return _Judgement(after, "bargein.words", "bargein.too_short")
    if caller.vocal is not None:
        return _Judgement(math.inf, "bargein.words", f"bargein.{caller.vocal}")
    if steady and lasted <= numbers.max_backchannel:
        return _Judgement(math.inf, "bargein.words", "bargein.tic")
    if not caller.speaking:
        unclear = caller.confidence() < numbers.clear and lasted <= numbers.max_backchannel
        if unclear:
            return _Judgement(math.inf, "bargein.words", "bargein.unclear")
        if fits and lasted <= numbers.short:
            return _Judgement(math.inf, "bargein.words", "bargein.fits")
        return _Judgement(numbers.min_speech, "bargein.words", "bargein.too_short")
    if scene.language.begins_unlikely(words):
        return _Judgement(numbers.fits_by, "bargein.words", "bargein.too_short")
    if unlike:
        return _Judgement(numbers.decide_from, "bargein.unlike", "bargein.too_short")
    # Without the sounds there are the words alone, which are not to be believed so soon.
    known = caller.likeness is not None
    after = numbers.decide_by if known and not fits else numbers.fits_by
    return _Judgement(after, "bargein.words", "bargein.too_short")


def _is_single(scene: Scene, since: float) -> bool:
    """One word so far, which may still become another."""
    heard = scene.caller.words(since - scene.policy.turn_taking.bargein.min_speech)
    return len(heard) == 1


def _unlike(scene: Scene) -> bool:
    """No backchannel begins with these sounds. A creak that hardly moves is no word either."""
    likeness, numbers = scene.caller.likeness, scene.policy.turn_taking.bargein
    if likeness is None or likeness > numbers.unlike:
        return False
    change_db = scene.caller.change_db
    return change_db is not None and change_db >= numbers.articulation_db / 2


def _fits(scene: Scene) -> bool:
    """A backchannel may well begin with these sounds."""
    likeness = scene.caller.likeness
    return likeness is not None and likeness >= scene.policy.turn_taking.bargein.fits


def _believed_from(scene: Scene, since: float) -> float:
    """Into the speech (s), when its words are believed.

    A single small word may still become another: "how" is what "ha" is first heard as.
    """
    caller, numbers = scene.caller, scene.policy.turn_taking.bargein
    heard = caller.words(since - numbers.min_speech)
    if len(heard) != 1 or heard[0].stable or heard[0].text not in scene.language.dangling:
        return 0.0
    return caller.first_since + numbers.first_word - since


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
    words, numbers = scene.text(), scene.policy.turn_taking.bargein
    short = _is_short(scene, words)
    if says_something(scene, words) and far(scene, words) is None and not short:
        return None
    agreed = short or (bool(words) and is_backchannel(scene, words) and caller.vocal is None)
    due = caller.offset + (numbers.resume_agreed if agreed else numbers.resume_after)
    if scene.now < due - EPSILON_S:
        return Later(due)
    silence_s = round(scene.now - caller.offset, 4)
    because = Because(FALSE_ALARM, (("words", words), ("silence_s", silence_s)))
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


def _is_short(scene: Scene, words: str) -> bool:
    """No longer than a backchannel, and hardly recognised or sounding like one; calls nobody."""
    caller, numbers = scene.caller, scene.policy.turn_taking.bargein
    if not words or not heard_out(scene) or caller.speech_s > numbers.short:
        return False
    if scene.language.answer(words) == "no" or calls(scene, words):
        return False
    return caller.confidence() < numbers.clear or _fits(scene) or scene.language.is_stray(words)
