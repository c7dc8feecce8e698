"""Stories of key decisions by rule: hours, caps, and what a human is told at a transfer."""

import asyncio
from typing import Any

import pytest

from agent.figures import measure
from agent.records import CallOpened, Decision, ThinkDone
from system1.acts import Kind, Summary
from system1.questions import Slot, TaskState
from system1.thoughts import Asked, Done, NotUnderstood, Progress, Sentence
from tests.stage import Answers, Stage, bot

HOURS = {"timezone": "Europe/London", "open": {"mon-fri": "08:00-18:00"}}
SUPPORT = {"support": "sip:support@example.invalid"}
PERSON = {"says": ["a person"]}
LATE = [
    {"id": "closed", "when": {**PERSON, "hours": "closed"}, "say": "They are back at eight."},
    {"id": "person", "when": PERSON, "say": "One moment.", "do": "transfer", "to": "support"},
]


def begun(stage: Stage, local: str | None, to: float = 12.0) -> Stage:
    """Play a call that begins at a local time."""
    stage.call.begin(CallOpened(0.0, "stage", None, "text", "test", "en", local))
    asyncio.run(stage.call.advance(to))
    return stage


@pytest.mark.parametrize(
    ("local", "rule"),
    [
        ("2026-11-20T10:00", "rule.person"),
        ("2026-11-20T20:15", "rule.closed"),
        ("2026-11-21T10:00", "rule.closed"),
        ("2026-11-20T17:59:58", "rule.closed"),
        ("nonsense", "rule.person"),
        (None, "rule.person"),
    ],
)
def test_business_hours_decide(local: str | None, rule: str) -> None:
    stage = Stage(bot(rules=LATE, hours=HOURS, transfer=SUPPORT))
    stage.says(4.0, "can i speak to a person")
    begun(stage, local)
    said = stage.utterances()[1]
    assert said.because.rule == rule
    if rule == "rule.closed":
        assert ("hours", "closed") in said.because.evidence
        assert stage.call.ended is None


def capped(when: dict[str, Any], **policy: Any) -> Stage:
    rule = {"id": "cap", "when": when, "say": "Shall I get a colleague?"}
    return Stage(bot(rules=[rule], transfer=SUPPORT, **policy))


def fired(stage: Stage) -> list[float]:
    return [one.at for one in stage.decisions("say") if one.because.rule == "rule.cap"]


def test_a_cap_holds_once() -> None:
    stage = capped({"turns": 2})
    for at in (4.0, 12.0, 20.0, 28.0):
        stage.says(at, "is my line all right")
    stage.play(40.0)
    (at,) = fired(stage)
    assert 12.0 < at < 16.0
    assert len(stage.mind.briefs) == 3


def test_a_rule_with_words_holds_whenever_they_are_said() -> None:
    stage = capped({"says": ["line"], "turns": 2})
    for at in (4.0, 12.0, 20.0):
        stage.says(at, "is my line all right")
    assert len(fired(stage.play(30.0))) == 2


def test_duration_caps_a_call() -> None:
    stage = capped({"duration": 10.0})
    for at in (4.0, 12.0):
        stage.says(at, "is my line all right")
    (at,) = fired(stage.play(20.0))
    assert at > 10.0


def test_every_condition_must_hold() -> None:
    stage = capped({"duration": 10.0, "turns": 3})
    for at in (4.0, 12.0, 20.0):
        stage.says(at, "is my line all right")
    (at,) = fired(stage.play(30.0))
    assert at > 20.0
    because = stage.first(lambda one: one.because.rule == "rule.cap").because
    assert [name for name, _ in because.evidence] == ["words", "turns", "duration_s"]


def test_failed_attempts_at_a_slot() -> None:
    stage = capped({"attempts": 2})
    states = [TaskState("bill", (Slot("account", attempts=n),), "account") for n in (0, 1, 2)]
    stage.mind.answers = tuple(
        (Asked(None), Progress(state), Sentence("What is your number?"), Done()) for state in states
    )
    for at in (4.0, 10.0, 16.0, 22.0):
        stage.says(at, "it is on the bill")
    (at,) = fired(stage.play(30.0))
    assert at > 22.0


def test_turns_in_a_row_that_were_not_understood() -> None:
    stage = capped({"nomatch": 2}, nomatch=[{"count": 1, "say": "Sorry?"}])
    stage.mind.answers = ((NotUnderstood("no"), Done()),)
    for at in (4.0, 9.0, 14.0):
        stage.says(at, "flibber jabber")
    stage.play(19.0)
    said = [one.text for one in stage.utterances()[1:]]
    assert said[:3] == ["Sorry?", "Shall I get a colleague?", "Sorry?"]


def test_silences_in_a_row() -> None:
    rungs = [{"count": 1, "after": 5, "say": "Still there?"}]
    stage = capped({"noinput": 2}, noinput=rungs).play(24.0)
    said = [one.text for one in stage.utterances()[1:]]
    assert said[:3] == ["Still there?", "Shall I get a colleague?", "Still there?"]


def test_a_snapshot_knows_what_has_held() -> None:
    stage = capped({"turns": 1})
    stage.says(4.0, "is my line all right")
    scene = stage.call._system1.scene
    stage.play(10.0)
    assert scene.fired == ("cap",)
    assert stage.call._system1.snapshot().scene.fired == ("cap",)


def summary_of(stage: Stage) -> Summary:
    (one,) = [one for one in stage.records if isinstance(one, Decision) and one.summary]
    assert one.summary is not None
    return one.summary


TASKS = [
    {
        "id": "bill",
        "when": {"says": ["bill is wrong"]},
        "collect": [
            {"slot": "customer", "ask": "Who is calling?", "type": "name"},
            {"slot": "account", "ask": "Which account?", "type": "digits"},
        ],
        "then": {"say": "Thank you."},
    }
]


def test_what_a_human_is_told_at_a_transfer() -> None:
    policy = bot(rules=LATE[1:], transfer=SUPPORT, tasks=TASKS, privacy={"mask": ["account"]})
    slots = (Slot("customer", "John Smith"), Slot("account", "4219"))
    asks = (Asked(None), Progress(TaskState("bill", slots)), Sentence("I see."), Done())
    stage = Stage(policy, Answers(asks))
    stage.says(4.0, "hello my bill is wrong")
    stage.says(9.0, "it is four two one nine i want a person")
    stage.play(30.0)
    assert stage.call.ended == "transferred"
    summary = summary_of(stage)
    assert summary.who == "John Smith"
    assert summary.asked == "hello my bill is wrong"
    assert summary.slots == (("customer", "John Smith"), ("account", "***"))
    assert (summary.mood, summary.why) == ("calm", "person")
    assert summary.last[-2:] == (("caller", "it is *** i want a person"), ("agent", "One moment."))
    assert summary.text.splitlines()[:5] == [
        "Caller: John Smith",
        "Asked: hello my bill is wrong",
        "Known: customer John Smith, account ***",
        "Mood: calm",
        "Transferred because of: person",
    ]
    assert "4219" not in repr(summary)


def test_in_chinese() -> None:
    rule = {"id": "ren-gong", "when": {"says": ["人工"]}, "say": "好的。", "do": "transfer"}
    policy = bot(
        language="zh-CN",
        greeting="您好。",
        rules=[{**rule, "to": "support"}],
        transfer=SUPPORT,
        privacy={"mask": ["phone_number"]},
    )
    stage = Stage(policy)
    stage.says(4.0, "我 的 电 话 是 一 三 八 零 零 转 人 工", word_s=0.2)
    stage.play(20.0)
    summary = summary_of(stage)
    assert summary.asked == "我的电话是***转人工"
    assert summary.text.splitlines()[0] == "诉求：我的电话是***转人工"
    assert "转接原因：ren-gong" in summary.text


@pytest.mark.parametrize(
    ("language", "name", "gives", "asks"),
    [
        ("en", "John Smith", "i am john smith", "i want a person"),
        ("zh-CN", "王小明", "我 叫 王 小 明", "转 人 工"),
    ],
)
@pytest.mark.parametrize("mask", [[], ["customer"]])
def test_a_turn_that_gives_away_a_masked_name_is_hidden_whole(
    language: str, name: str, gives: str, asks: str, mask: list[str]
) -> None:
    phrase = asks.replace(" ", "") if language == "zh-CN" else asks
    person = {"id": "person", "when": {"says": [phrase]}}
    rule = {**person, "say": "OK.", "do": "transfer", "to": "support"}
    policy = bot(
        language=language, rules=[rule], transfer=SUPPORT, tasks=TASKS, privacy={"mask": mask}
    )
    task = TaskState("bill", (Slot("customer", name),))
    stage = Stage(policy, Answers((Asked(None), Progress(task), Sentence("OK."), Done())))
    stage.says(4.0, gives, word_s=0.25)
    stage.says(9.0, asks, word_s=0.25)
    stage.play(30.0)
    summary = summary_of(stage)
    said = [text for who, text in summary.last if who == "caller"]
    plain = gives.replace(" ", "") if language == "zh-CN" else gives
    assert said[0] == ("***" if mask else plain)
    assert (name.casefold() in summary.text.casefold()) is not bool(mask)


def test_the_kind_of_a_capped_farewell() -> None:
    rule = {"id": "cap", "when": {"turns": 1}, "say": "Goodbye.", "do": "hang_up"}
    stage = Stage(bot(rules=[rule]))
    stage.says(4.0, "is my line all right")
    assert stage.play(12.0).utterances()[1].kind is Kind.FAREWELL


def test_what_short_term_memory_saves_is_counted() -> None:
    stage = Stage(bot(), Answers(*(f"That is number {n}." for n in range(12))))
    at = 4.0
    for _ in range(12):
        at = stage.says(at, "is my line all right") + 4.0
    stage.play(at + 10.0)
    thinks = [one for one in stage.records if isinstance(one, ThinkDone)]
    assert len(thinks) == 12
    assert [one.brief_tokens == one.history_tokens for one in thinks[:3]] == [True] * 3
    assert thinks[-1].brief_tokens < thinks[-1].history_tokens
    figures = measure(stage.records, None, None)
    assert figures.brief_tokens == sum(one.brief_tokens for one in thinks)
    assert figures.brief_tokens < figures.history_tokens
