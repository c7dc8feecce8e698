"""Whole calls over a server that hears and speaks: who says what, and what the server is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from agent.conversation import TICK_SAMPLES, Conversation
from agent.journal import to_json
from agent.listening import voice_terms
from agent.opening import Options, prepare
from agent.records import CallEnded, Record, ThinkDone, Utterance
from agent.replay import redecided
from agent.wordwise import WordConversation
from policies.policy import Policy
from speech.playback.mouth import AudioMouth
from speech.profiles import open_voice
from speech.protocols import SAMPLE_RATE, Audio
from system1.acts import Kind
from system1.percepts import Percept, SpeechStarted, SpeechStopped
from system2.errors import ModelError
from tests.agent.test_callers_voice import WrittenEars
from tests.speech.realtime.double import KEY, Double, Says, realtime
from tests.stage import bot, speech

pytest.importorskip("websockets")

ASKS = "what is wrong with my line"
MODEL = "realtime:toy"


def policy_of(server: Double, **more: Any) -> Policy:
    realtime_section = {"url": server.url, "key_env": "TOY_KEY", "dialect": server.dialect}
    model = {"name": MODEL} | more.pop("model", {})
    return bot(model=model, engines={"realtime": realtime_section}, **more)


class Played:
    """A call: the caller's sound is a tone that tells where in the call it is."""

    def __init__(self, policy: Policy, percepts: Sequence[Percept], options: Options) -> None:
        opening = prepare(policy, "embedded", options)
        assert opening.duplex is not None
        ordinary = open_voice("embedded", voice_terms(policy, live=False))
        self.mouth = AudioMouth(opening.duplex.voice(ordinary))
        self.call = Conversation(
            opening, WrittenEars(sorted(percepts, key=lambda one: one.at)), self.mouth
        )
        self.heard: list[Audio] = []

    async def go(self, until: float) -> None:
        while self.call.now < until - 1e-9:
            block = np.full(TICK_SAMPLES * 10, round(self.call.now, 1) / 1000, np.float32)
            self.heard.append(await self.call.step(block))

    async def close(self) -> list[Record]:
        await self.call._close()
        return self.call.journal


async def play(
    policy: Policy, percepts: Sequence[Percept], until: float, clock: Any = "virtual"
) -> tuple[list[Record], Audio]:
    played = Played(policy, percepts, Options(clock=clock))
    await played.go(until)
    return await played.close(), np.concatenate(played.heard)


def lines(records: Sequence[Record]) -> list[Utterance]:
    return [one for one in records if isinstance(one, Utterance)]


def says(at: float, words: str, stretch: int = 0) -> list[Percept]:
    return speech(at, words, stretch)[0]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_KEY", KEY)


@pytest.mark.parametrize("dialect", ["current", "beta"])
async def test_the_engine_answers_in_its_own_voice(dialect: str) -> None:
    with realtime(dialect=dialect) as server:
        records, audio = await play(policy_of(server), says(3.0, ASKS), 12.0)
    greeting, answer = lines(records)
    assert (greeting.kind, answer.kind) == (Kind.GREETING, Kind.REPLY)
    assert answer.heard == "Your line is fine. It was checked this morning."
    assert answer.end - answer.start == pytest.approx(3.0, abs=0.02)
    sound = audio[round((answer.start + 0.1) * SAMPLE_RATE) :][: 2 * SAMPLE_RATE]
    assert np.abs(sound).max() == pytest.approx(0.3, abs=0.01)
    rises = np.flatnonzero((sound[:-1] < 0) & (sound[1:] >= 0))
    assert np.diff(rises).mean() == pytest.approx(2 * np.pi / 0.1, abs=0.01), "the server's tone"
    (done,) = [one for one in records if isinstance(one, ThinkDone)]
    assert (done.outcome, done.tokens_in, done.tokens_out, done.calls) == ("answered", 70, 40, 1)
    assert server.paths == ["/v1/realtime?model=toy"]
    assert server.keys == [f"Bearer {KEY}"]


async def test_the_server_is_told_who_it_is_and_what_was_said() -> None:
    with realtime() as server:
        await play(policy_of(server), says(3.0, ASKS), 8.0)
    assert server.kinds("input_audio_buffer.append") == [
        "session.update",
        "conversation.item.create",
        "input_audio_buffer.commit",
        "response.create",
    ]
    session = server.of("session.update")[0]["session"]
    assert session["audio"]["input"]["turn_detection"] is None
    assert "You are Anna" in session["instructions"]
    assert "Today is" in server.of("response.create")[0]["response"]["instructions"]
    greeting = server.of("conversation.item.create")[0]["item"]
    assert (greeting["role"], greeting["content"][0]["text"]) == (
        "assistant",
        "Hello, this is Anna.",
    )
    (turn,) = server.turns
    assert 1.5 < len(turn) / SAMPLE_RATE < 3.0
    assert turn[0] == pytest.approx(0.0027, abs=2e-4), "a little before the first word"
    assert turn[-1] == pytest.approx(0.0048, abs=5e-4)


async def test_after_a_bargein_the_server_knows_what_was_heard() -> None:
    with realtime(Says(seconds=6.0)) as server:
        percepts = [*says(3.0, ASKS), *says(7.0, "no stop it is something else", 1)]
        records, _ = await play(policy_of(server), percepts, 14.0)
    first = lines(records)[1]
    assert first.cut
    assert first.heard
    assert first.heard != first.text
    (cut,) = server.of("conversation.item.truncate")
    assert cut["audio_end_ms"] == pytest.approx((first.end - first.start) * 1000, abs=1.5)
    order = server.kinds("input_audio_buffer.append")
    assert order[-3:] == [
        "conversation.item.truncate",
        "input_audio_buffer.commit",
        "response.create",
    ]
    assert lines(records)[2].heard == "Your line is fine. It was checked this morning."


async def test_what_was_said_after_a_false_alarm_counts_as_heard() -> None:
    with realtime(Says(seconds=6.0)) as server:
        noise: list[Percept] = [SpeechStarted(7.08, 7.0), SpeechStopped(9.2, 9.0)]
        percepts = [*says(3.0, ASKS), *noise, *says(18.0, ASKS, 2)]
        records, _ = await play(policy_of(server), percepts, 22.0)
    spoken = lines(records)
    assert spoken[1].cut
    assert spoken[2].because.rule == "false_bargein"
    assert spoken[1].heard.strip() + " " + spoken[2].heard == spoken[1].text
    assert server.of("conversation.item.truncate") == []
    rest_s = spoken[2].end - spoken[2].start
    assert rest_s + spoken[1].end - spoken[1].start == pytest.approx(6.0, abs=0.8)


async def test_rules_and_checks_remain_with_system1() -> None:
    rules = [{"id": "bye", "when": {"says": ["goodbye"]}, "say": "Goodbye then.", "do": "hang_up"}]
    with realtime() as server:
        policy = policy_of(server, rules=rules)
        percepts = [*says(3.0, ASKS), *says(22.0, "goodbye", 1)]
        records, _ = await play(policy, percepts, 30.0)
    kinds = [one.kind for one in lines(records)]
    assert kinds == [Kind.GREETING, Kind.REPLY, Kind.CHECK_IN, Kind.FAREWELL]
    (ended,) = [one for one in records if isinstance(one, CallEnded)]
    assert ended.outcome == "agent_hung_up"
    assert len(server.of("response.create")) == 1
    told = [one["item"]["content"][0]["text"] for one in server.of("conversation.item.create")]
    assert told[:2] == ["Hello, this is Anna.", lines(records)[2].heard]


async def test_a_server_that_dies_in_mid_answer_is_owned_up_to_and_reached_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with realtime(Says(dies=1.0)) as server:
        percepts = [*says(3.0, ASKS), *says(12.0, "and now", 1)]
        records, _ = await play(policy_of(server), percepts, 18.0)
    _, broken, whole = lines(records)
    assert broken.text.startswith("Your line")
    assert broken.text != "Your line is fine. It was checked this morning."
    assert broken.heard == broken.text
    assert whole.heard == "Your line is fine. It was checked this morning."
    assert len(server.paths) == 2
    told = [
        (one["item"]["role"], one["item"]["content"][0]["text"])
        for one in server.of("conversation.item.create")
    ]
    assert told[-1] == ("user", "and now"), "on the new link in words"
    assert ("user", ASKS) in told
    logged = capsys.readouterr().err
    assert "realtime:toy broke off" in logged
    assert "line" not in logged


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Says(error="server_error"), "reports an error (server_error)"),
        (Says(only="text"), "answers without sound"),
        (Says(only="sound"), "gives no words for its sound"),
        (Says(dies=0.0), "broke off"),
    ],
    ids=["error", "no-sound", "no-words", "dies"],
)
async def test_without_an_answer_the_policy_helps_itself(
    answer: Says, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    knowledge = [{"id": "fixed", "asks": ["when will it be fixed"], "answer": "By tomorrow."}]
    with realtime(answer) as server:
        policy = policy_of(server, knowledge=knowledge)
        records, _ = await play(policy, says(3.0, "when will it be fixed"), 9.0)
    assert lines(records)[1].heard == "By tomorrow."
    logged = capsys.readouterr().err
    assert reason in logged
    assert KEY not in logged
    assert KEY not in repr(records)


@pytest.mark.parametrize("why", ["nobody", "key", "session"])
async def test_a_server_that_cannot_be_used(
    why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with realtime(refuses_session=why == "session") as server:
        if why == "key":
            monkeypatch.setenv("TOY_KEY", "wr0ng")
        if why == "nobody":
            server.port = 9
        records, _ = await play(policy_of(server), says(3.0, ASKS), 8.0)
    assert lines(records)[1].kind is Kind.REPLY
    logged = capsys.readouterr().err
    assert {
        "nobody": "cannot be reached",
        "key": "does not take the key (401)",
        "session": "refuses the session (invalid_value)",
    }[why] in logged
    assert KEY not in logged
    assert "wr0ng" not in logged


async def test_the_same_call_twice_is_the_same_to_the_byte() -> None:
    journals, sounds = [], []
    for _ in range(2):
        with realtime(Says(seconds=5.0)) as server:
            percepts = [*says(3.0, ASKS), *says(6.5, "no it is something else", 1)]
            records, audio = await play(policy_of(server), percepts, 12.0)
            assert redecided(records, policy_of(server)) == []
            journals.append([to_json(one) for one in records])
            sounds.append(audio)
    assert journals[0] == journals[1]
    assert np.array_equal(sounds[0], sounds[1])


async def test_a_forbidden_topic_of_its_own_is_not_heard() -> None:
    forbidden = [{"id": "law", "says": ["lawsuit"], "answer": "I cannot speak of that."}]
    text = "Your line is fine today. There is a lawsuit about it. It will take years and years."
    with realtime(Says(text, 8.0, holds=6.0)) as server:
        policy = policy_of(server, forbidden=forbidden)
        records, _ = await play(policy, says(3.0, ASKS), 12.0)
    answer = lines(records)[1]
    assert answer.heard == "Your line is fine today. I cannot speak of that."
    assert server.cancelled.is_set()


async def test_live_an_answer_is_heard_before_it_is_complete_and_dropped_on_bargein() -> None:
    with realtime(Says("One two three four. " * 5, seconds=20.0, holds=6.0)) as server:
        played = Played(
            policy_of(server),
            [*says(3.0, ASKS), *says(8.0, "no it is something else", 1)],
            Options(clock="live"),
        )
        await played.go(5.5)
        await asyncio.to_thread(server.held.wait, 10.0)
        await played.go(7.5)
        assert not server.cancelled.is_set()
        answer = np.concatenate(played.heard)[round(6.5 * SAMPLE_RATE) :]
        assert np.abs(answer).max() > 0.2, "it sounds while it is still made"
        await played.go(10.0)
        assert await asyncio.to_thread(server.cancelled.wait, 10.0)
        records = await played.close()
    cut = lines(records)[1]
    assert cut.cut
    assert cut.heard.startswith("One two three")
    assert played.mouth.underruns == 0


async def test_text_alone_is_refused() -> None:
    with realtime() as server, pytest.raises(ModelError, match="needs a call with sound"):
        async with WordConversation.open(policy_of(server)):
            pass


def test_sound_cannot_be_masked_and_a_key_is_wanted() -> None:
    masked = bot(privacy={"mask": ["email"]})
    with pytest.raises(ModelError, match=r"privacy\.mask cannot mask"):
        prepare(masked, "embedded", Options(model=MODEL))
    with pytest.raises(ModelError, match="needs a key in OPENAI_API_KEY"):
        prepare(bot(), "embedded", Options(model=MODEL))
    with pytest.raises(ValueError, match=r"privacy\.mask cannot mask"):
        bot(model={"name": MODEL}, privacy={"mask": ["email"]})


async def test_an_answer_thought_of_ahead_and_not_said_is_forgotten_by_the_server() -> None:
    with realtime(Says("First answer is here."), Says("Second answer is here.")) as server:
        policy = policy_of(server, turn_taking={"speculation": {"per_turn": 2}})
        percepts = [*says(3.0, ASKS), *says(5.1, "and with the other line", 1)]
        records, _ = await play(policy, percepts, 12.0)
    assert [one.heard for one in lines(records)[1:]] == ["Second answer is here."]
    outcomes = [one.outcome for one in records if isinstance(one, ThinkDone)]
    assert outcomes == ["abandoned", "answered"]
    (dropped,) = server.of("conversation.item.delete")
    assert dropped["item_id"] == "item_1"
    assert len(server.turns) == 2
    assert 3.5 < sum(map(len, server.turns)) / SAMPLE_RATE < 5.5, "each of them once"


async def test_what_a_rule_answers_is_told_in_its_order() -> None:
    rules = [{"id": "name", "when": {"says": ["your name"]}, "say": "I am Anna."}]
    with realtime() as server:
        percepts = [*says(3.0, "what is your name"), *says(9.0, ASKS, 1)]
        await play(policy_of(server, rules=rules), percepts, 14.0)
    assert server.kinds("input_audio_buffer.append", "session.update") == [
        "conversation.item.create",  # the greeting
        "input_audio_buffer.commit",
        "conversation.item.create",  # the rule's answer
        "input_audio_buffer.commit",
        "response.create",
    ]
    assert len(server.turns) == 2


async def test_live_a_server_that_falls_silent_is_given_up() -> None:
    with realtime(Says(holds=0.4)) as server:
        policy = policy_of(server, model={"next_token": 0.05})
        played = Played(policy, says(3.0, ASKS), Options(clock="live"))
        await played.go(5.5)
        await asyncio.to_thread(server.held.wait, 10.0)
        assert await asyncio.to_thread(server.cancelled.wait, 10.0)
        await played.go(9.0)
        records = await played.close()
    said = [one.heard for one in lines(records)]
    assert len(said) == 2
    assert said[1] != ""
    (done,) = [one for one in records if isinstance(one, ThinkDone)]
    assert done.outcome == "failed"
