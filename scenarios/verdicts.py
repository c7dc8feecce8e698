"""What is said of a step: it held, it came late, it never came. Each verdict has its moment."""

from __future__ import annotations

from agent.result import Check
from scenarios.overheard import Overheard
from scenarios.script import Step
from scenarios.steps import AgentStep, CallerStep, contains

_ROUNDING_S = 1e-6


def arrived(
    number: int, step: AgentStep, one: Overheard, reference: float, *, interrupted: bool
) -> Check:
    """The utterance that was awaited has begun; ``reference``: since when it was awaited (s).

    Its words must really have been played, unless the scenario itself ``interrupted`` it.
    """
    name = _awaited(step)
    delay = one.start - reference
    if step.within is not None and delay > step.within + _ROUNDING_S:
        message = f"came after {_s(delay)}, wanted within {_s(step.within)}"
        return Check(name, False, one.start, message, number)
    if one.told and not interrupted and not contains(one.heard, step.says):
        message = f"only {_quoted(one.heard)} was played of {_quoted(one.planned)}"
        return Check(name, False, one.end, message, number)
    message = f"{_quoted(one.planned)} after {_s(delay)}"
    return Check(name, True, one.start, message, number)


def never_came(number: int, step: AgentStep, now: float, reference: float, meanwhile: str) -> Check:
    """No utterance fitted; ``meanwhile``: what the agent said instead, if anything."""
    instead = f"; meanwhile: {_quoted(meanwhile)}" if meanwhile else "; the agent was silent"
    wanted = "" if step.within is None else f", wanted within {_s(step.within)}"
    message = f"had not come after {_s(now - reference)}{wanted}{instead}"
    return Check(_awaited(step), False, now, message, number)


def kept(number: int, one: Overheard | None, now: float) -> Check:
    """Whether the utterance was played to its end."""
    name = "agent keeps talking"
    if one is None:
        return Check(name, False, now, "the agent had not said anything", number)
    if one.cut:
        message = f"stopped after {_quoted(one.heard)} of {_quoted(one.planned)}"
        return Check(name, False, one.end, message, number)
    return Check(name, True, one.end, f"{_quoted(one.planned)} was played to its end", number)


def stopped(number: int, step: AgentStep, one: Overheard | None, onset: float, now: float) -> Check:
    """Whether the utterance was over soon enough after the caller's ``onset``."""
    limit = step.stops or 0.0
    name = f"agent stops within {_s(limit)}"
    if one is None:
        return Check(name, True, onset, "it had already ended", number)
    if one.end is None:
        message = f"still talking {_s(now - onset)} after the caller's onset"
        return Check(name, False, now, message, number)
    delay = one.end - onset
    if delay > limit + _ROUNDING_S:
        how = "stopped" if one.cut else "came to its own end"
        message = f"{how} {_s(delay)} after the caller's onset, wanted within {_s(limit)}"
        return Check(name, False, one.end, message, number)
    return Check(name, True, one.end, f"stopped {_s(delay)} after the caller's onset", number)


def nobody_to_talk_over(number: int, step: CallerStep, now: float) -> Check:
    """A line was to be said during an utterance that never came."""
    message = "the agent said nothing that the caller could have talked over"
    return Check(_done(step), False, now, message, number)


def out_of_time(number: int, step: Step, now: float) -> Check:
    """The scenario's own limit was reached at this step."""
    return Check(titled(step), False, now, f"the call had reached its limit of {_s(now)}", number)


def not_reached(number: int, step: Step, now: float, why: str) -> Check:
    """The call was over before this step."""
    return Check(titled(step), False, now, f"not reached: {why}", number)


def titled(step: Step) -> str:
    """A step in a few words."""
    if step.caller is not None:
        return _done(step.caller)
    assert step.agent is not None
    if step.agent.keeps:
        return "agent keeps talking"
    if step.agent.stops is not None:
        return f"agent stops within {_s(step.agent.stops)}"
    return _awaited(step.agent)


def _awaited(step: AgentStep) -> str:
    words = ["agent"]
    words += ["speaks" if step.kind is None else f"gives a {step.kind.value}"]
    if step.says is not None:
        words += ["with", step.says if step.says.startswith("/") else _quoted(step.says)]
    if step.within is not None:
        words += ["within", _s(step.within)]
    return " ".join(words)


def _done(step: CallerStep) -> str:
    if step.say is not None:
        return f"caller says {_quoted(' ... '.join(step.parts))}"
    if step.wav is not None:
        return f"caller plays {step.wav}"
    if step.sound is not None:
        return f"caller's line carries a sound: {step.sound}"
    if step.dtmf is not None:
        return f"caller presses {step.dtmf}"
    if step.silent is not None:
        return f"caller keeps silent for {_s(step.silent)}"
    return "caller hangs up"


def _quoted(text: str) -> str:
    return '"' + " ".join(text.split()) + '"'


def _s(seconds: float) -> str:
    return f"{seconds:.2f}".rstrip("0").rstrip(".") + " s"
