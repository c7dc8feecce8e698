"""Takes the caller's turn when the pause has lasted as long as it should; or drops a noise."""

from __future__ import annotations

from policies.timing import Endpointing
from system1.acts import Because
from system1.endpointing import Stopping, best_silence
from system1.evidence import Evidence, weigh
from system1.language.additions import retracts
from system1.moods import Mood
from system1.moves import Answered, Disregard, Later, Proposal, Reopen, TakeTurn, Withdraw
from system1.reflexes.bargein import is_backchannel, says_something
from system1.repair import still_fits
from system1.scene import EPSILON_S, Scene


def end_of_turn(scene: Scene) -> Proposal:
    """Endpointing as optimal stopping (``system1.endpointing``)."""
    caller = scene.caller
    if caller.speaking or caller.turn_start is None or scene.taken is not None:
        return None
    if scene.agent.current is not None:
        return None
    words = scene.text()
    if scene.agent.yielded is not None and not says_something(scene, words):
        return None
    limits = limits_for(scene)
    silence = scene.now - caller.offset
    if not words:
        heard_out = caller.settled() or silence >= limits.words_settle - EPSILON_S
        if caller.speech_s < scene.policy.turn_taking.bargein.min_speech:
            evidence = (("speech_s", round(caller.speech_s, 4)),)
            if heard_out:
                return (Disregard(Because("noise", evidence)),)
            return Later(caller.offset + limits.words_settle)
    if caller.given:
        settled = caller.offset + limits.words_settle
        if not caller.settled() and scene.now < settled - EPSILON_S:
            return Later(settled)
        return (TakeTurn(Because("given", (("silence_s", round(silence, 4)),))),)
    if limits.given:
        return None
    seen, stopping, due = pause_limit(scene)
    due = max(due, _listened_to(scene, words))
    if scene.now < due - EPSILON_S:
        return Later(due)
    return (
        TakeTurn(
            Because(
                "end_of_turn",
                (
                    ("silence_s", round(silence, 4)),
                    ("pi", round(stopping.pi, 4)),
                    ("posterior", round(stopping.posterior, 4)),
                    ("hazard", round(stopping.hazard, 4)),
                    ("patience_s", limits.patience),
                    *((f"w.{name}", round(weight, 2)) for name, weight in seen.features),
                ),
            )
        ),
    )


def _listened_to(scene: Scene, words: str) -> float:
    """Until when (s) nothing is lost by listening: no answer would begin before."""
    kept = scene.kept
    if kept is None or not kept.ahead or kept.work.sentences or kept.work.done:
        return 0.0
    if not still_fits(scene, kept.work.said, words):
        return 0.0
    limits, hold = limits_for(scene), scene.policy.turn_taking.speculation.hold
    return scene.caller.offset + min(hold, limits.max_silence)


def limits_for(scene: Scene) -> Endpointing:
    """The policy's endpointing, with more patience for a caller who looks for words."""
    limits = scene.policy.turn_taking.endpointing
    if scene.affect.episode(Mood.HESITANT) is None:
        return limits
    patience = limits.patience * scene.policy.affect.hesitant.patience
    return limits.model_copy(update={"patience": round(patience, 4)})


def pause_limit(scene: Scene) -> tuple[Evidence, Stopping, float]:
    """What is known of the pause under way, and until when it is waited out (s)."""
    caller, limits = scene.caller, limits_for(scene)
    seen = weigh(scene)
    stopping = best_silence(round(seen.pi, 6), scene.pauses[scene.kind], limits)
    due = caller.offset + stopping.silence
    if not caller.settled():
        due = max(due, caller.offset + limits.words_settle)
    return seen, stopping, due


def goes_on(scene: Scene) -> Proposal:
    """The caller speaks again before the answer has begun: it is the same turn, going on."""
    caller, taken = scene.caller, scene.taken
    if taken is None or caller.turn_start is None or scene.agent.audible or taken.forced:
        return None
    words = scene.text()
    if taken.overheard and retracts(scene.language, words):
        # Said against an answer that has begun: no addition to the turn, but the next one.
        return (Answered(Because("interrupted", (("words", words),))),)
    if words and not is_backchannel(scene, words):
        return (Reopen(Because("goes_on", (("words", words),))),)
    if caller.speaking:
        return None
    due = caller.offset + scene.policy.turn_taking.endpointing.words_settle
    if not caller.settled() and scene.now < due - EPSILON_S:
        return Later(due)
    return (Disregard(Because("backchannel" if words else "noise", (("words", words),))),)


def revised(scene: Scene) -> Proposal:
    """The recogniser changed its mind about a turn that no answer has begun for."""
    caller, taken = scene.caller, scene.taken
    if taken is None or caller.turn_start is not None or scene.agent.audible or taken.forced:
        return None
    now_reads = " ".join(
        word.text for word in caller.words(taken.words_from) if word.start < taken.end - EPSILON_S
    )
    before = scene.language.tokens(taken.text)
    if not now_reads or scene.language.tokens(now_reads) == before:
        return None
    because = Because("revised", (("was", taken.text), ("words", now_reads)))
    current = scene.agent.current
    if current is None or not current.interruptible:
        return (Reopen(because), TakeTurn(because))
    # An answer to what was not said has been decided upon; it is not audible yet.
    return (Withdraw(because), Reopen(because), TakeTurn(because))
