"""What every conversation needs before its first frame: policy, mind, folder, journal."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from agent import files
from agent.advising import DEFAULT_ADVICE_S, WALL_S, Adviser, Advising
from agent.journal import Journal
from agent.records import CallOpened
from agent.thinking import Clock, Thinking
from policies.loading import load_policy
from policies.policy import Policy
from system2.models import open_mind

DEFAULT_THINK_S = 0.3
"""Charged to a thought in virtual time where a scenario declares nothing else."""

VIRTUAL_TODAY = date(2026, 1, 5)
"""The day on which virtual calls take place, a Monday: "next Tuesday" must not depend on when a
test is run."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a conversation is to be held; see ``Conversation.open``."""

    model: str = "grounded"
    out: str | Path | None = None
    clock: Clock = "virtual"
    think: float = DEFAULT_THINK_S
    scenario: str | None = None
    today: date | None = None
    adviser: Adviser | None = None
    advice: float = DEFAULT_ADVICE_S


@dataclass(frozen=True, slots=True)
class Opening:
    """The parts of a call that do not depend on how sound is carried."""

    policy: Policy
    thinking: Thinking
    advising: Advising | None
    journal: Journal
    opened: CallOpened
    folder: Path | None


def prepare(policy: Policy, profile: str, options: Options) -> Opening:
    """Open these parts.

    Raises ``ModelError`` for a model, and ``OSError`` for a folder that cannot be written to.
    """
    today = options.today
    if today is None:
        today = VIRTUAL_TODAY if options.clock == "virtual" else _today()
    mind = open_mind(options.model, policy, today=today)
    folder = None if options.out is None else Path(options.out)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        files.clear(folder)
    journal = Journal(None if folder is None else folder / files.JOURNAL)
    opened = CallOpened(
        0.0, policy.policy, options.scenario, profile, options.model, policy.language
    )
    thinking = Thinking(mind, options.clock, options.think)
    return Opening(policy, thinking, _advising(policy, options), journal, opened, folder)


def _advising(policy: Policy, options: Options) -> Advising | None:
    """None where the policy has no adviser: no other is ever asked."""
    terms = policy.adviser
    if terms is None:
        return None
    adviser = options.adviser
    if adviser is None:
        from agent.systemone import SystemOne

        patience_s = terms.deadline if options.clock == "live" else WALL_S
        adviser = SystemOne(terms, os.environ.get(terms.key_env), patience_s)
    return Advising(adviser, options.clock, terms.deadline, options.advice)


def loaded(policy: str | Path | Policy) -> Policy:
    """The policy itself, by name or path; raises ``DocumentError``."""
    return policy if isinstance(policy, Policy) else load_policy(policy)


def _today() -> date:
    return date.today()
