"""The listener at the edge: when it is asked, what is late, and what its answers do in a call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from agent.audio_listener import AudioListener, opinion
from agent.journal import from_json, to_json
from agent.opening import Options, prepare
from agent.overhearing import ListenerError, Opinion, Overhearing, Stretch
from agent.records import ListenerUsed, PerceptSeen, Record, Utterance
from agent.replay import redecided
from agent.wordwise import WordConversation
from policies.listener import Listener as Terms
from policies.policy import Policy
from system1.acts import Kind
from system1.moods import Emotion
from system1.percepts import (
    EmotionHeard,
    Heard,
    Percept,
    SoundEvent,
    SpeechStarted,
    SpeechStopped,
    Word,
)
from tests.agent.test_callers_voice import filled, hears, samples
from tests.scripted_model import Scripted, scripted_model
from tests.stage import bot, speech

TERMS: dict[str, Any] = {"url": "http://127.0.0.1:9/v1", "model": "ear"}


class Written:
    """Hears what the test wrote, then the last of it for ever; an error is raised."""

    def __init__(self, *answers: Opinion | Exception | None) -> None:
        self.answers = answers
        self.asked: list[Stretch] = []
        self.closed = False

    async def listen(self, stretch: Stretch) -> Opinion:
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(stretch)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        assert answer is not None
        return answer

    async def close(self) -> None:
        self.closed = True


def edge(listener: Written, takes_s: float = 0.5, **terms: Any) -> Overhearing:
    chosen = Terms.model_validate(TERMS | terms)
    return Overhearing(listener, chosen, "virtual", takes_s, wall_s=0.05)


def spoke(edge: Overhearing, since: float, until: float) -> None:
    words = (Word("well", since, until),)
    for one in (
        SpeechStarted(since + 0.1, since),
        Heard(until, 0, words, True),
        SpeechStopped(until + 0.2, until),
    ):
        edge.note(PerceptSeen(one.at, one))


async def taken(edge: Overhearing, at: float) -> list[Percept]:
    await edge.settle()
    found = []
    while (due := edge.next_due()) is not None and due <= at:
        if (one := edge.take(at)) is not None:
            found.append(one)
    return found


ANGRY = Opinion(Emotion.ANGRY, 0.9)


async def test_an_answer_costs_what_was_declared_and_says_of_what_it_speaks() -> None:
    listener = Written(Opinion(Emotion.ANGRY, 0.9, ("dog",)))
    call = edge(listener)
    spoke(call, 3.0, 5.0)
    await call.settle()
    assert call.next_due() == pytest.approx(5.7)
    assert await taken(call, 6.0) == [
        EmotionHeard(6.0, 3.0, 5.0, Emotion.ANGRY, 0.9),
        SoundEvent(6.0, "dog", "listener"),
    ]
    assert listener.asked == [Stretch(3.0, 5.0, b"", "well")]
    assert call.figures(9.0) == ListenerUsed(9.0, 1, 1, 0, 0)


async def test_it_is_not_asked_too_often_nor_of_too_little_and_hears_the_end_of_much() -> None:
    listener = Written(ANGRY)
    call = edge(listener, every=4.0, shortest=1.0, longest=5.0)
    for since, until in ((1.0, 1.9), (3.0, 5.0), (6.0, 8.0), (20.0, 40.0)):
        spoke(call, since, until)
        await taken(call, until + 1.0)
    assert [(one.since, one.until) for one in listener.asked] == [(3.0, 5.0), (35.0, 40.0)]


async def test_late_and_failed_answers_are_counted_and_in_the_end_nobody_asks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listener = Written(ListenerError("its server is down"), None, KeyError("the words"))
    call = edge(listener, every=0.0, failures=3)
    for at in (10.0, 20.0, 30.0, 40.0, 50.0):
        spoke(call, at, at + 2.0)
        assert await taken(call, at + 9.0) == []
    assert call.figures(60.0) == ListenerUsed(60.0, 3, 0, 1, 2)
    assert capsys.readouterr().err.count("listener.no_answer") == 1


async def test_an_answer_after_the_deadline_is_dropped() -> None:
    call = edge(Written(ANGRY), takes_s=3.5, deadline=3.0)
    spoke(call, 3.0, 5.0)
    assert await taken(call, 9.0) == []
    assert call.figures(9.0) == ListenerUsed(9.0, 1, 0, 1, 0)


async def test_a_laugh_is_of_its_own_speech_alone_and_music_ends() -> None:
    listener = Written(
        Opinion(Emotion.CALM, 0.9, ("laugh", "music")), Opinion(Emotion.CALM, 0.9, ("laugh",))
    )
    call = edge(listener, every=0.0)
    spoke(call, 3.0, 5.0)
    found = await taken(call, 6.0)
    assert [one.sound for one in found if isinstance(one, SoundEvent)] == ["laugh", "music"]
    spoke(call, 7.0, 9.0)
    call.note(PerceptSeen(9.3, SpeechStarted(9.3, 9.25)))
    found = await taken(call, 10.0)
    assert [one.sound for one in found if isinstance(one, SoundEvent)] == ["music_stopped"]


async def test_live_nothing_waits_for_it() -> None:
    listener = Written(ANGRY)
    call = Overhearing(listener, Terms.model_validate(TERMS), "live")
    spoke(call, 3.0, 5.0)
    await call.settle()
    assert call.next_due() is None
    while call.next_due() is None:
        await asyncio.wait(call._background)
    assert call.take(5.9) == EmotionHeard(5.9, 3.0, 5.0, Emotion.ANGRY, 0.9)
    await call.close()
    assert listener.closed


async def call(policy: Policy, listener: Written, *said: str) -> list[Record]:
    options: dict[str, Any] = {"listener": listener, "listening": 0.4}
    async with WordConversation.open(policy, **options) as talk:
        for at, words in enumerate(said):
            percepts, _ = speech(3.0 + 12.0 * at, words, at)
            talk.expect_percepts(percepts)
        await talk.advance(3.0 + 12.0 * len(said))
    return list(talk.journal)


def kinds(records: Sequence[Record]) -> list[Kind]:
    return [one.kind for one in records if isinstance(one, Utterance)]


SOOTHES = {
    "soothe": {"agitated": ["I am sorry about this."]},
    "knowledge": [{"id": "k", "asks": ["what is wrong with my line"], "answer": "Nothing is."}],
}
ASKS = "what is wrong with my line"


async def test_two_answers_that_agree_are_a_mood_and_the_next_turn_is_soothed() -> None:
    policy = bot(listener=TERMS, **SOOTHES)
    records = await call(policy, Written(ANGRY), ASKS, ASKS, ASKS)
    said = [one for one in records if isinstance(one, Utterance)]
    (soothed,) = [one for one in said if one.kind is Kind.SOOTHE]
    assert soothed.because.rule == "soothe.agitated"
    assert dict(soothed.because.evidence) == {"listener": 0.9}
    assert soothed.start > 27.0, "not before they agree"
    assert any(isinstance(one, ListenerUsed) and one.told == 3 for one in records)
    lines = [to_json(one) for one in records]
    assert [from_json(dict(line)) for line in lines] == records
    assert redecided(records, policy) == []


@pytest.mark.parametrize(
    "answers",
    [
        (ANGRY, Opinion(Emotion.CALM, 0.9), ANGRY, Opinion(Emotion.HAPPY, 0.9)),
        (Opinion(Emotion.ANGRY, 0.6),),
        (ListenerError("no"),),
        (Opinion(Emotion.SAD, 0.9),),
    ],
    ids=["they-differ", "unsure", "fails", "no-mood"],
)
async def test_what_is_not_sure_changes_nothing(answers: tuple[Opinion | Exception, ...]) -> None:
    records = await call(bot(listener=TERMS, **SOOTHES), Written(*answers), ASKS, ASKS, ASKS)
    assert Kind.SOOTHE not in kinds(records)
    assert kinds(records).count(Kind.REPLY) == 3


async def test_the_model_is_sent_the_stretch_and_asked_for_json() -> None:
    voice = filled(hears(), 6.0)
    wav = voice.between(2.0, 4.0)
    assert wav is not None
    said = '```json\n{"emotion": "frustrated", "confidence": 0.8, "sounds": ["dog", "ufo"]}\n```'
    with scripted_model(Scripted(text=[said])) as server:
        listener = AudioListener(Terms(url=server.url, model="ear"), 5.0)
        found = await listener.listen(Stretch(2.0, 4.0, wav, "secret words"))
        await listener.close()
        (request,) = server.requests
    assert found == Opinion(Emotion.FRUSTRATED, 0.8, ("dog",))
    assert "secret" not in repr(request)
    (part,) = [one for one in request["messages"][1]["content"] if one["type"] == "input_audio"]
    assert part["input_audio"]["format"] == "wav"
    assert request["temperature"] == 0.0
    assert len(samples(wav)) == pytest.approx(2.4 * 24_000, abs=2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "angry",
        "{}",
        '{"emotion": "livid", "confidence": 1, "sounds": []}',
        '{"emotion": "calm", "confidence": 2, "sounds": []}',
        '{"emotion": "calm", "confidence": true, "sounds": []}',
        '{"emotion": "calm", "confidence": 0.5, "sounds": "dog"}',
        "[" * 100_000,
    ],
)
def test_anything_else_is_no_answer(text: str) -> None:
    with pytest.raises(ListenerError, match="not the JSON"):
        opinion(text)


@pytest.mark.parametrize("fault", [Scripted(status=401), Scripted(raw=b"<html>")])
async def test_a_model_that_is_down_is_an_error_without_the_call_in_it(fault: Scripted) -> None:
    with scripted_model(fault) as server:
        listener = AudioListener(Terms(url=server.url, model="ear"), 5.0)
        with pytest.raises(ListenerError, match="openai:ear at"):
            await listener.listen(Stretch(0.0, 1.0, b"RIFF", "secret"))
        await listener.close()


def test_sound_leaves_the_house_only_where_the_policy_says_so() -> None:
    with pytest.raises(ValueError, match=r"privacy\.mask cannot mask"):
        bot(listener=TERMS, privacy={"mask": ["email"]})
    opening = prepare(bot(), "embedded", Options(listener=Written(ANGRY)))
    assert opening.overhearing is None
    assert opening.voice is None
