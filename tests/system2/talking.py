"""A caller who types, and the part of System 1 that keeps the brief between the turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from policies.policy import Policy
from policies.timing import Ending
from system1.brief import Brief, Turn
from system1.moods import Mood
from system1.questions import Question, TaskState
from system1.thoughts import (
    Advice,
    Asked,
    Clarify,
    Done,
    NotUnderstood,
    Progress,
    Sentence,
    ThoughtContent,
)
from system2.grounded import Grounded

WEDNESDAY = date(2026, 2, 25)

BROADBAND = Policy.model_validate(
    {
        "policy": "broadband",
        "language": "en",
        "persona": {"name": "Anna", "company": "Northwind Broadband"},
        "greeting": "Northwind Broadband, this is Anna. How can I help?",
        "noinput": [{"count": 1, "after": 7, "say": "Are you still there?"}],
        "tasks": [
            {
                "id": "report-outage",
                "when": {"says": ["no internet", "connection is down", "outage"]},
                "collect": [
                    {
                        "slot": "postcode",
                        "ask": "What is your postcode?",
                        "type": {"pattern": "[A-Z0-9 ]{5,8}"},
                        "confirm": True,
                        "attempts": 3,
                    }
                ],
                "then": {"say": "Thank you. I have logged a fault for {postcode}."},
            },
            {
                "id": "book-visit",
                "when": {"says": ["an engineer", "book a visit", "book an appointment"]},
                "say": "I can book an engineer for you.",
                "collect": [
                    {
                        "slot": "account",
                        "ask": "What is your account number?",
                        "type": {"digits": 4},
                        "confirm": True,
                        "attempts": 2,
                    },
                    {"slot": "day", "ask": "Which day suits you?", "type": "date"},
                    {
                        "slot": "part",
                        "ask": "Morning or afternoon?",
                        "type": {"choice": ["morning", "afternoon"]},
                        "reask": "Would you like the morning, or the afternoon?",
                    },
                ],
                "then": {"say": "An engineer will come {day} in the {part}. Anything else?"},
                "give_up": {"say": "I need a colleague.", "do": "transfer", "to": "support"},
            },
            {
                "id": "call-back",
                "when": {"says": ["call me back"]},
                "collect": [
                    {"slot": "name", "ask": "What is your name?", "type": "name"},
                    {"slot": "about", "ask": "What is it about?"},
                ],
                "then": {"say": "Thank you, {name}. We will call you back.", "do": "hang_up"},
            },
        ],
        "knowledge": [
            {
                "id": "restore",
                "asks": ["when will it be fixed", "how long will the repair take"],
                "answer": "Most faults are fixed within four hours.",
            },
            {
                "id": "cost",
                "asks": ["how much is it", "what does it cost", "price of broadband"],
                "answer": "Broadband is thirty pounds a month. There is no set-up fee.",
            },
            {
                "id": "cancel",
                "asks": ["how do i cancel my contract", "i want to leave"],
                "answer": "You can leave with thirty days' notice.",
            },
            {
                "id": "router-restart",
                "asks": ["how do i restart my router"],
                "answer": "Unplug it, wait ten seconds, and plug it in again.",
            },
            {
                "id": "router-lights",
                "asks": ["what do the lights on my router mean"],
                "answer": "Green means that all is well.",
            },
        ],
        "transfer": {"support": "sip:support@example.invalid"},
    }
)

DIANXIN = Policy.model_validate(
    {
        "policy": "dianxin",
        "language": "zh-CN",
        "persona": {"name": "小安", "company": "北风宽带"},
        "greeting": "您好，北风宽带，我是小安。有什么可以帮您？",
        "tasks": [
            {
                "id": "report-outage",
                "when": {"says": ["没有网", "上不了网", "断网"]},
                "say": "我帮您报修。",
                "collect": [
                    {
                        "slot": "account",
                        "ask": "请问您的宽带账号后四位是多少？",
                        "type": {"digits": 4},
                        "confirm": True,
                    },
                    {"slot": "day", "ask": "您希望哪天上门？", "type": "date"},
                ],
                "then": {"say": "好的，已为账号{account}报修，师傅{day}上门。"},
            }
        ],
        "knowledge": [
            {
                "id": "restore",
                "asks": ["什么时候能修好", "多久可以修好"],
                "answer": "大部分故障四小时内修复。",
            },
            {"id": "cost", "asks": ["多少钱", "套餐费用是多少"], "answer": "每月三十元。"},
            {
                "id": "cancel",
                "asks": ["怎么取消套餐", "我要销户"],
                "answer": "请提前三十天通知我们。",
            },
        ],
    }
)


@dataclass
class Talking:
    """One call: every ``say`` is a turn of the caller and gives the agent's words."""

    policy: Policy
    today: date = WEDNESDAY
    turns: list[Turn] = field(default_factory=list)
    question: Question | None = None
    task: TaskState | None = None
    slots: dict[str, str] = field(default_factory=dict)
    thoughts: list[ThoughtContent] = field(default_factory=list)
    mood: Mood | None = None

    async def say(self, said: str) -> str:
        self.turns = [*self.turns, Turn("caller", said, 0.0, 1.0)][-12:]
        slots = tuple(self.slots.items())
        brief = Brief(said, tuple(self.turns), self.question, self.task, slots, self.mood)
        mind = Grounded(self.policy, today=self.today)
        self.thoughts = [thought async for thought in mind.think(brief)]
        assert isinstance(self.thoughts[-1], Done)
        spoken: list[str] = []
        for thought in self.thoughts:
            match thought:
                case Sentence(text=text) | Clarify(text=text):
                    spoken.append(text)
                case Asked(question=question):
                    self.question = question
                case Progress(task=task):
                    self.follow(task)
                case _:
                    pass
        text = ("" if self.policy.language.startswith("zh") else " ").join(spoken)
        if text:
            self.turns = [*self.turns, Turn("agent", text, 1.0, 2.0)][-12:]
        return text

    def follow(self, task: TaskState | None) -> None:
        if self.task is not None and (task is None or task.task != self.task.task):
            self.slots |= {one.name: one.value for one in self.task.slots if one.value is not None}
        self.task = task

    @property
    def advice(self) -> tuple[Ending, str | None] | None:
        found = [thought for thought in self.thoughts if isinstance(thought, Advice)]
        return (found[0].do, found[0].to) if found else None

    @property
    def understood(self) -> bool:
        return not any(isinstance(thought, NotUnderstood) for thought in self.thoughts)
