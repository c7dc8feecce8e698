"""Answers the turn taken: by a rule of the policy, by System 2, or by the nomatch ladder."""

from __future__ import annotations

from collections.abc import Sequence

from policies.dialogue import Rule
from policies.timing import Ending, Rung
from system1.acts import Because, Kind
from system1.conditions import Occasion, fires_once, first_rule
from system1.moves import Answered, AskMind, Extend, Proposal, Speak
from system1.scene import Scene, Work
from system1.thoughts import Clarify


def key_rules(scene: Scene) -> Proposal:
    """Key decisions without a language model: the first rule that matches wins."""
    taken = scene.taken
    if taken is None or scene.work is not None or not _may_speak(scene):
        return None
    if not _understood(scene):
        return None
    found = first_rule(scene, Occasion(taken.asks, scene.nomatch, scene.noinput))
    if found is None:
        return None
    rule, evidence = found
    because = Because("rule." + rule.id, (("words", taken.asks), *evidence))
    return (Answered(because, said=True), line_of(rule, because))


def nomatch(scene: Scene) -> Proposal:
    """Nothing was understood: the nomatch ladder."""
    taken, work = scene.taken, scene.work
    if taken is None or not _may_speak(scene):
        return None
    evidence: tuple[tuple[str, float | int | str], ...]
    if work is None:
        if _understood(scene):
            return None
        evidence = (("words", taken.text), ("confidence", round(taken.confidence, 4)))
    elif work.failure is not None and work.done and not work.sentences:
        evidence = (("words", taken.text), ("reason", work.failure))
    else:
        return None
    because = Because("nomatch", (("count", scene.nomatch + 1), *evidence))
    rung = rung_for(scene.policy.nomatch, scene.nomatch + 1)
    if rung is None:
        return (Answered(because),)
    kind = _kind(rung.do) if rung.do is not None else Kind.REPAIR
    return (Speak(kind, rung.say, because, then=rung.do, to=rung.to, ladder="nomatch"),)


def think(scene: Scene) -> Proposal:
    """Ask System 2; a protected line of the agent's own is time that it may use."""
    taken, current = scene.taken, scene.agent.current
    if taken is None or scene.caller.turn_start is not None:
        return None
    # What was thought of ahead may say so only after it has been taken up.
    if scene.work is not None and not scene.work.too_early:
        return None
    if current is not None and current.interruptible:
        return None
    return (AskMind(Because("think", (("words", taken.asks),))),)


def reply(scene: Scene) -> Proposal:
    """Say what System 2 has come up with, as it comes."""
    work = scene.work
    if work is None:
        return None
    because = Because("reply", (("think", work.think), ("waited_s", _waited(scene, work))))
    text = scene.joined(*(sentence.text for sentence in work.sentences[work.spoken :]))
    current = scene.agent.current
    if work.utterance is not None and current is not None and current.id == work.utterance:
        if current.ending or (not text and not work.done):
            return None
        separator = "" if scene.language.code == "zh" or not text else " "
        return (Extend(separator + text, not work.done, because),) if current.more else None
    if not _may_speak(scene):
        return None
    if not text:
        # A mind that fell silent without a word has nothing to be waited for.
        owed = work.failure is not None and scene.taken is not None
        return (Answered(because),) if work.done and not owed else None
    first = work.sentences[work.spoken]
    kind = Kind.CLARIFY if isinstance(first, Clarify) else Kind.REPLY
    advice = work.advice
    return (
        Speak(
            kind,
            text,
            because,
            more=not work.done,
            then=advice.do if advice else None,
            to=advice.to if advice else None,
            think=work.think,
        ),
    )


def rung_for(ladder: Sequence[Rung], occurrence: int) -> Rung | None:
    """The rung with the highest count that is not above ``occurrence`` (VoiceXML 2.0, 5.2.2)."""
    reached = [rung for rung in ladder if rung.count <= occurrence]
    return max(reached, key=lambda rung: rung.count, default=None)


def _may_speak(scene: Scene) -> bool:
    """The agent is silent, and the caller has not begun to say something more."""
    return scene.agent.current is None and scene.caller.turn_start is None


def _understood(scene: Scene) -> bool:
    taken = scene.taken
    return (
        taken is not None
        and bool(taken.text)
        and taken.confidence >= scene.policy.turn_taking.confidencelevel
    )


def line_of(rule: Rule, because: Because, ladder: str | None = None) -> Speak:
    """What a rule says, and what follows."""
    once = rule.id if fires_once(rule) else None
    kind = _kind(rule.do)
    return Speak(kind, rule.say, because, then=rule.do, to=rule.to, ladder=ladder, once=once)


def _kind(do: Ending | None) -> Kind:
    return Kind.FAREWELL if do is Ending.HANG_UP else Kind.REPLY


def _waited(scene: Scene, work: Work) -> float:
    return round(scene.now - work.started, 4)
