"""The agent began to answer too soon: ``BOTH_U``, RELEASE, and the answer is kept.

The balance with backchannels: so soon after an answer's onset there is hardly anything to agree
to, and what is stopped is not lost. So one word that is no backchannel stops the agent: at once if
it is settled, else when it is old enough to have become a "right" if it were one. Speech without a
word does after a time in which a cough is over; "um", and a small word that noise is misheard for,
are no words in this; a hum, a laugh and what is known to be a cough never do. Until then the
barge-in's judge has lowered the agent's voice already; and speech that ended before is its affair
alone. What objects to the answer ("no, wait") is an interruption.
"""

from __future__ import annotations

from system1.acts import Because
from system1.holding import asks_to_wait
from system1.language.additions import retracts
from system1.moves import Later, Proposal, TakeUp, Withdraw
from system1.reflexes.bargein import heard_out, is_backchannel, is_steady
from system1.repair import CUT_IN, still_fits
from system1.scene import EPSILON_S, Kept, Scene


def cut_in(scene: Scene) -> Proposal:
    """The caller goes on over the onset of the answer: stop at once."""
    spoken, answer, caller = scene.agent.current, scene.answer, scene.caller
    since = caller.over_since
    if spoken is None or answer is None or since is None or spoken.started is None:
        return None
    if spoken.ending or caller.resumes != spoken.id:
        return None
    numbers, bargein = scene.policy.turn_taking.cut_in, scene.policy.turn_taking.bargein
    begins = max(answer.taken.end, since - bargein.min_speech)
    words = scene.text(begins)
    if retracts(scene.language, words) or asks_to_wait(scene, words):
        return None
    if is_steady(scene) or caller.vocal is not None:
        return None
    if not caller.speaking and not heard_out(scene):
        return Later(caller.offset + scene.policy.turn_taking.endpointing.words_settle)
    lasted = round((scene.now if caller.speaking else caller.offset) - since, 4)
    worded = not scene.language.is_stray(words)
    clear = caller.confidence() >= bargein.clear
    if worded and clear and not is_backchannel(scene, words):
        after = numbers.min_speech if _settled(scene, begins) else numbers.decide_by
    elif not caller.speaking:
        return None
    elif worded:
        after = bargein.max_backchannel
    elif scene.repaired != answer.taken.start:
        after = numbers.max_wordless
    else:
        # Once a turn is enough for what may be a noise, or the agent's own echo.
        return None
    if lasted < after - EPSILON_S:
        return Later(since + after) if caller.speaking else None
    because = Because(
        CUT_IN,
        (
            ("words", words),
            ("speech_s", lasted),
            ("after_onset_s", round(since - spoken.started, 4)),
        ),
    )
    return (Withdraw(because),)


def _serves(scene: Scene, kept: Kept) -> bool:
    """Whether the answer was given to the moment as it is now, but for the words."""
    work = kept.work
    if not kept.ahead:
        return work.failure is None
    return not work.unready and (work.mood, work.news) == (scene.affect.mood, scene.memory.news)


def _settled(scene: Scene, since: float) -> bool:
    """The first word will not change any more, and is no backchannel."""
    first = scene.caller.words(since)[0]
    return first.stable and not is_backchannel(scene, first.text)


def take_up(scene: Scene) -> Proposal:
    """The turn is over again and asks what it asked before: the answer is there already."""
    kept, taken = scene.kept, scene.taken
    if kept is None or taken is None or scene.work is not None:
        return None
    if scene.caller.turn_start is not None or kept.start != taken.start:
        return None
    if not _serves(scene, kept) or not still_fits(scene, kept.work.said, taken.asks):
        return None
    think = ("think", kept.work.think)
    if kept.ahead and kept.work.said == taken.asks:
        return (TakeUp(Because("thought_ahead", (think,))),)
    evidence = (think, ("was", kept.work.said), ("words", taken.asks))
    return (TakeUp(Because("kept", evidence)),)
