"""Cards, telephones and names planted in whole calls are found nowhere outside the recording.

``call.wav``, ``events.jsonl`` and ``report.html`` are the call's own recording: they hold what was
said, or no call could be replayed. Everything else is searched: what models, tools, advisers and
embedders were sent, what is logged, the memory's files, ``result.json``, and the summary that goes
with a transfer. One tool is given the card, in the argument that is made for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent.discretion import discreet
from agent.figures import measure
from agent.records import CallEnded, Decision, PerceptSeen, Record, Utterance
from agent.result import Check, result_json, sum_up
from agent.wordwise import WordConversation
from policies.policy import Policy
from system1.language import language_of
from system1.percepts import Thought
from system1.thoughts import Progress
from system2.memory.store import open_store
from tests.advisers import TERMS, Rules
from tests.scripted_model import Scripted, scripted_model
from tests.stage import bot, speech
from tests.system2.memory.test_embedding import Bags
from tests.toolserver import ToolServer, tool_server

pytest.importorskip("openai")

CARD = "4111111111111111"
TEXT = {"type": "string"}


@dataclass(frozen=True)
class Story:
    """A caller who gives everything away. ``lines``: what is said, a turn each."""

    language: str
    greeting: str
    phrases: Mapping[str, str]
    asks: Mapping[str, str]
    lines: tuple[str, ...]
    needles: tuple[str, ...]
    model: tuple[Scripted, ...]
    word_s: float = 0.3


NOTE = (("note", {"text": "{card_number} {name} {phone_number}"}),)

SAID_EN = [
    f"{first} {then}."
    for first in ("All right, noted", "Our people look into it", "It goes on")
    for then in ("today", "with the mast", "in the depot", "as planned", "since Monday")
]
SAID_ZH = [
    f"{first}，{then}。"
    for first in ("已经记下了", "同事会去查看", "正在处理")
    for then in ("请放心", "今天完成", "塔下有人", "按计划来", "昨天开始的")
]

ENGLISH = Story(
    language="en",
    greeting="Hello, this is Anna.",
    phrases={"pay": "pay my bill", "back": "ring me later", "person": "a real person"},
    asks={
        "card_number": "Which card is it?",
        "name": "What is your name?",
        "phone_number": "Which number can we reach you on?",
        "why": "What is it about?",
    },
    lines=(
        "hello my name is jonathan smithers and my mast is odd",
        "the mast again card four one one one um one one one one one one one one one one one one",
        "about that mast 4111-1111-1111-1111 is what they charged",
        "my mast and oh seven seven double oh nine hundred one two three",
        "pay my bill",
        "four one one one one one one one one one one one double one one one",
        "yes",
        "ring me later",
        "jonathan smithers",
        "no it's jonathan smithers",
        "yes",
        "oh seven seven double oh nine oh oh one two three",
        "yes",
        "jonathan smithers on plus 44 7700 900123 is still waiting for the mast",
        "what about the mast then",
        "put me through to a real person please",
    ),
    needles=("41111", "11111", "0770", "77009", "900123", "00123", "jonathan", "smithers"),
    model=(
        Scripted("what about the mast", calls=NOTE, times=1),
        *(Scripted(text=[text], times=1) for text in SAID_EN),
    ),
)

CHINESE = Story(
    language="zh-CN",
    greeting="您好，我是小安。",
    phrases={"pay": "交话费", "back": "回电给我", "person": "转人工"},
    asks={
        "card_number": "您的卡号是多少？",
        "name": "请问您贵姓？",
        "phone_number": "您的电话号码是多少？",
        "why": "是什么事？",
    },
    lines=(
        "你 好 我 叫 欧 阳 建 国 信 号 塔 有 点 怪",
        "信 号 塔 和 卡 四 一 一 一 嗯 一 一 一 一 幺 幺 幺 幺 一 一 一 一",
        "信 号 塔 扣 了 4111-1111-1111-1111 这 张 卡",
        "信 号 塔 一 三 九 一 二 三 四 五 六 七 八 打 这 个",
        "交 话 费",
        "四 一 一 一 一 一 一 一 一 一 一 一 一 一 一 一",
        "对",
        "回 电 给 我",
        "欧 阳 建 国",
        "对",
        "一 三 九 一 二 三 四 五 六 七 八",
        "对",
        "欧 阳 建 国 １３９１２３４５６７８ 还 在 等 信 号 塔",
        "信 号 塔 到 底 怎 么 样",
        "我 要 转 人 工",
    ),
    needles=("41111", "11111", "1391", "34567", "45678", "欧阳", "建国"),
    model=(
        Scripted("到底", calls=NOTE, times=1),
        *(Scripted(text=[text], times=1) for text in SAID_ZH),
    ),
    word_s=0.25,
)


@dataclass
class Outside:
    """Everything that has left one call."""

    told: dict[str, str] = field(default_factory=dict)
    paid: list[bytes] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


def policy(story: Story, model: str, tools: ToolServer, store: Path, **changes: Any) -> Policy:
    kinds = {"card_number": {"digits": 16}, "phone_number": {"digits": 11}, "name": "name"}

    def slots(*names: str) -> list[dict[str, Any]]:
        return [
            {"slot": name, "ask": story.asks[name], "type": kinds.get(name, "text")}
            | {"confirm": name in kinds}
            for name in names
        ]

    return bot(
        language=story.language,
        greeting=story.greeting,
        model={"name": "openai:scripted", "url": model, "backoff": 0.0},
        adviser={**TERMS},
        noinput=[],
        memory={"store": str(store)},
        turn_taking={"endpointing": {"patience": 2.0}, "speculation": {"per_turn": 2}},
        tasks=[
            {
                "id": "pay",
                "when": {"says": [story.phrases["pay"]]},
                "collect": slots("card_number"),
                "then": {
                    "say": "OK.",
                    "use": {"tool": "pay", "with": {"card": "{card_number}"}},
                },
            },
            {
                "id": "back",
                "when": {"says": [story.phrases["back"]]},
                "collect": slots("name", "phone_number"),
                "then": {"say": "OK."},
            },
        ],
        rules=[
            {
                "id": "person",
                "when": {"says": [story.phrases["person"]]},
                "say": "OK.",
                "do": "transfer",
                "to": "support",
            }
        ],
        transfer={"support": "sip:support@example.invalid"},
        allowed_hosts=["127.0.0.1"],
        tools=[
            {
                "id": name,
                "description": "A tool.",
                "parameters": {"type": "object", "properties": {given: TEXT}, "required": [given]},
                "http": {"method": "POST", "url": tools.url(f"/{name}")},
                "side_effects": False,
            }
            for name, given in (("pay", "card"), ("note", "text"))
        ],
        **({"privacy": {"mask": ["card_number", "phone_number", "name"]}} | changes),
    )


async def call(story: Story, folder: Path, **changes: Any) -> Outside:
    """The whole call, and what has left it."""
    outside, adviser, embedder = Outside(), Rules(lambda consult: 0.9), Bags()
    store = folder / "memory.db"
    with scripted_model(*story.model) as model, tool_server() as tools:
        tools.says("/pay", {"status": "paid"})
        tools.says("/note", {"kept": CARD})
        chosen = policy(story, model.url, tools, store, **changes)
        memory = open_store(str(store), embedder=embedder)
        async with WordConversation.open(
            chosen, caller_id="c-1", out=folder / "out", adviser=adviser, memory=memory
        ) as talk:
            for turn, line in enumerate(story.lines):
                said, _ = speech(6.0 + 14.0 * turn, line, turn, story.word_s)
                talk.expect_percepts(said)
            await talk.advance(6.0 + 14.0 * len(story.lines) + 10.0)
        memory.close()
        outside.records = list(talk.journal)
        outside.paid = [one.body for one in tools.asked if one.path == "/pay"]
        noted = [(one.path, one.body.decode()) for one in tools.asked if one.path != "/pay"]
        outside.told = {
            "model": json.dumps(model.requests, ensure_ascii=False),
            "tools": repr(noted),
            "adviser": repr([one.moment for one in adviser.asked]),
            "embedder": repr(embedder.texts),
            "memory": on_disk(folder),
            "result": result(outside.records, chosen),
            "summary": repr(
                [one.summary for one in talk.journal if isinstance(one, Decision) and one.summary]
            ),
        }
    return outside


def on_disk(folder: Path) -> str:
    """Every byte of the memory's files."""
    return "".join(one.read_bytes().decode("utf-8", "ignore") for one in folder.glob("memory.db*"))


def result(records: list[Record], chosen: Policy) -> str:
    """``result.json`` of a scenario whose checks quote all that the agent said."""
    said = [one.heard for one in records if isinstance(one, Utterance)]
    quotes = tuple(Check(f"agent says {one!r}", False, 1.0, f'"{one}" was played') for one in said)
    made = sum_up(records, measure(records, None, None), fidelity="text", wall_s=1.0, checks=quotes)
    return result_json(discreet(made, records, chosen))


def found(story: Story, text: str) -> list[str]:
    """The needles in a text, in whatever spelling."""
    language = language_of(story.language)
    words = re.findall(r"[一-鿿]|[^\W_一-鿿]+", text.casefold())
    squeezed = "".join(language.digits.get(word, word) for word in words)
    return [one for one in story.needles if one in squeezed]


@pytest.mark.slow
@pytest.mark.parametrize("story", [ENGLISH, CHINESE], ids=["en", "zh"])
async def test_what_is_masked_is_found_nowhere_outside_the_recording(
    story: Story, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    outside = await call(story, tmp_path)
    logged = capfd.readouterr()
    outside.told["log"] = logged.out + logged.err
    (end,) = (one for one in outside.records if isinstance(one, CallEnded))
    assert end.outcome == "transferred", "the call went its way"
    assert [json.loads(one) for one in outside.paid] == [{"card": CARD}]
    filled: dict[str, str] = {}
    for record in outside.records:
        match record:
            case PerceptSeen(percept=Thought(content=Progress(task=task))) if task is not None:
                filled |= {one.name: one.value for one in task.slots if one.value is not None}
    assert set(filled) == {"card_number", "name", "phone_number"}
    assert all(outside.told[who] for who in ("model", "adviser", "embedder", "memory", "summary"))
    assert "{card_number} {name} {phone_number}" in outside.told["tools"], "not made for it"
    leaks = {who: found(story, text) for who, text in outside.told.items()}
    assert {who: words for who, words in leaks.items() if words} == {}
    recording = (tmp_path / "out" / "events.jsonl").read_text(encoding="utf-8")
    assert set(found(story, recording)) >= set(story.needles[-2:]), "the recording is whole"


@pytest.mark.slow
@pytest.mark.parametrize("story", [ENGLISH, CHINESE], ids=["en", "zh"])
async def test_without_a_mask_all_of_it_would_be_found(story: Story, tmp_path: Path) -> None:
    outside = await call(story, tmp_path, privacy={"mask": []})
    for who in ("model", "adviser", "embedder", "memory", "result", "summary"):
        assert found(story, outside.told[who]), who
