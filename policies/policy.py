"""A policy: one bot, as one YAML file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from policies.advising import Adviser
from policies.affect import Affect
from policies.dialogue import Disclosure, Knowledge, Rule, Task, asked_words
from policies.engines.settings import Engines
from policies.hours import Hours
from policies.initiative import Initiative
from policies.line import Line as LineIn
from policies.listener import Listener
from policies.model import (
    ASK,
    ASK_IS_ELSEWHERE,
    ID_PATTERN,
    LANGUAGE_PATTERN,
    FileBeside,
    Finding,
    Id,
    Line,
    Place,
    ProfileName,
    Section,
    Text,
    refuse,
    repeated,
)
from policies.parameters import names, required
from policies.phrases import phrasebook
from policies.remembering import MemoryPolicy
from policies.telephony import Telephony
from policies.thinking import Forbidden, Model
from policies.timing import (
    Backchannels,
    Ending,
    Fillers,
    Hold,
    Ladder,
    Machine,
    Rung,
    SilenceLadder,
    Soothe,
    Spoken,
    TurnTaking,
)
from policies.tools import Host, Tool, strangers


class Persona(Section):
    """Who the agent is."""

    name: Text = Field(description="The agent's name.")
    company: Text | None = Field(None, description="Whom it speaks for.")
    brief: str = Field("", description="What a language model is told about its part.")


class VoiceChoice(Section):
    """Which voice speaks: a name the engine knows, or a sample where it clones."""

    name: Text | None = Field(None, description="A voice of the engine, such as en-us+f3.")
    sample: FileBeside | None = Field(None, description="Path of a recording, beside the policy.")
    rate: int = Field(170, ge=80, le=450, description="Speaking rate. Unit: words per minute.")
    pitch: int = Field(50, ge=0, le=99, description="Base pitch on the engine's scale 0 to 99.")


class Privacy(Section):
    """What is masked before it is logged, stored or sent.

    That is: before a model, an adviser or an embedder is given it, before a tool is (but for an
    argument of the slot's name, or that a task fills with the slot), before long-term memory keeps
    it, before a colleague is told, and in result.json and every log. The call's own recording
    holds it: call.wav the sound, events.jsonl the words, without which no call could be replayed,
    report.html both. Keep those as you keep recordings.
    """

    mask: tuple[Id, ...] = Field(
        (),
        strict=False,
        description="Slots, and kinds: card_number, phone_number, email, name. Under any mask "
        "numbers of four digits and more are taken out, said or written; under email, addresses "
        "of mail; under name, or a slot that is one, names that are introduced.",
    )


class Policy(Section):
    """The whole bot. Every threshold has a default, a unit and a range.

    Where ``noinput``, ``nomatch``, ``hold.say``, ``fillers``, ``backchannels.caller`` or
    ``farewell`` are left out, a policy has the usual words of its language
    (``policies.phrases``); an empty list, or ``farewell: null``, means none.
    """

    policy: Id = Field(description="The policy's id.")
    language: str = Field(
        "en", pattern=LANGUAGE_PATTERN, description="BCP 47 language tag, such as en or zh-CN."
    )
    speech: ProfileName | None = Field(
        None,
        description="Speech profile: a name, such as embedded, or a pair of ears and voice, such "
        "as embedded+smart-turn/embedded. --speech on the command line wins.",
    )
    engines: Engines = Field(
        Engines(), description="The settings of the engines that a profile may name."
    )
    line: LineIn = Field(LineIn(), description="What is done to the caller's sound first.")
    persona: Persona = Field(description="Who the agent is.")
    voice: VoiceChoice = Field(VoiceChoice(), description="How the agent sounds.")
    greeting: Line = Field(description="The first words of a call.")
    disclosures: Annotated[tuple[Disclosure, ...], Field(strict=False)] = Field(
        (), description="What must be said at the beginning of every call."
    )
    turn_taking: TurnTaking = Field(TurnTaking(), description="The numbers of turn-taking.")
    noinput: SilenceLadder = Field(
        (),
        description="What the agent says to silence, step by step. "
        "Left out: three steps of 7, 7 and 10 s, the last of which hangs up.",
    )
    initiative: Initiative = Field(
        Initiative(), description="What the agent does of its own accord in a silence."
    )
    hold: Hold = Field(
        Hold(), description='For a caller who says "hold on", and for music on the line.'
    )
    nomatch: Ladder = Field(
        (),
        description="What the agent says to what it does not understand, step by step. "
        "Left out: it asks again, and hands over at the third time if transfer has a target.",
    )
    fillers: Fillers = Field(
        (),
        description="What wins time while an answer is being thought of. "
        "Left out: the usual words of the language after 0.8 and 4 s.",
    )
    soothe: Soothe = Field(Soothe(), description="For a caller in trouble.")
    affect: Affect = Field(Affect(), description="When a caller counts as such.")
    backchannels: Backchannels = Field(Backchannels(), description="The little words.")
    machine: Machine | None = Field(
        None,
        description="For an answering machine, a menu or another agent at the other end. "
        "Left out: none is looked for.",
    )
    adviser: Adviser | None = Field(
        None,
        description="A decision model that is asked about the moment, and never waited for. "
        "Left out: none is asked.",
    )
    listener: Listener | None = Field(
        None,
        description="A model that hears how the caller sounds, and is never waited for. "
        "Left out: the caller's voice is sent to none.",
    )
    model: Model = Field(Model(), description="The language model behind the answers.")
    farewell: Line | None = Field(
        None,
        description="Said when a limit of the policy ends the call. "
        "Left out: a goodbye in the language.",
    )
    rules: Annotated[tuple[Rule, ...], Field(strict=False)] = Field(
        (), description="Key decisions without a language model; the first that matches wins."
    )
    hours: Hours | None = Field(
        None, description="Business hours, for rules with hours: open or hours: closed."
    )
    tasks: Annotated[tuple[Task, ...], Field(strict=False)] = Field(
        (), description="What callers can get done."
    )
    knowledge: Annotated[tuple[Knowledge, ...], Field(strict=False)] = Field(
        (), description="What callers can ask."
    )
    forbidden: Annotated[tuple[Forbidden, ...], Field(strict=False)] = Field(
        (), description="Topics that the agent does not talk about."
    )
    tools: Annotated[tuple[Tool, ...], Field(strict=False)] = Field(
        (), description="What the agent can look up and get done outside; no other is ever used."
    )
    allowed_hosts: Annotated[tuple[Host, ...], Field(strict=False)] = Field(
        (), description="The servers that tools may go to, without a port; no other is asked."
    )
    confidence: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Knowledge below this likeness is not used as an answer. No unit, 0 to 1.",
    )
    transfer: dict[Id, Text] = Field(
        default_factory=dict, description="Where calls can be handed to: name and address."
    )
    telephony: Telephony = Field(
        Telephony(), description="For calls over a telephony provider's media stream."
    )
    memory: MemoryPolicy = Field(MemoryPolicy(), description="What is remembered of callers.")
    privacy: Privacy = Field(Privacy(), description="What is masked.")

    @model_validator(mode="before")
    @classmethod
    def _spoken_defaults(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        language = data.get("language", "en")
        book = phrasebook(language if isinstance(language, str) else "")
        filled: dict[str, object] = {
            "noinput": book.noinput,
            "nomatch": book.nomatch,
            "fillers": book.fillers,
            "farewell": book.farewell,
            **data,
        }
        targets = data.get("transfer")
        target = str(next(iter(targets), "")) if isinstance(targets, Mapping) else ""
        if "nomatch" not in data and book.colleague and re.match(ID_PATTERN, target):
            rung = Rung(count=3, say=book.colleague, do=Ending.TRANSFER, to=target)
            filled["nomatch"] = (*book.nomatch, rung)
        of_sections: list[tuple[str, str, tuple[str, ...] | float]] = [
            ("backchannels", "caller", book.caller_backchannels),
            ("hold", "say", book.hold),
        ]
        if book.very_fast is not None:
            of_sections.append(("affect", "very_fast", book.very_fast))
        for section, key, words in of_sections:
            given = data.get(section, {})
            if isinstance(given, Mapping):
                filled[section] = {key: words, **given}
            elif isinstance(given, Section) and key not in given.model_fields_set:
                filled[section] = given.model_copy(update={key: words})
        machine = data.get("machine")
        if isinstance(machine, Mapping):
            filled["machine"] = {"challenge": book.challenge, **machine}
        elif isinstance(machine, Machine) and "challenge" not in machine.model_fields_set:
            filled["machine"] = machine.model_copy(update={"challenge": book.challenge})
        return filled

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        findings: list[Finding] = [
            ((*place, "to"), f"{spoken.to!r} is not listed under transfer")
            for place, spoken in self._endings()
            if spoken.to is not None and spoken.to not in self.transfer
        ]
        findings += [
            (("noinput", at, "say"), ASK_IS_ELSEWHERE)
            for at, rung in enumerate(self.noinput)
            if ASK in rung.say
        ]
        findings += [
            (("rules", at, "when", "hours"), "needs an hours section at the top of the policy")
            for at, rule in enumerate(self.rules)
            if rule.when.hours is not None and self.hours is None
        ]
        if self.model.audio and self.privacy.mask:
            findings.append((("model", "audio"), "sends sound, which privacy.mask cannot mask"))
        if self.model.name.startswith("realtime:") and self.privacy.mask:
            findings.append((("model", "name"), "sends sound, which privacy.mask cannot mask"))
        if self.listener is not None and self.privacy.mask:
            findings.append((("listener",), "is sent sound, which privacy.mask cannot mask"))
        findings += [*strangers(self.tools, self.allowed_hosts), *self._uses()]
        findings += [
            (("memory", *place), slip)
            for place, slip in self.memory.slips(self.tasks, self.privacy.mask)
        ]
        sections: tuple[
            tuple[str, Sequence[Disclosure | Rule | Task | Knowledge | Forbidden | Tool]], ...
        ] = (
            ("disclosures", self.disclosures),
            ("rules", self.rules),
            ("tasks", self.tasks),
            ("knowledge", self.knowledge),
            ("forbidden", self.forbidden),
            ("tools", self.tools),
        )
        for name, section in sections:
            findings += repeated(
                "id", (((name, at, "id"), one.id) for at, one in enumerate(section))
            )
        findings += repeated("question", self._questions())
        findings += repeated("phrase", self._requests())
        refuse(findings)
        return self

    def _endings(self) -> Iterator[tuple[Place, Spoken]]:
        """Everything that may end the call, and its place."""
        ladders: tuple[tuple[str, Sequence[Spoken]], ...] = (
            ("noinput", self.noinput),
            ("nomatch", self.nomatch),
            ("rules", self.rules),
        )
        for name, section in ladders:
            for at, one in enumerate(section):
                yield (name, at), one
        if self.machine is not None:
            yield ("machine",), self.machine
        for at, task in enumerate(self.tasks):
            for nth, collect in enumerate(task.collect):
                for step, rung in enumerate(collect.noinput):
                    yield ("tasks", at, "collect", nth, "noinput", step), rung
            yield ("tasks", at, "then"), task.then
            if task.give_up is not None:
                yield ("tasks", at, "give_up"), task.give_up

    def _uses(self) -> Iterator[Finding]:
        """What a task wants of a tool that the policy does not have, or not so."""
        tools = {tool.id: tool for tool in self.tools}
        for at, task in enumerate(self.tasks):
            use, place = task.then.use, ("tasks", at, "then", "use")
            if use is None:
                continue
            if use.tool not in tools:
                yield (*place, "tool"), f"{use.tool!r} is not listed under tools"
                continue
            parameters = tools[use.tool].parameters
            known = names(parameters)
            for name in use.arguments:
                if name not in known:
                    listed = ", ".join(known) or "none"
                    yield (*place, "with", name), f"is not among the tool's parameters ({listed})"
            for name in required(parameters):
                if name not in use.arguments:
                    yield place, f"with lacks {name}, which {use.tool!r} must have"

    def _questions(self) -> Iterator[tuple[Place, str]]:
        for at, item in enumerate(self.knowledge):
            for nth, ask in enumerate(item.asks):
                yield ("knowledge", at, "asks", nth), asked_words(ask)

    def _requests(self) -> Iterator[tuple[Place, str]]:
        for at, task in enumerate(self.tasks):
            for nth, phrase in enumerate(task.when.says or ()):
                if not task.when.moods and task.when.turns is None:
                    yield ("tasks", at, "when", "says", nth), asked_words(phrase)
