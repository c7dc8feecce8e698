"""What a customer-service call of twenty turns costs in tokens, ours and by the usual way.

``python -m tests.benchmarks.tokens`` holds one scripted call at text fidelity, through the same
mind, the same tools and the same counter (four characters a token). Ours: what the policy
answers surely needs no model, and a model is told a brief. The usual way: every turn goes to the
model, with the whole policy as the system prompt and the whole conversation so far. The baseline
is kept lean: of the policy only what a model can use (persona, rules, tasks, the answers of all
knowledge), no timing, no comments, and no thinking ahead; ours pays for what it thought in vain.
Between the two: the brief, but every turn to the model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from agent.opening import Options, prepare
from agent.records import CallerTurn, PerceptSeen, Record, ThinkDone
from agent.think_figures import ThinkFigures, think_figures
from agent.think_time import ThinkTime
from agent.thinking import Thinking
from agent.wordwise import PROFILE, WordConversation
from policies.loading import load_policy
from policies.policy import Policy
from system1.brief import Brief
from system1.percepts import Thought
from system1.thoughts import Progress
from system2.chat.model import Message, ToolOffer
from system2.models import open_chat
from system2.prompt import Prompt
from system2.talker import Talker
from tests.scripted_model import Scripted, scripted_model
from tests.stage import speech

TARGET = 0.35
"""Tokens of ours over tokens of the usual way, at most."""

TODAY = date(2026, 1, 5)
EVERY_S = 16.0

POSTCODE, ACCOUNT = "s w one a one a a", "four two one nine four two one nine"

_BEGIN, _FILL = "begin", "fill"

TURNS: tuple[tuple[str, Scripted], ...] = tuple(
    (line, Scripted(line, **answer, usage=None))
    for line, answer in (
        ("hello my internet is down", {"calls": [(_BEGIN, {"task": "report-outage"})]}),
        (POSTCODE, {"calls": [(_FILL, {"slot": "postcode", "value": POSTCODE})]}),
        ("yes that is right", {"calls": [(_FILL, {"slot": "postcode", "value": POSTCODE})]}),
        ("when will it be fixed", {"text": ["Most faults are fixed within four hours [restore]."]}),
        (
            "my neighbour says that lightning has hit the mast on the hill",
            {"text": ["That may well be the cause. ", "Your fault is logged, so we will look."]},
        ),
        ("do i get compensation", {"text": ["Eight pounds for every full day [compensation]."]}),
        (
            "my daughter has an exam at home on friday what would you do in my place",
            {"text": ["I would use the hotspot of a phone for the exam, to be safe."]},
        ),
        ("what does the red light mean", {"text": ["It means no signal [router-lights]."]}),
        ("i need an engineer", {"calls": [(_BEGIN, {"task": "book-engineer"})]}),
        (ACCOUNT, {"calls": [(_FILL, {"slot": "account_number", "value": ACCOUNT})]}),
        ("yes it is", {"calls": [(_FILL, {"slot": "account_number", "value": ACCOUNT})]}),
        ("tomorrow", {"calls": [(_FILL, {"slot": "visit_day", "value": "tomorrow"})]}),
        ("in the afternoon", {"calls": [(_FILL, {"slot": "visit_time", "value": "afternoon"})]}),
        (
            "is there anything i should tidy up for him behind the sofa",
            {"text": ["Only that he can reach the socket, please."]},
        ),
        (
            "how much does an engineer cost",
            {"text": ["Free, if it is our fault [engineer-price]."]},
        ),
        (
            "my old provider wrote to me in welsh could you",
            {"text": ["I am afraid I do not know whether we write in Welsh."]},
        ),
        ("can i upgrade", {"text": ["Yes, online, without a fee [upgrade]."]}),
        ("how fast is full fibre", {"text": ["Five hundred megabits [speeds]."]}),
        (
            "would that be enough for video calls with my sister in australia",
            {"text": ["Yes, full fibre is more than enough for video calls [speeds]."]},
        ),
        ("when is my bill due", {"text": ["It is collected on the tenth [bill-date]."]}),
    )
)


@dataclass(frozen=True)
class Spent:
    """One call. ``slots``: what was filled at its end."""

    figures: ThinkFigures
    turns: int
    with_model: int
    slots: dict[str, str]

    @property
    def tokens(self) -> int:
        return self.figures.tokens_in + self.figures.tokens_out

    @property
    def without_model(self) -> float:
        """Share of the turns that asked no model."""
        return 1.0 - self.with_model / self.turns


class WholePrompt(Prompt):
    """The usual way: the whole policy, then the whole conversation, as heard."""

    def __init__(self, policy: Policy, prompt: Prompt) -> None:
        knowledge = [f"[{one.id}] {one.answer}" for one in policy.knowledge]
        self._system = "\n".join((prompt.prefix, prompt._words.knowledge, *knowledge))
        self._cited = frozenset(one.id for one in policy.knowledge)
        self._turns: dict[tuple[str, float], str] = {}

    def messages(
        self, brief: Brief, offers: Sequence[ToolOffer] = (), audio: bytes | None = None
    ) -> tuple[Message, ...]:
        """See ``Prompt``; nothing is left out, and nothing else is told."""
        self._turns |= {(one.who, one.start): one.text for one in brief.turns}
        said = [
            Message("assistant" if who == "agent" else "user", text)
            for (who, _), text in sorted(self._turns.items(), key=lambda one: one[0][1])
        ]
        if said[-1].text != brief.said:
            said.append(Message("user", brief.said))
        return (Message("system", self._system), *said)

    def cited(self, brief: Brief) -> frozenset[str]:
        """See ``Prompt``."""
        return self._cited


Way = Literal["ours", "brief", "usual"]
WAYS: tuple[Way, ...] = ("ours", "brief", "usual")


def policy(url: str, way: Way) -> Policy:
    """Ours, without masks, so that both are sent the same words."""
    chosen = load_policy("broadband")
    answers = "when_needed" if way == "ours" else "always"
    model = {"name": "openai:scripted", "url": url, "answers": answers}
    changes: dict[str, Any] = {"model": model, "privacy": {}, "noinput": []}
    turn_taking = chosen.turn_taking.model_dump(exclude_unset=True)
    if way == "usual":
        changes["turn_taking"] = turn_taking | {"speculation": {"per_turn": 0}}
    return Policy.model_validate(chosen.model_dump(exclude_unset=True) | changes)


async def held(way: Way) -> Spent:
    """The whole call, one way."""
    with scripted_model(*(answer for _, answer in TURNS)) as server:
        chosen = policy(server.url, way)
        opening = prepare(chosen, PROFILE, Options(today=TODAY))
        if way == "usual":
            terms = chosen.model
            chat = open_chat(terms.name, terms, terms.url, terms.key_env)
            mind = Talker(chosen, (chat,), today=TODAY)
            whole = WholePrompt(chosen, mind._means.prompt)
            mind._means = replace(mind._means, prompt=whole)
            thinking = Thinking(mind, "virtual", ThinkTime())
            opening = replace(opening, thinking=thinking)
        call = WordConversation(opening)
        for turn, (line, _) in enumerate(TURNS):
            percepts, _ = speech(10.0 + EVERY_S * turn, line, turn)
            call.expect_percepts(percepts)
        await call.advance(10.0 + EVERY_S * len(TURNS))
        records = list(call.journal)
        await call._call.close()
    return spent(records)


def spent(records: Sequence[Record]) -> Spent:
    """What a call's journal says of it."""
    slots: dict[str, str] = {}
    for record in records:
        match record:
            case PerceptSeen(percept=Thought(content=Progress(task=task))) if task is not None:
                slots |= {one.name: one.value for one in task.slots if one.value and one.confirmed}
            case _:
                pass
    turns = sum(isinstance(one, CallerTurn) for one in records)
    asked = {
        one.id
        for one in records
        if isinstance(one, ThinkDone) and one.calls and one.outcome != "abandoned"
    }
    return Spent(think_figures(records), turns, len(asked), slots)


def main() -> None:
    """Every way, and the ratio to the usual one."""
    usual = asyncio.run(held("usual"))
    for way in WAYS:
        one = asyncio.run(held(way))
        figures = one.figures
        print(
            f"{way:5} {one.tokens / usual.tokens:4.0%}: tokens in {figures.tokens_in:6}, "
            f"out {figures.tokens_out:4}, "
            f"{figures.model_calls:2} requests, {figures.wasted_tokens} wasted; "
            f"{one.without_model:.0%} of {one.turns} turns without a model; slots {one.slots}"
        )
    print(f"at most {TARGET:.0%} wanted of ours")


if __name__ == "__main__":
    main()
