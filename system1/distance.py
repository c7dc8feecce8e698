"""Whose speech this is: the caller's into the telephone, or somebody's in the background.

The caller's own level is learnt from the turns that were taken. Speech clearly below it is the
television, another room, or the caller talking to somebody else; so is speech a little below it
whose words are said to somebody else; and what follows the agent's own voice is its echo.

Nobody is locked out. Speech from afar counts all the same

- when it calls the agent ("hello", "excuse me", "stop") or says what the policy listens for, for
  the second time within ``insist_within`` seconds;
- when the agent has asked whether anybody is there, and it calls the agent, says yes or says that
  somebody is there; or whatever it says, when the agent would hang up next;
- when it is nothing but the yes or no that was asked for.

Who was never heard before has no level of their own, and then loudness says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from system1.policy_phrases import phrases_of
from system1.questions import AnswerKind
from system1.scene import EPSILON_S, Scene

TIC = "tic"
"""The rule by which a hum, a laugh or a cough is let pass."""

RISES, FALLS = 0.5, 0.25
"""Shares of the difference by which a louder and a softer turn move the caller's own level."""


def learnt(own_db: float | None, turn_db: float | None) -> float | None:
    """The caller's own level (dBFS) after a turn of the level ``turn_db`` was taken."""
    if turn_db is None or own_db is None:
        return own_db if turn_db is None else turn_db
    return own_db + (RISES if turn_db > own_db else FALLS) * (turn_db - own_db)


@dataclass(frozen=True, slots=True)
class Far:
    """Speech that is not the caller's to the agent: by which rule, and on what numbers."""

    rule: str
    evidence: tuple[tuple[str, float], ...]


def relative_db(scene: Scene) -> float | None:
    """Level of the speech under way over the caller's own (dB), None while either is unknown."""
    caller = scene.caller
    if caller.loudest_db is None or caller.own_db is None:
        return None
    return round(caller.loudest_db - caller.own_db, 2)


def is_near(scene: Scene) -> bool:
    """Loud enough for the caller's own speech, as far as is known."""
    relative = relative_db(scene)
    return relative is None or relative >= scene.policy.turn_taking.bargein.background_db


def is_undecided(scene: Scene) -> bool:
    """Low so far, and too short for that to mean anything: words begin softly."""
    return not is_near(scene) and _lasted(scene) < _numbers_level_after(scene) - EPSILON_S


def far(scene: Scene, words: str) -> Far | None:
    """Why the speech of this turn is not for the agent; None if it may well be."""
    numbers, caller = scene.policy.turn_taking.bargein, scene.caller
    if caller.echo >= numbers.echo:
        return Far("echo", (("echo", caller.echo),))
    relative = relative_db(scene)
    if relative is None or is_undecided(scene) or _counts(scene, words):
        return None
    if relative < numbers.background_db:
        return Far("background", (("level_db", relative),))
    turned_away = relative < numbers.aside_db or 0.0 < caller.confidence() < numbers.clear
    if turned_away and scene.language.is_aside(words):
        return Far("aside", (("level_db", relative),))
    return None


def calls(scene: Scene, words: str) -> bool:
    """Words for the agent alone: they call it, or say what its policy listens for."""
    language = scene.language
    if language.is_addressing(words):
        return True
    return bool(words) and phrases_of(scene.policy, language).within(language.folded(words))


def insists(scene: Scene, onset: float) -> bool:
    """Somebody far away has called the agent shortly before ``onset`` (s)."""
    called_at = scene.caller.called_at
    if called_at is None:
        return False
    return EPSILON_S < onset - called_at <= scene.policy.turn_taking.bargein.insist_within


def _counts(scene: Scene, words: str) -> bool:
    """The rule that locks nobody out; see the module's docstring."""
    if scene.noinput and (_is_there(scene, words) or _is_last(scene)):
        return True
    language, question = scene.language, scene.memory.question
    if question is not None and question.kind is AnswerKind.YES_NO:
        length = language.answer_length(words)
        if length and length == len(language.folded(words)):
            return True
    return insists(scene, scene.caller.onset) and calls(scene, words)


def _is_there(scene: Scene, words: str) -> bool:
    """An answer to "are you still there?"."""
    said = scene.language
    return said.answer(words) == "yes" or said.is_present(words) or calls(scene, words)


def _is_last(scene: Scene) -> bool:
    """The agent has no more questions to ask before it gives up: whoever speaks is heard."""
    due = [rung for rung in scene.policy.noinput if rung.count <= scene.noinput + 1]
    return not due or max(due, key=lambda rung: rung.count).do is not None


def _lasted(scene: Scene) -> float:
    caller = scene.caller
    start = caller.turn_start if caller.turn_start is not None else caller.onset
    return (scene.now if caller.speaking else caller.offset) - start


def _numbers_level_after(scene: Scene) -> float:
    # Speech that is over already says all that it will.
    return scene.policy.turn_taking.bargein.level_after if scene.caller.speaking else 0.0
