"""What every conversation needs before its first frame: policy, mind, folder, journal."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agent import files
from agent.advising import DEFAULT_ADVICE_S, WALL_S, Adviser, Advising
from agent.callers_voice import CallersVoice
from agent.clock import Clock
from agent.errands import Errands
from agent.journal import Journal
from agent.live.durable import DISK
from agent.overhearing import DEFAULT_LISTENING_S, Listener, Overhearing
from agent.records import CallOpened
from agent.remembering import Remembering
from agent.think_time import ThinkTime
from agent.thinking import Thinking
from agent.unfinished import Begun, Hold
from policies.hours import noon_of
from policies.loading import load_policy
from policies.policy import Policy
from policies.thinking import GROUNDED, speaks
from system2.errors import ModelError
from system2.memory.extraction import Extractor
from system2.memory.store import LongTermMemory
from system2.mind import Mind
from system2.models import open_mind
from system2.tools.answers import Toolbox

if TYPE_CHECKING:
    from agent.duplex import Duplex

VIRTUAL_TODAY = date(2026, 1, 5)
"""The day on which virtual calls take place, a Monday: "next Tuesday" must not depend on when a
test is run."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a conversation is to be held; see ``Conversation.open``."""

    model: str | None = None
    out: str | Path | None = None
    clock: Clock = "virtual"
    think: ThinkTime = field(default_factory=ThinkTime)
    scenario: str | None = None
    today: date | None = None
    starts: datetime | None = None
    adviser: Adviser | None = None
    advice: float = DEFAULT_ADVICE_S
    tools: Toolbox | None = None
    caller_id: str | None = None
    memory: LongTermMemory | None = None
    extractor: Extractor | None = None
    listener: Listener | None = None
    listening: float = DEFAULT_LISTENING_S
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """The parts of a call that do not depend on how sound is carried.

    ``voice``: keeps the caller's, for a model that hears; without sound nobody fills it.
    ``duplex``: a mind that hears and speaks itself. ``keep``: brings an open file to the disk, None
    where a call can be held again. ``hold``: on the call's folder, likewise.
    """

    policy: Policy
    thinking: Thinking
    advising: Advising | None
    errands: Errands | None
    journal: Journal
    opened: CallOpened
    folder: Path | None
    remembering: Remembering | None = None
    voice: CallersVoice | None = None
    duplex: Duplex | None = None
    overhearing: Overhearing | None = None
    keep: Callable[[int], Callable[[], None]] | None = None
    hold: Hold | None = None


def prepare(policy: Policy, profile: str, options: Options, *, sound: bool = True) -> Opening:
    """Open these parts. ``sound``: the call has any.

    Raises ``ModelError`` for a model, and ``OSError`` for a folder that cannot be written to.
    """
    local = starts(policy, options)
    today = options.today or local.date()
    name = policy.model.name if options.model is None else options.model
    duplex: Duplex | None = None
    if speaks(name):
        if not sound:
            raise ModelError(f"model {name!r} hears and speaks: it needs a call with sound")
        # Late: most calls have a mind of text, and need none of this.
        from agent.duplex import open_duplex

        duplex = open_duplex(name, policy, today=today, live=options.clock == "live")
        mind: Mind = duplex.mind
    else:
        mind = open_mind(options.model, policy, today=today, pause=asyncio.sleep)
    folder = None if options.out is None else Path(options.out)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        files.clear(folder)
    # A call of a scenario can be held again; one with a person cannot.
    keep = DISK.keep if options.clock == "live" else None
    journal = Journal(None if folder is None else folder / files.JOURNAL, keep)
    opened = CallOpened(
        0.0,
        policy.policy,
        options.scenario,
        profile,
        name,
        policy.language,
        local.isoformat(timespec="minutes"),
    )
    errands = _errands(policy, options)
    overhearing = _overhearing(policy, options, sound)
    hears = policy.model.audio
    voice = CallersVoice(policy) if hears or overhearing is not None else None
    if overhearing is not None:
        overhearing.voice = voice if sound else None
        journal.subscribe(overhearing.note)
    pace = None if duplex is None else duplex.pace
    thinking = Thinking(mind, options.clock, options.think, errands, voice if hears else None, pace)
    if duplex is not None:
        journal.subscribe(duplex.note)
    advising = _advising(policy, options)
    remembering = _remembering(policy, options, local)
    hold: Hold | None = None
    if folder is not None and options.clock == "live":
        hold = Hold.on_new(folder, _begun(policy, options, remembering), keep)
    return Opening(
        policy,
        thinking,
        advising,
        errands,
        journal,
        opened,
        folder,
        remembering,
        voice,
        duplex,
        overhearing,
        keep,
        hold,
    )


def _begun(policy: Policy, options: Options, remembering: Remembering | None) -> Begun:
    """What is needed to finish the call in another process."""
    # A store that was handed in is not there then.
    kept = remembering is not None and options.memory is None and policy.memory.retention_days
    return Begun(
        call=remembering.call if remembering is not None else uuid.uuid4().hex,
        began=remembering.began if remembering is not None else datetime.now(UTC),
        policy=policy,
        model=options.model,
        channel=options.channel,
        caller_id=options.caller_id if kept else None,
    )


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


def _overhearing(policy: Policy, options: Options, sound: bool) -> Overhearing | None:
    """None where the policy has no listener: the caller's voice is sent to no other."""
    terms = policy.listener
    if terms is None:
        return None
    listener = options.listener
    if listener is None:
        if not sound:
            return None
        from agent.audio_listener import AudioListener

        listener = AudioListener(terms, terms.deadline if options.clock == "live" else WALL_S)
    return Overhearing(listener, terms, options.clock, options.listening)


def _errands(policy: Policy, options: Options) -> Errands | None:
    """None where the policy has no tools: no other is ever used."""
    if not policy.tools:
        return None
    toolbox = options.tools
    if toolbox is None:
        toolbox = real_tools()
    return Errands(policy, toolbox, options.clock)


def real_tools() -> Toolbox:
    """The tools of one call, as they really are."""
    # Late: a call without tools needs none of it.
    from system2.tools.outside import Outside

    return Outside(os.environ, asyncio.sleep)


def _remembering(policy: Policy, options: Options, local: datetime) -> Remembering | None:
    """None for a caller without an id: anonymous callers are many, and no one of them is known."""
    caller_id = (options.caller_id or "").strip()
    if not caller_id:
        return None
    if options.clock == "live":
        began = datetime.now(UTC)
    else:
        zone = ZoneInfo(policy.hours.timezone) if policy.hours is not None else UTC
        began = local.replace(tzinfo=zone)
    extractor = options.extractor or extractor_of(policy, options.model)
    return Remembering(policy, caller_id, began, options.memory, extractor)


def extractor_of(policy: Policy, model: str | None) -> Extractor | None:
    """The call's own model, once the call is over; None where rules alone are to learn from it.

    Raises ``ModelError``.
    """
    name = model or policy.model.name
    if (
        name == GROUNDED
        or speaks(name)
        or not policy.memory.retention_days
        or not policy.memory.by_model
    ):
        return None
    from system2.chat.extraction import LlmExtractor
    from system2.models import open_chat

    terms = policy.model
    return LlmExtractor(open_chat(name, terms, terms.url, terms.key_env), policy)


def loaded(policy: str | Path | Policy) -> Policy:
    """The policy itself, by name or path; raises ``DocumentError``."""
    return policy if isinstance(policy, Policy) else load_policy(policy)


def starts(policy: Policy, options: Options) -> datetime:
    """Local date and time of the call's start: where the policy's hours are counted, if it has any.

    As the options say; else noon of the day that they say, or of ``VIRTUAL_TODAY``; live, now.
    """
    if options.starts is not None:
        return options.starts
    if options.today is not None or options.clock == "virtual":
        return noon_of(options.today or VIRTUAL_TODAY)
    zone = ZoneInfo(policy.hours.timezone) if policy.hours is not None else None
    return datetime.now(zone).replace(tzinfo=None)
